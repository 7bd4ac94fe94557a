import { Guest } from "../src/oracle/guest.ts";
import { campaign } from "../src/oracle/campaign/campaign.ts";
import { exampleOf } from "../src/oracle/show.ts";
const [version, image, calls, seed] = Deno.args;
const g = await Guest.open({ kernel: image });
const r = await campaign(g, { version: version as any, calls: Number(calls), seed: Number(seed) });
console.log(version, g.release, r.calls, r.paths, r.deep/r.calls, r.milliseconds.toFixed(0), (r.calls/r.milliseconds*1e3).toFixed(0)+"/s", "rules", r.confirmed.size);
for (const f of r.found) { console.log("----", f.difference.rule, "observed", f.difference.observed, "allowed", f.difference.allowed); console.log(exampleOf(version as any, f.path.trail, f.difference.allowed)); }
await g.close();
