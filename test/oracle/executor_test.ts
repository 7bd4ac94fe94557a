/**
 * The executor on the running kernel, and in guests: set BPFSPEC_GUEST_KERNELS to kernel images
 * (with `:` between) to have those tests too. Without root the tests on the kernel are ignored, and
 * Deno's report says so.
 */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { readPrebuilt, sourcesSha256, unpack } from "../../src/oracle/executor/build.ts";
import { Executor } from "../../src/oracle/executor.ts";
import { Guest, GuestError } from "../../src/oracle/guest.ts";
import { cpio } from "../../src/oracle/initramfs.ts";
import { ExecutorError, parseArea, ResultParser } from "../../src/oracle/results.ts";
import {
  encodeScript,
  type KernelRunner,
  OPS,
  type Script,
  type ScriptResult,
  type ScriptText,
  scriptText,
  splitScripts,
  type Step,
  transcript,
} from "../../src/oracle/script.ts";

const why = Executor.available();
const KERNELS = (Deno.env.get("BPFSPEC_GUEST_KERNELS") ?? "").split(":").filter((k) => k !== "");

/** The return values of a script written as text; a step that did not run gives its reason. */
function answers(result: ScriptResult): (number | string)[] {
  return result.steps.map((step) => step.kind === "ran" ? step.ret : step.why);
}

function script(name: string, lines: string, head = ""): ScriptText {
  const body = lines.trim().split("\n").map((line) => line.trim()).join("\n");
  return { name, text: `script ${name}${head}\n${body}\nend\n` };
}

async function runAll(
  runner: KernelRunner,
  scripts: Iterable<Script | ScriptText>,
): Promise<ScriptResult[]> {
  const results: ScriptResult[] = [];
  for await (const result of runner.run(scripts)) results.push(result);
  return results;
}

async function runOne(runner: KernelRunner, one: Script | ScriptText): Promise<ScriptResult> {
  return (await runAll(runner, [one]))[0];
}

const ARRAY = "bpf cmd=0 a0=0200000004000000080000000400000000000000";
const LOOKUP = "p=0.0#0 p=0.8&1 p=0.16&2";

