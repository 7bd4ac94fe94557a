/**
 * Traces of real programs: the notation of strace, traces recorded on a real kernel of 6.18 (bpftool
 * and a program of libbpf in a mount namespace of their own), and the same with one answer changed.
 */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import {
  checkTrace,
  jsonTrace,
  type Judgement,
  parseStrace,
  readTrace,
  straceTrace,
  TraceError,
  type TraceReport,
} from "../../src/oracle/trace/mod.ts";

const FILES = ["bpftool_map.strace", "libbpf_maps.strace", "libbpf_raw_bpf_only.strace"] as const;
const HERE = new URL("../traces/", import.meta.url);

function recorded(name: string): string {
  return Deno.readTextFileSync(new URL(name, HERE));
}

function check(name: string, text: string): TraceReport {
  return checkTrace(readTrace(name, text), { version: "6.18", fresh: true });
}

function checkLines(...lines: readonly string[]): TraceReport {
  return check("t", lines.join("\n"));
}

function judged(report: TraceReport): number {
  return report.checked.filter(({ judgement }) => judgement.kind === "judged").length;
}

/** A program's start, as every whole trace has it. */
const START = [
  'execve("./a", ["./a"], []) = 0',
  'openat(-100, "/etc/ld.so.cache", 0x80000) = 3',
  "close(3) = 0",
];

function create(fd: number | string, more = ""): string {
  return `bpf(0, {map_type=0x1, key_size=4, value_size=4, max_entries=2${more}}, 72) = ${fd}`;
}

function parseOne(line: string) {
  const [call] = parseStrace("t", line);
  ok(call?.kind === "call");
  return call;
}

Deno.test("strings, escapes, comments, flags and nested structs are read", () => {
  const call = parseOne(
    '12 f("a\\"b\\\\\\x41\\102\\n) = 3", {x=0x1 /* A|B */|0x10, y={z=[1, -2, 010]}}, NULL) = 5',
  );
  equal(call.pid, 12);
  deepEqual(call.returned, { kind: "value", ret: 5n });
  const [text, struct, nothing] = call.args().map(({ value }) => value);
  ok(text.kind === "string" && struct.kind === "struct" && nothing.kind === "number");
  equal(text.bytes, 'a"b\\AB\n) = 3');
  deepEqual([...struct.fields.keys()], ["x", "y"]);
  equal(struct.fields.get("x")!.kind, "or");
  const y = struct.fields.get("y")!;
  const z = y.kind === "struct" ? y.fields.get("z") : undefined;
  ok(z?.kind === "array");
  deepEqual(z.items.map((item) => item.kind === "number" && item.value), [1n, -2n, 8n]);
});

Deno.test("values that the kernel changed, cut strings, sets and paths of descriptors are read", () => {
  const call = parseOne(
    'f({a=0 => 7, ...}, "ab"..., [HUP INT], 3</a b>, ~[], makedev(0, 1), AT_FDCWD</a>, 8*1024, 1<<4) = 0',
  );
  const kinds = call.args().map(({ value }) => value.kind);
  equal(
    kinds.join(" "),
    "struct string array number array opaque symbol number number",
  );
  const [struct, text] = call.args().map(({ value }) => value);
  ok(struct.kind === "struct" && struct.cut && text.kind === "string" && text.cut);
  equal(struct.fields.get("a")!.kind, "changed");
});

Deno.test("heads, times, signals and ends are read", () => {
  const lines = parseStrace(
    "t",
    [
      "strace: Process 7 attached",
      "[pid     7] 12:30:01.123456 close(3</x>) = 0 <0.000012>",
      "7     1700000000.123456 close(4) = -1 EBADF (Bad file descriptor)",
      "7 --- SIGCHLD {si_signo=17 /* SIGCHLD */, si_status=0} ---",
      "7 exit_group(0) = ?",
      "7 f() = -1 (errno 524)",
      "7 f() = -1 ENOTSUPP (Unknown error 524)",
      "7 +++ exited with 0 +++",
    ].join("\n"),
  );
  deepEqual(lines.map((line) => line.kind === "call" ? line.returned.kind : "end"), [
    "value",
    "errno",
    "unknown",
    "errno",
    "errno",
    "end",
  ]);
});

Deno.test("a call that another process cuts in two is put together", () => {
  const lines = parseStrace(
    "t",
    ["1 dup2(3,  <unfinished ...>", "2 close(1) = 0", "1 <... dup2 resumed>4) = 4"].join("\n"),
  );
  const [, last] = lines;
  ok(last.kind === "call");
  equal(last.name, "dup2");
  equal(last.began.line, 1);
  equal(last.place.line, 3);
  equal(last.args().length, 2);
});

