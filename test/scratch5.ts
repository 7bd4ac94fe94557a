import { Executor } from "../src/oracle/executor.ts";
import { replay } from "../src/oracle/replay.ts";
import { choices } from "../src/oracle/campaign/choices.ts";
import { pathOf } from "../src/oracle/campaign/paths.ts";
import { exampleOf } from "../src/oracle/show.ts";
import fc from "fast-check";
const ex = await Executor.open(); let n=0, calls=0;
for (let seed = 3990; calls < 25000; seed += 200) {
  const paths = fc.sample(choices(40), { seed, numRuns: 200 }).map((c, i) => pathOf("p"+i, "6.18", c));
  for await (const r of replay(ex, paths)) { if ("skipped" in r) continue; calls += r.comparison.calls; const d = r.comparison.difference; if (d) { n++; if (n<4) console.log("----", d.rule, d.observed, d.allowed, "\n"+exampleOf("6.18", r.path.trail.slice(0, r.path.trail.indexOf(d.model)+1), d.allowed)); } }
}
console.log(calls, n);
await ex.close();