/** What has to hold on every kernel. */
const CASES: readonly [script: ScriptText, expected: (number | string)[]][] = [
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

async function runCases(runner: KernelRunner): Promise<void> {
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

Deno.test("executor: prebuilt.json is of the sources as they are", async () => {
  const prebuilt = await readPrebuilt();
  equal(
    prebuilt.sources_sha256,
    await sourcesSha256(),
    "renew it: deno run -A src/oracle/executor/build.ts --write-prebuilt",
  );
  const binary = await unpack(prebuilt);
  deepEqual([...binary.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46]);
  ok(binary.length < 40 * 1024, `${binary.length} bytes`);
});

Deno.test("executor: its ops are those of script.ts", async () => {
  const source = await Deno.readTextFile(
    new URL("../../src/oracle/executor/ops.c", import.meta.url),
  );
  const ops: Record<string, string> = {};
  for (const [, name, keys] of source.matchAll(/(?:OWN|FREE|CALL)\("(\w+)",[^"]*"([^"]*)"/g)) {
    ops[name] = keys;
  }
  deepEqual(ops, OPS);
});

Deno.test("scripts: a script as text", () => {
  const steps: Step[] = [
    {
      task: 0,
      op: "bpf",
      args: { cmd: 2, size: 32, attr: { at: 0x1000n } },
      areas: { 0: new Uint8Array(32), 1: Uint8Array.of(1, 2), 2: new Uint8Array() },
      patches: [
        { area: 0, offset: 0, value: { result: 0 } },
        { area: 0, offset: 8, value: { address: 1, delta: -4 } },
        { area: 0, offset: 16, value: { step: 1, area: 2, offset: 4 } },
      ],
    },
    { task: 1, op: "mkdir", args: { path: "/a", mode: 0o755 } },
    { task: 1, op: "rename", args: { path: "a b", to: "rel" } },
    { task: 1, op: "stat", args: { path: null } },
    { task: 1, op: "send", args: { fd: { result: 0 }, fds: [3, { result: 1 }] } },
    { task: 0, op: "fork", areas: { 3: { bytes: Uint8Array.of(7, 0, 0, 0, 0), readOnly: true } } },
  ];
  equal(
    encodeScript({ name: "one", fs: true, limit: 50, steps }),
    `script one fs=1 limit=50
0 bpf cmd=2 size=0x20 attr=@0x1000 a0=z32 a1=0102 a2=z0 p=0.0#0 p=0.8&1-4 p=0.16$1.2.4
1 mkdir path=/a mode=0x1ed
1 rename path=612062 to="rel
1 stat path=-
1 send fd=#0 fds=3,#1
0 fork a3=ro:07.z4
end
`,
  );
  const broken = (step: Step) => () => encodeScript({ name: "x", steps: [step] });
  throws(broken({ task: 0, op: "close" }), /script x, step 0: close needs fd/);
  throws(broken({ task: 0, op: "fork", args: { fd: 1 } }), /fork does not take fd/);
  throws(broken({ task: 0, op: "close", args: { fd: "x" } }), /fd takes a number/);
});

Deno.test("scripts: a text has to be one whole script", () => {
  const one = script("one", "0 pause");
  equal(scriptText(one), one);
  throws(() => scriptText({ ...one, name: "two" }), RangeError);
  throws(() => scriptText({ ...one, text: one.text.trimEnd() }), /script one is not from/);
  const text = `${one.text}done one\n\nscript two fs=1\n0 pause\n= 0\nend\ndone two\n`;
  deepEqual(splitScripts(text).map(({ name }) => name), ["one", "two"]);
  splitScripts(text).forEach(scriptText);
});

Deno.test("results: text in pieces", () => {
  const text = "= 3\n= -14 a2=0102.z3 mode=0o17\n= ! no such task\ndone one killed=1:9 limit=2\n";
  const parser = new ResultParser();
  const results = [...text].flatMap((piece) => parser.push(piece));
  deepEqual(results, [{
    name: "one",
    steps: [
      { kind: "ran", ret: 3, areas: {}, words: {} },
      {
        kind: "ran",
        ret: -14,
        areas: { 2: Uint8Array.of(1, 2, 0, 0, 0) },
        words: { mode: "0o17" },
      },
      { kind: "not run", why: "no such task" },
    ],
    killed: [{ task: 1, signal: 9 }],
    limit: 2,
    lines: text.trimEnd().split("\n"),
  }]);
  throws(() => new ResultParser().push("fatal unshare: -1\n"), ExecutorError);
  throws(() => new ResultParser().push("hello\n"), /not a result: hello/);
  deepEqual(parseArea("z2.ff.z1"), Uint8Array.of(0, 0, 255, 0));
  throws(() => parseArea("0g"), /not an area/);
});

Deno.test("initramfs: entries are aligned and the trailer comes last", () => {
  const text = new TextDecoder().decode(
    cpio([{ path: "dev", mode: 0o755 }, {
      path: "init",
      mode: 0o755,
      content: Uint8Array.of(65, 66),
    }]),
  );
  equal(text.length % 4, 0);
  match(text, /^070701000000010{4}41ED/);
  const second = text.indexOf("070701", 6);
  equal(second % 4, 0);
  equal(text.slice(second + 110, second + 115), "init\0");
  equal(text.slice(second + 116, second + 118), "AB");
  match(text, /TRAILER!!!\0+$/);
});

Deno.test(
  { name: "executor: every op on the running kernel", ignore: why !== undefined },
  async () => {
    const executor = await Executor.open();
    await runCases(executor);
    const evidence = transcript(CASES[2][0], (await runAll(executor, [CASES[2][0]]))[0]);
    match(
      evidence,
      /^script tasks\n0 bpf cmd=0 a0=0200.*\n= 3\n0 fork\n= 1\n(.*\n)*end\ndone tasks\n$/,
    );
    const again = await runAll(executor, splitScripts(evidence));
    equal(transcript(splitScripts(evidence)[0], again[0]), evidence);
    await executor.close();
  },
);

Deno.test(
  { name: "executor: a script cannot outlive its limit", ignore: why !== undefined },
  async () => {
    const executor = await Executor.open();
    const slow = script("slow", "0 fork\n1 pause ms=5000\n0 close fd=3", " limit=60");
    const [result, next] = await runAll(executor, [slow, script("next", "0 close fd=3")]);
    deepEqual(answers(result), [1, "time limit", "time limit"]);
    equal(result.limit, 1);
    deepEqual(answers(next), [-9]);
    await executor.close();
  },
);

Deno.test({
  name: "executor: many scripts, early ends, runs that overlap",
  ignore: why !== undefined,
}, async () => {
  const executor = await Executor.open();
  const many = Array.from({ length: 700 }, (_, i): Script => ({
    name: `m${i}`,
    steps: [{ task: 0, op: "pause" }, { task: 0, op: "close", args: { fd: 3 + i % 5 } }],
  }));
  const first = executor.run(many);
  equal((await first.next()).value?.name, "m0");
  await first.return(undefined);
  for await (const result of executor.run(many)) {
    if (result.name === "m300") break;
  }
  const both = await Promise.all([runAll(executor, many), runAll(executor, many.slice(0, 10))]);
  deepEqual(both[0].map(({ name }) => name), many.map(({ name }) => name));
  equal(both[1].length, 10);
  await executor.close();
});

Deno.test(
  { name: "executor: large areas and long scripts", ignore: why !== undefined },
  async () => {
    const executor = await Executor.open();
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 7);
    const steps: Step[] = [
      { task: 0, op: "open", args: { path: "/tmp/big", flags: 0o102, mode: 0o600 } },
      { task: 0, op: "write", args: { fd: 3 }, areas: { 1: bytes } },
      { task: 0, op: "lseek", args: { fd: 3, off: 0, whence: 0 } },
      { task: 0, op: "read", args: { fd: 3, n: bytes.length } },
      ...Array.from({ length: 3000 }, (): Step => ({ task: 0, op: "close", args: { fd: 4 } })),
    ];
    const result = await runOne(executor, { name: "big", fs: true, steps });
    const read = result.steps[3];
    ok(read.kind === "ran");
    equal(read.ret, bytes.length);
    deepEqual(read.areas[1], bytes);
    equal(result.steps.length, steps.length);
    await executor.close();
  },
);

Deno.test(
  { name: "executor: what is wrong with a script is said", ignore: why !== undefined },
  async () => {
    const executor = await Executor.open();
    await rejects(runOne(executor, script("odd", "0 pause", " speed=3")), /done odd: unknown word/);
    await executor.close();
  },
);

for (const kernel of KERNELS) {
  Deno.test(`guest: every op, on ${kernel.split("/").at(-2)}/${kernel.split("/").at(-1)}`, async () => {
    const guest = await Guest.open({ kernel, hangMs: 3000 });
    await runCases(guest);
    equal(guest.cpus, 1);
    // A guest that panics names the script, keeps the results before it, and starts again.
    const panic = script(
      "panic",
      `
      0 open path=/proc/sysrq-trigger flags=1
      0 write fd=3 a1=63
    `,
    );
    const names: string[] = [];
    const failing = async (scripts: ScriptText[]) => {
      for await (const { name } of guest.run(scripts)) names.push(name);
    };
    await rejects(failing([CASES[0][0], panic, CASES[1][0]]), (error) => {
      ok(error instanceof GuestError);
      equal(error.script, "panic");
      match(error.console, /sysrq triggered crash/i);
      return true;
    });
    deepEqual(names, ["memory"]);
    await runCases(guest);
    const stuck = script("stuck", "0 pause ms=20000", " limit=20000");
    await rejects(failing([CASES[0][0], stuck]), (error) => {
      ok(error instanceof GuestError);
      equal(error.script, "stuck");
      match(error.message, /hangs/);
      return true;
    });
    await guest.restart();
    const big = script(
      "big",
      `
      0 open path=/tmp/big flags=0o102 mode=0o600
      0 write fd=3 a1=${"5a".repeat(1 << 20)}
      0 lseek fd=3 off=0 whence=0
      0 read fd=3 n=1048576
    `,
      " fs=1",
    );
    const results = await runAll(guest, Array.from({ length: 12 }, () => big));
    for (const { lines } of results) equal(lines[3].length, "= 1048576 a1=".length + (2 << 20));
    await guest.close();
  });
}