const BAD: readonly [text: string, message: RegExp][] = [
  ["1 close(3) = 0\n1 what is this", /^t:2:3: expected a call: name\(arguments\) = result$/],
  ["close(3)", /^t:1:8: expected "\) = result" at the end of the call/],
  ["close(3 4) = 0", /^t:1:9: expected "," or "\)", but there is "4\) = 0"$/],
  ["1 <... close resumed>) = 0", /^t:1:3: no <unfinished \.\.\.> call of close stands before$/],
  ["bpf(0, {map_type=0x1, ...}, 72) = 3", /^t:1:8: expected the whole attr.*strace with -v$/],
  ["bpf(0, {map_typo=0x1}, 72) = 3", /^t:1:18: expected a field of MAP_CREATE, but map_typo/],
  ["bpf(0, {map_type=MAP_NEW}, 72) = 3", /^t:1:18: expected a number, but MAP_NEW/],
  ['bpf(7, {pathname="/a"...}, 72) = 3', /^t:1:18: expected the whole of pathname.*larger -s$/],
  ["1 +++ vanished +++", /^t:1:3: expected "\+\+\+ exited/],
  ["", /^t:1:1: expected a call, but the trace is empty$/],
  ["{ nonsense", /^t:1:3: expected JSON/],
  ['{"format":"x"}', /^t:1:1: expected format to be "bpfspec-trace"/],
  [
    '{"format":"bpfspec-trace","calls":[\n {"op":"close","ret":0}]}',
    /^t:2:2: expected fd of close to be number, not undefined$/,
  ],
  [
    '{"format":"bpfspec-trace","calls":[\n {"op":"close","fd":3,"ret":"EWHAT"}]}',
    /^t:2:2: expected ret to be a number or an errno, not EWHAT$/,
  ],
  [
    '{"format":"bpfspec-trace","calls":[\n\n  {"op":"bpf","cmd":"MAP_FREEZE","attr":{"fd":3},"ret":0}]}',
    /^t:3:3: expected a field of MAP_FREEZE \(map_fd/,
  ],
];

for (const [text, message] of BAD) {
  Deno.test(`what is not a trace is refused with its place: ${JSON.stringify(text)}`, () => {
    throws(() => readTrace("t", text), (error) => {
      ok(error instanceof TraceError);
      match(error.message, message);
      return true;
    });
  });
}

for (const name of [...FILES, "sessions.json"]) {
  Deno.test(`the model of 6.18 allows the recorded ${name}`, () => {
    const report = check(name, recorded(name));
    deepEqual(report.refuted, undefined);
    ok(judged(report) >= 20, `${judged(report)} calls judged`);
  });
}

const OTHERS = ["EINVAL", "EPERM", "ENOENT", "EEXIST", "EBUSY"];

/** Answers that a call could have given and that are not allowed. */
function wrong(judgement: Judgement): readonly string[] {
  if (judgement.kind !== "judged") return [];
  const allowed = judgement.allowed.map(({ answer }) => answer);
  if (allowed.includes("anything")) return [];
  const numbers = allowed.every((answer) => /^E/.test(answer)) ? ["0"] : [];
  return [...numbers, ...OTHERS.filter((errno) => !allowed.includes(errno)).slice(0, 2)];
}

function withAnswer(line: string, answer: string): string {
  const shown = /^E/.test(answer) ? `-1 ${answer} (changed)` : answer;
  return line.replace(/(\)\s*)= (?:-1 E[^()]*\([^()]*\)|-?\d+|0x[0-9a-f]+)$/, `$1= ${shown}`);
}

for (const name of FILES.slice(0, 2)) {
  Deno.test(`each changed answer of ${name} is found, at its call`, () => {
    const text = recorded(name);
    const lines = text.split("\n");
    let changed = 0;
    for (const { event, judgement } of check(name, text).checked) {
      for (const answer of wrong(judgement)) {
        const { line } = event.place;
        const other = withAnswer(lines[line - 1], answer);
        ok(other !== lines[line - 1], `line ${line} was not changed: ${other}`);
        const report = check(name, lines.with(line - 1, other).join("\n"));
        equal(report.refuted?.event.place.line, line, `${other}`);
        changed++;
      }
    }
    ok(changed >= 100, `${changed} answers changed`);
  });
}

Deno.test("each changed answer of a JSON trace is found, and each changed byte", () => {
  const text = recorded("sessions.json");
  const trace = JSON.parse(text) as { calls: { ret: number | string }[] };
  const report = check("t", text);
  let changed = 0;
  for (const [i, { judgement }] of report.checked.entries()) {
    for (const ret of wrong(judgement)) {
      const calls = trace.calls.with(i, { ...trace.calls[i], ret: ret === "0" ? 0 : ret });
      const other = checkTrace(jsonTrace("t", JSON.stringify({ ...trace, calls })), {
        version: "6.18",
      });
      equal(other.checked.length - 1, i, `call ${i} with ${ret}`);
      equal(other.refuted !== undefined, true);
      changed++;
    }
  }
  ok(changed >= 40, `${changed} answers changed`);
  for (
    const [from, to] of [[/("out": \{\s*"value": "u32:)10/, "$112"], [
      /("next_id": 2681)31/,
      "$133",
    ]]
  ) {
    const changedText = text.replace(from, to as string);
    ok(changedText !== text);
    ok(check("t", changedText).refuted !== undefined, `${from} changed to ${to}`);
  }
});

Deno.test("keys that are not shown allow what some key would give, and no more", () => {
  const update = (ret: string) =>
    `bpf(2, {map_fd=3, key=0x7000, value=0x7008, flags=1}, 32) = ${ret}`;
  const lookup = (ret: string) =>
    `bpf(1, {map_fd=3, key=0x7000, value=0x7008, flags=0}, 32) = ${ret}`;
  const start = [...START, create(3)];
  // Nothing is in the map yet.
  ok(checkLines(...start, lookup("0")).refuted);
  ok(checkLines(...start, update("-1 EEXIST (File exists)")).refuted);
  ok(!checkLines(...start, update("0"), lookup("0")).refuted);
  ok(!checkLines(...start, update("0"), lookup("-1 ENOENT (No such file)")).refuted);
  // Two elements fill it.
  const full = [...start, update("0"), update("0")];
  ok(checkLines(...full, update("0")).refuted);
  ok(!checkLines(...full, update("-1 E2BIG (Too long)")).refuted);
  ok(!checkLines(...full, update("-1 EEXIST (File exists)")).refuted);
});

Deno.test("an id stands for one object, from when it is told on", () => {
  const info = (fd: number, id: number) =>
    `bpf(0xf, {info={bpf_fd=${fd}, info_len=88, info={type=0x1, id=${id}, name=""}}}, 16) = 0`;
  const start = [...START, create(3), create(4), info(3, 70)];
  ok(!checkLines(...start, info(4, 71), info(3, 70)).refuted);
  ok(checkLines(...start, info(4, 70)).refuted);
  equal(checkLines(...start, info(3, 71)).refuted?.event.place.line, 7);
  const byId = "bpf(0xe, {map_id=70, next_id=0, open_flags=0}, 12) = ";
  ok(!checkLines(...start, byId + "5").refuted);
  ok(checkLines(...start, byId + "-1 ENOENT (No such file)").refuted);
  ok(checkLines(...start, "close(3) = 0", byId + "3").refuted);
});

Deno.test("what stood on a bpffs before the trace is left open, unless it is fresh", () => {
  const get = (ret: string) =>
    `bpf(7, {pathname="/sys/fs/bpf/old", bpf_fd=0, file_flags=0}, 16) = ${ret}`;
  const trace = straceTrace("t", [...START, get("3"), "close(3) = 0"].join("\n"));
  ok(checkTrace(trace, { version: "6.18", fresh: true }).refuted);
  const report = checkTrace(trace, { version: "6.18" });
  deepEqual(report.refuted, undefined);
  match(JSON.stringify(report.checked), /what stood at \/sys\/fs\/bpf\/old before the trace/);
});

Deno.test("descriptors are the lowest free ones, whoever makes them", () => {
  ok(checkLines(...START, create(3), create(3)).refuted);
  ok(!checkLines(...START, create(3), "dup(3) = 4", "fcntl(3, 0x406, 9) = 9", create(5)).refuted);
  const nine = ["dup2(3, 9) = 9", "close(9) = 0"];
  ok(checkLines(...START, create(3), ...nine, "fcntl(3, 0x406, 9) = 10").refuted);
  // A program may be started with descriptors of which the trace says nothing.
  ok(!checkLines(...START, create(3), create(6)).refuted);
  ok(!checkLines(...START, create(3), 'openat(-100, "/x", 0) = 4', create(5)).refuted);
});

Deno.test("what hangs on an object that the model has not is not judged", () => {
  const btf = "bpf(18, {btf=0x7000, btf_log_buf=NULL, btf_size=1, btf_log_size=0}, 28) = 3";
  const typed = create(4, ", btf_fd=3, btf_key_type_id=1, btf_value_type_id=2");
  const report = checkLines(...START, btf, typed, "bpf(0x16, {map_fd=4}, 4) = 0");
  deepEqual(report.refuted, undefined);
  deepEqual(report.checked.slice(3).map(({ judgement }) => judgement.kind), [
    "not judged",
    "not judged",
    "judged",
  ]);
});

Deno.test("BTF is judged where its bytes are shown and no log is asked for", () => {
  const words = [0x1eb9f, 24, 0, 16, 16, 5, 1, 0x01000000, 4, 0x01000020];
  const bytes = words.flatMap((word) => [word, word >> 8, word >> 16, word >>> 24]);
  const hex = bytes.map((byte) => "\\x" + (byte & 255).toString(16).padStart(2, "0")).join("");
  const load = (ret: string, more = "", text = `"${hex}\\x00int\\x00"`) =>
    `bpf(18, {btf=${text}, btf_size=45${more}}, 28) = ${ret}`;
  const kinds = (...lines: string[]) =>
    checkLines(...START, ...lines).checked.slice(START.length).map(({ judgement }) =>
      judgement.kind
    );
  deepEqual(kinds(load("3"), load("4")), ["judged", "judged"]);
  deepEqual(kinds(load("-1 EINVAL (Invalid argument)")), ["refuted"]);
  deepEqual(kinds(load("3", "", `"\\x00${hex}int\\x00"`)), ["refuted"]);
  deepEqual(kinds(load("3", ", btf_log_level=1, btf_log_buf=0x7000, btf_log_size=128")), [
    "not judged",
  ]);
  deepEqual(kinds(load("-1 EINVAL (Invalid argument)", "", "0x7000")), ["not judged"]);
});

Deno.test("pins by a directory's descriptor, mounts and namespaces leave names open", () => {
  const report = checkLines(
    ...START,
    create(3),
    'openat(-100, "/sys/fs/bpf", O_RDONLY|O_DIRECTORY) = 4',
    'bpf(6, {pathname="m", bpf_fd=3, file_flags=0x4000, path_fd=4}, 24) = 0',
    "bpf(28, {link_create={map_fd=3, target_fd=0, attach_type=0x2c, flags=0}}, 64) = -1 EINVAL (x)",
    'mount("none", "/mnt", "bpf", 0, NULL) = 0',
    'bpf(7, {pathname="/sys/fs/bpf/m", bpf_fd=0, file_flags=0}, 16) = 5',
    "unshare(CLONE_NEWUSER) = 0",
    create(6).replace("= 6", "= -1 EPERM (x)"),
  );
  deepEqual(report.refuted, undefined);
  const said = JSON.stringify(report.checked);
  match(said, /a path that starts at a directory/);
  match(said, /what paths mean, since mount in line \d+/);
  match(said, /the caller's credentials, since unshare in line \d+/);
});

Deno.test("calls of two processes that ran at the same time may take effect in either order", () => {
  const lines = (first: string, second: string) => [
    ...START.map((line) => `1 ${line}`),
    `1 ${create(3)}`,
    "1 clone(child_stack=NULL, flags=17 /* SIGCHLD */) = 2",
    "1 bpf(0x16, {map_fd=3}, 4 <unfinished ...>",
    `2 bpf(2, {map_fd=3, key=0x7000, value=0x7008, flags=0}, 32) = ${first}`,
    `1 <... bpf resumed>) = ${second}`,
    "2 bpf(2, {map_fd=3, key=0x7000, value=0x7008, flags=0}, 32) = -1 EPERM (Not permitted)",
  ];
  ok(!checkLines(...lines("0", "0")).refuted);
  ok(!checkLines(...lines("-1 EPERM (Not permitted)", "0")).refuted);
  ok(checkLines(...lines("0", "-1 EPERM (Not permitted)")).refuted);
});

Deno.test("a child's calls may stand before the line that tells of the child", () => {
  const report = checkLines(
    ...START.map((line) => `1 ${line}`),
    `1 ${create(3)}`,
    "1 clone(child_stack=NULL, flags=17 <unfinished ...>",
    "2 bpf(0x16, {map_fd=3}, 4) = 0",
    "1 <... clone resumed>) = 2",
    "2 close(3) = 0",
    "2 +++ exited with 0 +++",
    "1 bpf(0x16, {map_fd=3}, 4) = -1 EPERM (Not permitted)",
  );
  deepEqual(report.refuted, undefined);
  equal(judged(report), 5);
});
