/** A campaign: drawn paths on a real kernel, each held to the model. */
import type { Version } from "bpfspec";
import fc from "fast-check";
import type { Comparison, Difference } from "../compare.ts";
import { explain } from "../explained.ts";
import { type Path, remade, replay, type Replayed, replayOne } from "../replay.ts";
import type { KernelRunner } from "../script.ts";
import { type Choice, choices } from "./choices.ts";
import { isDeep, pathOf } from "./paths.ts";
import { without } from "./renumber.ts";

export interface CampaignOptions {
  readonly version: Version;
  /** About how many calls are made. */
  readonly calls: number;
  readonly seed: number;
  /** This part of so many: paths are dealt out in turn. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Milliseconds for which one difference is shrunk at most; 5,000 where it is absent. */
  readonly shrinkFor?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** How a path's results are compared: tests put an error in here. */
  readonly judge?: (replayed: Judged) => Comparison;
}

export type Judged = Extract<Replayed, { comparison: Comparison }>;

export interface Progress {
  readonly calls: number;
  readonly paths: number;
  readonly differences: number;
  readonly milliseconds: number;
}

/** A difference, with the shortest path that was found to show it. */
export interface Found {
  readonly difference: Difference;
  readonly path: Path;
  readonly explained: string | undefined;
  /** Whether it showed again when its path was run alone. */
  readonly again: boolean;
}

export interface CampaignReport extends Progress {
  /** Calls that got beyond the first check. */
  readonly deep: number;
  readonly confirmed: ReadonlySet<string>;
  readonly found: readonly Found[];
}

const LENGTH = 40;
const BATCH = 200;
/** How long one difference is shrunk. */
const SHRINK_MS = 5000;
/** A campaign that finds this many differences has found enough. */
const ENOUGH = 10;

/** Runs a campaign. Differences of one kind (same rule, same answers) are shrunk once. */
export async function campaign(
  runner: KernelRunner,
  options: CampaignOptions,
): Promise<CampaignReport> {
  const started = performance.now();
  const tally = { calls: 0, paths: 0, deep: 0 };
  const confirmed = new Set<string>();
  const found = new Map<string, Found>();
  let drawn = 0;
  while (tally.calls < options.calls && found.size < ENOUGH) {
    const batch = draw(options, drawn);
    drawn += BATCH;
    const paths = batch.map((own, i) => pathOf(`p${drawn + i}`, options.version, own));
    const parted: { readonly difference: Difference; readonly own: readonly Choice[] }[] = [];
    let index = 0;
    for await (const replayed of replay(runner, paths)) {
      const own = batch[index++];
      if ("skipped" in replayed) continue;
      const comparison = options.judge?.(replayed) ?? replayed.comparison;
      tally.calls += comparison.calls;
      tally.paths++;
      tally.deep += deepCalls(replayed.path, comparison.calls);
      for (const rule of comparison.confirmed) confirmed.add(rule);
      if (comparison.difference !== undefined) {
        parted.push({ difference: comparison.difference, own });
      }
    }
    // Shrinking runs scripts of its own, so that it waits until the batch is through.
    for (const { difference, own } of parted) await note(found, difference, own);
    options.onProgress?.(progress());
  }
  return { ...progress(), deep: tally.deep, confirmed, found: [...found.values()] };

  function progress(): Progress {
    const milliseconds = performance.now() - started;
    return { ...tally, differences: found.size, milliseconds };
  }

  async function note(
    known: Map<string, Found>,
    difference: Difference,
    own: readonly Choice[],
  ): Promise<void> {
    const key = keyOf(difference);
    if (known.has(key)) return;
    const path = pathOf("shrink", options.version, own);
    known.set(key, await shrink(runner, options, { path, difference }, own, key));
  }
}

function draw({ seed, shard }: CampaignOptions, from: number): Choice[][] {
  const all = fc.sample(choices(LENGTH), { seed: seed + from, numRuns: BATCH });
  return shard === undefined ? all : all.filter((_, i) => i % shard.of === shard.index);
}

function deepCalls({ trail }: Path, calls: number): number {
  return trail.slice(0, calls).filter(({ answer }) => isDeep(answer)).length;
}

/** What makes two differences the same: the call, the rule and the answers. */
function keyOf({ model, rule, observed, allowed }: Difference): string {
  const name = model.call.op === "bpf" ? model.call.cmd : model.call.op;
  const bytes = /^area/.test(observed) ? "bytes" : `${observed} ${allowed}`;
  return `${name} ${rule ?? ""} ${bytes}`;
}

/** Finds a short path that shows the same difference, by fast-check's own shrinking. */
async function shrink(
  runner: KernelRunner,
  options: CampaignOptions,
  seen: Shown,
  own: readonly Choice[],
  key: string,
): Promise<Found> {
  let best: Shown | undefined;
  const shows = async (drawn: readonly Choice[]): Promise<boolean> => {
    const shown = await showing(runner, options, pathOf("shrink", options.version, drawn), key);
    best = shown ?? best;
    return shown !== undefined;
  };
  const explained = (found: Shown) => explain(options.version, found.difference);
  if (!(await shows(own))) return { ...seen, explained: explained(seen), again: false };
  const property = fc.asyncProperty(choices(LENGTH), async (drawn) => !(await shows(drawn)));
  await fc.check(property, {
    examples: [[[...own]]],
    numRuns: 1,
    interruptAfterTimeLimit: options.shrinkFor ?? SHRINK_MS,
  });
  const least = await withoutSpare(runner, options, best!, key);
  return { ...least, explained: explained(least), again: true };
}

interface Shown {
  readonly path: Path;
  readonly difference: Difference;
}

/** Runs a path; where it shows the difference, the path up to there. */
async function showing(
  runner: KernelRunner,
  options: CampaignOptions,
  path: Path,
  key: string,
): Promise<Shown | undefined> {
  const replayed = await replayOne(runner, path);
  if ("skipped" in replayed) return undefined;
  const { difference } = options.judge?.(replayed) ?? replayed.comparison;
  if (difference === undefined || keyOf(difference) !== key) return undefined;
  const upTo = path.trail.indexOf(difference.model) + 1;
  return { path: { ...path, trail: path.trail.slice(0, upTo) }, difference };
}

/** Leaves out every call that the difference does not need, and every two that it needs together. */
async function withoutSpare(
  runner: KernelRunner,
  options: CampaignOptions,
  found: Shown,
  key: string,
): Promise<Shown> {
  for (const { trail } of shorterThan(found.path)) {
    const shown = await showing(runner, options, remade({ ...found.path, trail }), key);
    if (shown !== undefined) return await withoutSpare(runner, options, shown, key);
  }
  return found;
}

/** Of longer paths no pairs are tried: there are too many. */
const PAIRED = 12;

/** The path without one of its calls, the last ones first, then without two. */
function* shorterThan(path: Path): Generator<Path> {
  const { trail } = path;
  const last = trail.length - 2;
  for (let i = last; i >= 0; i--) {
    yield { ...path, trail: without(trail, i) };
    yield { ...path, trail: trail.toSpliced(i, 1) };
  }
  for (let i = trail.length > PAIRED ? -1 : last; i >= 0; i--) {
    for (let j = i - 1; j >= 0; j--) yield { ...path, trail: without(without(trail, i), j) };
  }
}
