import { type Version } from "bpfspec";
import { Command } from "commander";
import {
  campaign,
  type CampaignReport,
  exampleOf,
  type Found,
  type GuestError,
  type Judged,
  type Path,
  type Survivor,
} from "../oracle/mod.ts";
import { contrast } from "./against.ts";
import { placeOfRule } from "./places.ts";
import { ProgressLine } from "./progress.ts";
import { UsageError, wholeNumber } from "./usage.ts";
import { KERNEL_HELP, onKernels, versionOf, versionsOf } from "./versions.ts";

interface Options {
  readonly kernel?: string;
  readonly calls: string;
  readonly seed: string;
  readonly shard?: string;
  readonly against?: string;
}

/** `bpfspec conform`: a campaign of random calls on a kernel. */
export function conformCommand(): Command {
  return new Command("conform")
    .description("Make random calls on a kernel and hold each answer to the model")
    .option("--kernel <version>", `${KERNEL_HELP}; the running one where it is absent`)
    .option("--calls <n>", "about how many calls", "20000")
    .option("--seed <n>", "the same seed makes the same calls", "1")
    .option("--shard <i/n>", "only the i-th of n parts (from 1)")
    .option("--against <version>", "run the same calls on a second kernel, and show what differs")
    .action(async (options: Options) => {
      const settings = settingsOf(options);
      const versions = versionsOf(options.kernel);
      if (options.against !== undefined) {
        if (versions.length !== 1) throw new UsageError("--against takes one --kernel, not all");
        const second = versionOf("--against", options.against);
        Deno.exit(await contrast(versions[0], second, settings) > 0 ? 1 : 0);
      }
      let bad = 0;
      const missing = await onKernels(versions, async (runner, version) => {
        const one = await conform(runner, version, settings);
        bad += await tell(one, versions.length > 1);
      });
      if (bad + missing > 0) Deno.exit(1);
    });
}

interface Settings {
  readonly calls: number;
  readonly seed: number;
  readonly shard?: { readonly index: number; readonly of: number };
}

function settingsOf({ calls, seed, shard }: Options): Settings {
  return {
    calls: wholeNumber("--calls", calls, 1),
    seed: wholeNumber("--seed", seed, 0),
    ...(shard === undefined ? {} : { shard: shardOf(shard) }),
  };
}

function shardOf(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index) - 1, of: Number(of) };
  if (!(shard.index >= 0 && shard.index < shard.of)) {
    throw new UsageError(`--shard takes i/n with i from 1 to n, not "${text}"`);
  }
  return shard;
}

interface Death {
  readonly path: Path;
  readonly error: GuestError;
}

interface Conformed {
  readonly version: Version;
  readonly release: string;
  readonly seed: number;
  readonly report: CampaignReport;
  readonly deaths: readonly Death[];
}

async function conform(
  runner: Survivor,
  version: Version,
  settings: Settings,
): Promise<Conformed> {
  const progress = new ProgressLine();
  const deaths: Death[] = [];
  /** A path that killed the kernel has no answers to compare. */
  const judge = ({ path, result, comparison }: Judged) => {
    const error = runner.died(result);
    if (error === undefined) return comparison;
    deaths.push({ path, error });
    return { calls: 0, agreed: 0, confirmed: [] };
  };
  const report = await campaign(runner, {
    version,
    ...settings,
    judge,
    onProgress: ({ calls, differences }) =>
      progress.show(`${runner.release}: ${calls} calls, ${differences} differences`),
  });
  progress.clear();
  return { version, release: runner.release, seed: settings.seed, report, deaths };
}

/** Tells what a campaign found; gives how much of it is bad. */
async function tell(one: Conformed, isOfSeveral: boolean): Promise<number> {
  const { version, release, seed, report, deaths } = one;
  for (const found of report.found) await show(version, found);
  for (const death of deaths) showDeath(version, seed, death);
  const unexplained = report.found.filter(({ explained }) => explained === undefined).length;
  const perSecond = Math.round(1000 * report.calls / report.milliseconds);
  const deep = Math.round(100 * report.deep / Math.max(report.calls, 1));
  const lines = [
    `kernel ${release}: ${report.calls} calls on ${report.paths} paths, seed ${seed}, ` +
    `${perSecond} calls a second, ${deep}% beyond their first check`,
    `${report.confirmed.size} rules confirmed, ${report.found.length} differences, ` +
    `${unexplained} unexplained` + (deaths.length === 0 ? "" : `, it died ${deaths.length} times`),
  ];
  console.log(lines.join(isOfSeveral ? "; " : "\n"));
  return unexplained + deaths.length;
}

async function show(
  version: Version,
  { difference, path, explained, again }: Found,
): Promise<void> {
  const { observed, allowed, rule } = difference;
  const place = rule === undefined ? undefined : await placeOfRule(rule);
  const where = place === undefined ? "" : ` (${place.file}:${place.line})`;
  console.log(`observed ${observed}; allowed ${allowed}${rule ? `; rule ${rule}${where}` : ""}`);
  if (!again) console.log("it did not show again when its path was run alone");
  if (explained !== undefined) console.log(`explained: ${explained}`);
  console.log(exampleOf(version, path.trail, allowed) + "\n");
}

function showDeath(version: Version, seed: number, { path, error }: Death): void {
  console.log(`the guest died in script ${path.name} (kernel ${version}, seed ${seed})`);
  console.log(error.message);
  console.log(exampleOf(version, path.trail, "the kernel goes on") + "\n");
}
