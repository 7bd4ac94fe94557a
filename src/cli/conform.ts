import { Command } from "commander";
import { type Version } from "bpfspec";
import { campaign, type CampaignReport, exampleOf, type Found } from "../oracle/mod.ts";
import { runningKernel } from "./judge.ts";
import { placeOfRule } from "./places.ts";
import { ProgressLine } from "./progress.ts";
import { UsageError, wholeNumber } from "./usage.ts";

/** `bpfspec conform`: a campaign of random calls on the running kernel. */
export function conformCommand(): Command {
  return new Command("conform")
    .description("Make random calls on the running kernel and hold each answer to the model")
    .option("--calls <n>", "about how many calls", "20000")
    .option("--seed <n>", "the same seed makes the same calls", "1")
    .option("--shard <i/n>", "only the i-th of n parts (from 1)")
    .action(async (options: { calls: string; seed: string; shard?: string }) => {
      const running = await runningKernel();
      if (typeof running === "string") throw new UsageError(`no kernel to conform to: ${running}`);
      const { runner, version } = running;
      const progress = new ProgressLine();
      const result = await campaign(runner, {
        version,
        calls: wholeNumber("--calls", options.calls, 1),
        seed: wholeNumber("--seed", options.seed, 0),
        ...(options.shard === undefined ? {} : { shard: shardOf(options.shard) }),
        onProgress: ({ calls, differences }) =>
          progress.show(`${calls} calls, ${differences} differences`),
      });
      progress.clear();
      await runner.close();
      await tell(version, runner.release, options.seed, result);
    });
}

function shardOf(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index) - 1, of: Number(of) };
  if (!(shard.index >= 0 && shard.index < shard.of)) {
    throw new UsageError(`--shard takes i/n with i from 1 to n, not "${text}"`);
  }
  return shard;
}

async function tell(
  version: Version,
  release: string,
  seed: string,
  result: CampaignReport,
): Promise<void> {
  for (const found of result.found) await show(version, found);
  const unexplained = result.found.filter(({ explained }) => explained === undefined).length;
  const seconds = result.milliseconds / 1000;
  const deep = Math.round(100 * result.deep / result.calls);
  console.log(
    `kernel ${release}: ${result.calls} calls on ${result.paths} paths, seed ${seed}, ` +
      `${Math.round(result.calls / seconds)} calls a second, ${deep}% beyond their first check`,
  );
  console.log(
    `${result.confirmed.size} rules confirmed, ${result.found.length} differences, ` +
      `${unexplained} unexplained`,
  );
  if (unexplained > 0) Deno.exit(1);
}

async function show(version: Version, { difference, path, explained }: Found): Promise<void> {
  const { observed, allowed, rule } = difference;
  const place = rule === undefined ? undefined : await placeOfRule(rule);
  const where = place === undefined ? "" : ` (${place.file}:${place.line})`;
  console.log(`observed ${observed}; allowed ${allowed}${rule ? `; rule ${rule}${where}` : ""}`);
  if (explained !== undefined) console.log(`explained: ${explained}`);
  console.log(exampleOf(version, path.trail, allowed) + "\n");
}
