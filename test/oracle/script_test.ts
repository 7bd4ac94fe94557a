/** Scripts and results as text, and the initramfs. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { cpio } from "../../src/oracle/initramfs.ts";
import { ExecutorError, parseArea, ResultParser } from "../../src/oracle/results.ts";
import { encodeScript, scriptText, splitScripts, type Step } from "../../src/oracle/script.ts";
import { script } from "./cases.ts";

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
