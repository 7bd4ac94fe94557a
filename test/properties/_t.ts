import fc from "fast-check";
import { playFurther } from "./further.ts";
import { paths } from "./runs.ts";
const c = new Map<string, number>();
let dead = 0, n = 0;
for (const [v, d] of fc.sample(paths(60), { numRuns: 300, seed: 1 })) {
  const m = playFurther(v, d);
  n += m.trail.length;
  for (const s of m.trail) {
    const name = s.call.op === "bpf"
      ? s.call.cmd + ((s.call.attr as any).path_fd !== undefined ? "@" : "")
      : s.call.op;
    const a = s.answer;
    const k = name + " " + (a.kind === "refusal" ? a.rule.id : a.kind);
    c.set(k, (c.get(k) ?? 0) + 1);
  }
  for (const i of m.kernel.fs.inodes.values()) if (i.nlink === 0) dead++;
}
console.log(n, dead);
for (
  const [k, x] of [...c].filter(([k]) => /@|rmdir|open|PROG_LOAD|mmap|dup|recv|send /.test(k))
    .sort()
) console.log(x, k);
