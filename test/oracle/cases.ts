/** What has to hold of the executor on every kernel, and helpers for scripts as text. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { KernelRunner, Script, ScriptResult, ScriptText } from "../../src/oracle/script.ts";

/** The return values of a script written as text; a step that did not run gives its reason. */
export function answers(result: ScriptResult): (number | string)[] {
  return result.steps.map((step) => step.kind === "ran" ? step.ret : step.why);
}

export function script(name: string, lines: string, head = ""): ScriptText {
  const body = lines.trim().split("\n").map((line) => line.trim()).join("\n");
  return { name, text: `script ${name}${head}\n${body}\nend\n` };
}

export async function runAll(
  runner: KernelRunner,
  scripts: Iterable<Script | ScriptText>,
): Promise<ScriptResult[]> {
  const results: ScriptResult[] = [];
  for await (const result of runner.run(scripts)) results.push(result);
  return results;
}

export async function runOne(
  runner: KernelRunner,
  one: Script | ScriptText,
): Promise<ScriptResult> {
  return (await runAll(runner, [one]))[0];
}

const ARRAY = "bpf cmd=0 a0=0200000004000000080000000400000000000000";
const LOOKUP = "p=0.0#0 p=0.8&1 p=0.16&2";

/** What has to hold on every kernel. */
export const CASES: readonly [script: ScriptText, expected: (number | string)[]][] = [
  [
    script(
      "memory",
      `
      0 ${ARRAY}
      0 bpf cmd=2 a0=z32 a1=01000000 a2=0807060504030201 ${LOOKUP}
      0 bpf cmd=1 a0=z32 a1=01000000 a2=z8 ${LOOKUP}
      0 bpf cmd=1 a0=z32 a1=01000000 a2=z7 ${LOOKUP}
      0 bpf cmd=1 a0=z32 a1=010000 a2=z8 ${LOOKUP}
      0 bpf cmd=1 a0=z32 a1=01000000 a2=ro:z8 ${LOOKUP}
      0 bpf cmd=0 size=20 attr=@0x10
      0 bpf cmd=0 size=0 a0=z0
      0 bpf cmd=0 a0=z20 common=@0x10 size_common=8
    `,
    ),
    [3, 0, 0, -14, -14, -14, -14, -22, -22],
  ],
  [
    script(
      "descriptors",
      `
      0 ${ARRAY}
      0 dup fd=3
      0 dup2 fd=3 to=9
      0 close fd=3
      0 close fd=3
      0 fcntl fd=9 cmd=1
      0 sys nr=436 x0=3 x1=0xffffffff
      0 close fd=4
      0 close fd=2
      0 close fd=1
      0 close fd=0
      0 close fd=3
    `,
    ),
    [3, 4, 9, 0, -9, 0, 0, -9, 0, 0, 0, -9],
  ],
  [
    script(
      "tasks",
      `
      0 ${ARRAY}
      0 fork
      1 close fd=3
      1 close fd=3
      0 fcntl fd=3 cmd=1
      1 fork
      2 exit code=3
      2 close fd=0
      3 close fd=0
      0 exit
      1 close fd=0
      0 close fd=0
    `,
    ),
    [3, 1, 0, -9, 1, 2, 0, "the task is gone", "no such task", 0, 0, "the task is gone"],
  ],
  [
    script(
      "exec",
      `
      0 ${ARRAY}
      0 fcntl fd=3 cmd=1
      0 dup fd=3
      0 exec
      0 close fd=3
      0 close fd=4
      0 exec
      0 fork
      1 exec
      1 close fd=4
      1 setuid uid=1000
      1 exec
      1 open path=/mnt/script flags=2
      0 close fd=4
    `,
    ),
    [3, 1, 4, 0, -9, 0, 0, 1, 0, -9, 0, 0, 3, -9],
  ],
  [
    script(
      "messages",
      `
      0 socketpair
      0 ${ARRAY}
      0 send fd=3 fds=5,5
      0 close fd=5
      0 fork
      1 recv fd=4
      1 fcntl fd=$5.1.0 cmd=1
      1 fcntl fd=$5.1.4 cmd=1
      1 recv fd=4
      0 send fd=3
      0 recv fd=$0.1.4
    `,
    ),
    [0, 5, 1, 0, 1, 1, 0, 0, -11, 1, 1],
  ],
  [
    script(
      "pins",
      `
      0 ${ARRAY}
      0 bpf cmd=6 a0=z16 a1=2f7379732f66732f6270662f6100 p=0.0&1 p=0.8#0
      0 stat path=/sys/fs/bpf/a
      0 statfs path=/sys/fs/bpf
      0 mkdir path=/sys/fs/bpf/d mode=0o755
      0 rename path=/sys/fs/bpf/a to=/sys/fs/bpf/d/b
      0 getdents path=2f7379732f66732f6270662f64
      0 unlink path=/sys/fs/bpf/d/b
      0 rmdir path=/sys/fs/bpf/d
      0 open path=/tmp/file flags=0o102 mode=0o600
      0 write fd=4 a1=00112233
      0 lseek fd=4 off=1 whence=0
      0 read fd=4 n=100
      0 mkdir path=/notmine mode=0o755
    `,
      " fs=1",
    ),
    [3, 0, 0, 0, 0, 0, 1, 0, 0, 4, 4, 1, 3, -30],
  ],
  [
    script(
      "rights",
      `
      0 caps eff=0 perm=0x8000000000
      0 bpf cmd=12 a0=z12
      0 setuid uid=1000
      0 setuid uid=0
      0 prctl op=38 arg2=1
      0 umask mask=0
      0 unshare flags=0x10000000
      0 rlimit res=7 cur=3 max=3
      0 dup fd=0
    `,
    ),
    [0, -1, -1, 0, 0, 0o22, 0, 0, -24],
  ],
  [
    script(
      "mappings",
      `
      0 bpf cmd=0 size=20 a0=0200000004000000080000000400000000040000
      0 bpf cmd=2 a0=z32 a1=01000000 a2=0807060504030201 ${LOOKUP}
      0 mmap fd=3 prot=3 flags=1 len=4096
      0 peek map=0 off=8 n=8
      0 poke map=0 off=0 a1=ff
      0 munmap map=0
      0 munmap map=1
    `,
    ),
    [3, 0, 0, 8, 1, 0, "no such mapping"],
  ],
  [
    script(
      "mistakes",
      `
      0 frob
      0 close
      0 close fd=x
      0 close fd=3 to=4
      0 bpf cmd=0 a0=012
      0 bpf cmd=0 a0=z4 p=0.4#0
      0 bpf cmd=0 a0=z4 p=0.0#7
      0 bpf cmd=0 a0=z8 p=0.0&1
      0 close fd=$4.0.0
      0 pause
    `,
    ),
    [
      "no such op frob",
      "missing key fd",
      "not a number: x",
      "the op has no key to",
      "not an area: 012",
      "the patch is outside of the area 0.4#0",
      "no such earlier result #7",
      "no such area &1",
      "no such earlier output $4.0.0",
      0,
    ],
  ],
  [
    script(
      "deaths",
      `
      0 fork
      1 mmap fd=-1 prot=0 flags=0x22 len=4096
      1 peek map=0 off=0 n=1
      1 pause
      0 close fd=3
    `,
    ),
    [1, 0, "the task was killed", "the task was killed", -9],
  ],
];

