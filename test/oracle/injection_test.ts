/** A wrong errno put into a rule of the model is found by a campaign, and shrunk to a few calls. */
import type { Step } from "bpfspec";
import assert from "node:assert/strict";
import { campaign, type Judged } from "../../src/oracle/campaign/campaign.ts";
import { compare, type Comparison } from "../../src/oracle/compare.ts";
import { Executor } from "../../src/oracle/executor.ts";
import { versionOfRelease } from "../../src/oracle/releases.ts";
import { kernelsOf } from "../../src/oracle/replay.ts";
import type { Translated } from "../../src/oracle/translate.ts";

/** The comparison that a model would get which refuses by `rule` with another errno. */
function withWrongErrno(rule: string): (judged: Judged) => Comparison {
  const spoil = (step: Step): Step =>
    step.answer.kind === "refusal" && step.answer.rule.id === rule
      ? { ...step, answer: { ...step.answer, errno: "ENOSYS" } }
      : step;
  return ({ path, translation, result }) => {
    const steps = translation.steps.map((each): Translated =>
      each.model === undefined ? each : { ...each, model: spoil(each.model) }
    );
    const trail = steps.flatMap(({ model }) => model ?? []);
    const comparison = compare({ ...translation, steps }, result, kernelsOf(path));
    const at = comparison.difference === undefined
      ? -1
      : trail.indexOf(comparison.difference.model);
    // The shrinker knows the path's own steps, not the spoilt copies.
    return at < 0 ? comparison : {
      ...comparison,
      difference: { ...comparison.difference!, model: path.trail[at] },
    };
  };
}

const RULES = ["MAP_FREEZE/frozen", "HASH/update_full", "OBJ_GET/permission"];
const unavailable = Executor.available();
const version = versionOfRelease(Deno.osRelease());

for (const rule of RULES) {
  Deno.test({
    name: `a wrong errno in ${rule} is found and shrunk to five calls or fewer` +
      (unavailable === undefined ? "" : ` (not run: ${unavailable})`),
    ignore: unavailable !== undefined || version === undefined,
    fn: async () => {
      const runner = await Executor.open();
      try {
        const judge = withWrongErrno(rule);
        const report = await campaign(runner, {
          version: version!,
          calls: 20000,
          seed: 4,
          judge,
          // What is found must not hang on how busy the machine is.
          shrinkFor: 60_000,
        });
        const [found] = report.found;
        assert.ok(found !== undefined, `the campaign of ${report.calls} calls did not find it`);
        assert.equal(found.difference.rule, rule);
        assert.equal(found.difference.allowed, "ENOSYS");
        assert.ok(found.path.trail.length <= 5, `${found.path.trail.length} calls are left`);
      } finally {
        await runner.close();
      }
    },
  });
}
