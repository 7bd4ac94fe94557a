/**
 * The executor on the running kernel. Without root these tests are ignored, and Deno's report says
 * so.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { Executor } from "../../src/oracle/executor.ts";
import { readPrebuilt, sourcesSha256, unpack } from "../../src/oracle/executor/build.ts";
import { OPS, type Script, splitScripts, type Step, transcript } from "../../src/oracle/script.ts";
import { answers, CASES, runAll, runCases, runOne, script } from "./cases.ts";

const why = Executor.available();

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
