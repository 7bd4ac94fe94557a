/** Holds the book's paths to kernels: the running one where it can, recorded evidence elsewhere. */
import { type Version, VERSIONS } from "bpfspec";
import type { BookReport, ObservedPath } from "../book/mod.ts";
import {
  type Comparison,
  type Difference,
  Evidence,
  exampleOf,
  Executor,
  explain,
  judge,
  type KernelRunner,
  needsGuest,
  onVersion,
  type Path,
  replay,
  scriptOf,
  versionOfRelease,
} from "../oracle/mod.ts";
import { ProgressLine } from "./progress.ts";

export interface Judgement {
  /** Rules that a kernel refused by, where and as the model did. */
  readonly confirmed: ReadonlySet<string>;
  /** One line a kernel: how it was asked and what it said. */
  readonly kernels: ReadonlyMap<Version, string>;
  readonly problems: readonly string[];
  /** The same rules, kernel by kernel. */
  readonly byKernel: ReadonlyMap<Version, ReadonlySet<string>>;
}

/** The book's paths as the oracle takes them; the name is the place. */
export function pathsOf(book: BookReport): readonly Path[] {
  return book.paths.map((path: ObservedPath) => ({
    name: `${path.file}:${path.line}`,
    version: path.version as Version,
    options: (path.options ?? {}) as Path["options"],
    trail: path.trail as Path["trail"],
  }));
}

/** Every path of the book, on one of the kernels; paths that come out alike once. */
export function pathsOn(version: Version, paths: readonly Path[]): readonly Path[] {
  // What a chapter shows for this kernel comes first, so that its place names the record.
  const own = paths.filter((path) => path.version === version);
  const others = paths.filter((path) => path.version !== version);
  return [...own, ...others.map((path) => onVersion(path, version))];
}

/** Where a kernel's records are kept. */
export function evidencePath(version: Version): string {
  return `test/evidence/${version}.json`;
}

async function recordOf(version: Version): Promise<Evidence | undefined> {
  try {
    const path = evidencePath(version);
    return Evidence.parse(path, await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The running kernel, where it is one of the five and scripts can run on it. */
async function runningKernel(): Promise<
  { readonly runner: KernelRunner; readonly version: Version } | string
> {
  const unavailable = Executor.available();
  if (unavailable !== undefined) return unavailable;
  const version = versionOfRelease(Deno.osRelease());
  if (version === undefined) return `${Deno.osRelease()} is none of ${VERSIONS.join(", ")}`;
  return { runner: await Executor.open(), version };
}

class Tally {
  calls = 0;
  agreed = 0;
  paths = 0;
  readonly skipped = new Map<string, number>();
  readonly problems: string[] = [];
  readonly confirmed = new Set<string>();

  add(path: Path, comparison: Comparison): void {
    this.paths++;
    this.calls += comparison.calls;
    this.agreed += comparison.agreed;
    for (const rule of comparison.confirmed) this.confirmed.add(rule);
    if (comparison.difference !== undefined) this.#part(path, comparison.difference);
  }

  skip(why: string): void {
    this.skipped.set(why, (this.skipped.get(why) ?? 0) + 1);
  }

  #part(path: Path, difference: Difference): void {
    if (explain(path.version, difference) !== undefined) return;
    const upTo = path.trail.slice(0, path.trail.indexOf(difference.model) + 1);
    this.problems.push(
      `${path.name}: kernel ${path.version} observed ${difference.observed}; allowed ${difference.allowed}` +
        (difference.rule === undefined ? "" : ` (rule ${difference.rule})`) + "\n" +
        exampleOf(path.version, upTo, difference.allowed),
    );
  }

  line(how: string): string {
    const skipped = [...this.skipped.values()].reduce((sum, n) => sum + n, 0);
    const reasons = [...this.skipped].map(([why, n]) => `${n} ${why}`).join("; ");
    return `${how}, ${this.agreed} of ${this.calls} calls agreed on ${this.paths} paths` +
      (skipped === 0 ? "" : `; ${skipped} not run (${reasons})`);
  }
}

async function live(runner: KernelRunner, paths: readonly Path[], tally: Tally): Promise<void> {
  const progress = new ProgressLine();
  let n = 0;
  for await (const replayed of replay(runner, paths)) {
    if ("skipped" in replayed) tally.skip(replayed.skipped);
    else tally.add(replayed.path, replayed.comparison);
    progress.show(`kernel ${runner.release}: ${++n} of ${paths.length} paths`);
  }
  progress.clear();
}

function recorded(evidence: Evidence, paths: readonly Path[], tally: Tally): void {
  const missing: Path[] = [];
  for (const path of paths) {
    const translation = scriptOf(path, evidence.file.types);
    if (typeof translation === "string") {
      tally.skip(translation);
      continue;
    }
    const result = evidence.resultOf(translation.script);
    // A running kernel is recorded as it is; only a guest's sysctl may be set.
    if (result === undefined && needsGuest(path)) tally.skip("only a guest may be asked");
    else if (result === undefined) missing.push(path);
    else tally.add(path, judge(path, translation, result));
  }
  if (missing.length > 0) tally.problems.push(stale(missing));
}

/** What to do about paths that have no record. */
function stale(missing: readonly Path[]): string {
  const [{ version }] = missing;
  const places = [...new Set(missing.map(({ name }) => name))];
  const shown = places.slice(0, 5).join(", ") + (places.length > 5 ? ", ..." : "");
  return `kernel ${version}: ${missing.length} paths have no record (${shown}); ` +
    `\`npx -y deno task evidence --kernel ${version}\` renews ${evidencePath(version)}`;
}

/** Judges every path of the book by the kernel that it is for. */
export async function judgeBook(
  book: BookReport,
  options: { readonly recordedOnly?: boolean } = {},
): Promise<Judgement> {
  const running = options.recordedOnly ? "records only" : await runningKernel();
  const confirmed = new Set<string>();
  const kernels = new Map<Version, string>();
  const problems: string[] = [];
  const byKernel = new Map<Version, ReadonlySet<string>>();
  const all = pathsOf(book);
  for (const version of VERSIONS) {
    const paths = pathsOn(version, all);
    const tally = new Tally();
    if (typeof running !== "string" && running.version === version) {
      await live(running.runner, paths, tally);
      kernels.set(version, tally.line(`${running.runner.release}, running`));
    } else {
      const evidence = await recordOf(version);
      if (evidence === undefined) {
        kernels.set(version, `no record; ${paths.length} paths not judged`);
        continue;
      }
      recorded(evidence, paths, tally);
      kernels.set(version, tally.line(`${evidence.file.release}, recorded`));
    }
    for (const rule of tally.confirmed) confirmed.add(rule);
    byKernel.set(version, tally.confirmed);
    problems.push(...tally.problems);
  }
  if (typeof running !== "string") await running.runner.close();
  return { confirmed, kernels, problems, byKernel };
}
