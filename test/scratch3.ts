import { play } from "../src/oracle/campaign/paths.ts";
import { choices } from "../src/oracle/campaign/choices.ts";
import fc from "fast-check";
import { RULES, existsIn } from "bpfspec";
const hits = new Map<string, number>(); let calls = 0, paths=0;
for (const own of fc.sample(choices(40), { seed: 11, numRuns: 8000 })) { paths++; for (const s of play("6.18", own).trail) { calls++; if (s.answer.kind === "refusal") hits.set(s.answer.rule.id, (hits.get(s.answer.rule.id) ?? 0) + 1); } }
console.log(calls, paths);
console.log("never:", RULES.filter(r => existsIn("6.18", r) && !hits.has(r.id)).map(r => r.id).join(" "));
console.log("rare:", [...hits].filter(([,n])=>n<10).map(([r,n])=>r+":"+n).join(" "));
