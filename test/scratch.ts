import { Executor } from "../src/oracle/executor.ts";
import { campaign } from "../src/oracle/campaign/campaign.ts";
import { exampleOf } from "../src/oracle/show.ts";
const ex = await Executor.open();
const r = await campaign(ex, { version: "6.18", calls: Number(Deno.args[0] ?? 20000), seed: Number(Deno.args[1] ?? 1) });
console.log(r.calls, r.paths, r.deep/r.calls, r.milliseconds, r.calls/r.milliseconds*1e3, "rules", r.confirmed.size);
for (const f of r.found) { console.log("----", f.difference.rule, "observed", f.difference.observed, "allowed", f.difference.allowed); console.log(exampleOf("6.18", f.path.trail, f.difference.allowed)); }
await ex.close();
