import assert from "node:assert/strict";
import { trial } from "./fixtures/runner.ts";

const CHAPTER = `# The model

\`\`\`ts
const m: Machine = boot("6.18").bpf("MAP_CREATE", {
  map_type: BPF_MAP_TYPE_HASH,
  key_size: 4,
  value_size: 8,
  max_entries: 16,
});
m.result // => 3
const frozen = m.bpf("MAP_FREEZE", { map_fd: 3 });
frozen.bpf("MAP_FREEZE", { map_fd: 3 }).result // => EPERM MAP_FREEZE/frozen
u64(1) // => bytes(1, 0, 0, 0, 0, 0, 0, 0)
\`\`\`

| constant | value |
| --- | --- |
| \`BPF_F_RDONLY_PROG\` | 128 |
`;

Deno.test("real: the model itself is the default prelude, also for a file elsewhere", async () => {
  await trial({ "a.md": CHAPTER }, { prelude: undefined }, ({ report }) => {
    assert.deepEqual(report.failures, []);
    assert.deepEqual(Array.from(report.rulesFired.keys()), ["MAP_FREEZE/frozen"]);
    const [{ version, trail }, ...more] = report.paths;
    assert.deepEqual([version, trail.length, more.length], ["6.18", 3, 0]);
  });
});