export async function runCases(runner: KernelRunner): Promise<void> {
  const results = await runAll(runner, CASES.map(([one]) => one));
  equal(results.length, CASES.length);
  CASES.forEach(([one, expected], i) => {
    equal(results[i].name, one.name);
    deepEqual([one.name, ...answers(results[i])], [one.name, ...expected]);
    equal(results[i].left, undefined);
  });
  const [memory, , tasks, , messages, pins, , mappings, , deaths] = results;
  const area = (result: ScriptResult, step: number, n: number) => {
    const one = result.steps[step];
    ok(one.kind === "ran");
    return one.areas[n];
  };
  deepEqual(area(memory, 2, 2), Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
  deepEqual(area(memory, 3, 2), Uint8Array.of(8, 7, 6, 5, 4, 3, 2));
  equal(area(memory, 1, 2), undefined);
  deepEqual(tasks.killed, []);
  deepEqual(area(messages, 0, 1), Uint8Array.of(3, 0, 0, 0, 4, 0, 0, 0));
  deepEqual(area(messages, 5, 1), Uint8Array.of(5, 0, 0, 0, 6, 0, 0, 0));
  match(pins.lines[2], /^= 0 mode=0o100600 uid=0 gid=0 nlink=1 size=0$/);
  match(pins.lines[3], /^= 0 type=0xcafe4a11 /);
  equal(pins.lines[6], "= 1 names=62");
  deepEqual(area(pins, 12, 1), Uint8Array.of(0x11, 0x22, 0x33));
  deepEqual(area(mappings, 3, 1), Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1));
  deepEqual(deaths.killed, [{ task: 1, signal: 11 }]);
}
