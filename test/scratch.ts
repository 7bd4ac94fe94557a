import { Guest } from "../src/oracle/guest.ts";
import { campaign } from "../src/oracle/campaign/campaign.ts";
import { exampleOf } from "../src/oracle/show.ts";
const [version, image, calls, seed] = Deno.args;
const t=performance.now();
const g = await Guest.open({ kernel: image, ...(version==="7.2"?{cpu:"max"}:{}) } as any);
console.log("booted", g.release, g.version, (performance.now()-t).toFixed(0)+"ms");
const r = await campaign(g, { version: version as any, calls: Number(calls), seed: Number(seed) });
console.log(version, r.calls, r.paths, r.deep/r.calls, r.milliseconds.toFixed(0), (r.calls/r.milliseconds*1e3).toFixed(0)+"/s", "rules", r.confirmed.size);
for (const f of r.found) { console.log("----", f.difference.rule, "observed", f.difference.observed, "allowed", f.difference.allowed); console.log(exampleOf(version as any, f.path.trail, f.difference.allowed)); }
await g.close();
