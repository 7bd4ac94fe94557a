/** Paths of the model, run on a real kernel and compared. */
import { bootKernel, type BootOptions, type Kernel, type Step, step, type Version } from "bpfspec";
import { compare, type Comparison } from "./compare.ts";
import type { KernelRunner, ScriptResult } from "./script.ts";
import { NotReplayable, translate, type Translation } from "./translate.ts";

/** A path of the model from boot. */
export interface Path {
  /** One word that names it, for people. */
  readonly name: string;
  readonly version: Version;
  readonly options: BootOptions;
  readonly trail: readonly Step[];
}

export type Replayed =
  | {
    readonly path: Path;
    readonly translation: Translation;
    readonly result: ScriptResult;
    readonly comparison: Comparison;
  }
  | { readonly path: Path; readonly skipped: string };

/** Why a real kernel cannot be put into the state that a path boots in; undefined where it can. */
export function unlikeReal({ options }: Path): string | undefined {
  const config = Object.keys(options.config ?? {});
  if (config.length > 0) return `the machine is configured: ${config.join(", ")}`;
  if (
    options.seeds !== undefined && Object.keys(options.seeds).some((seed) => seed !== "hashrnd")
  ) {
    return "the path chooses ids";
  }
  return options.limits === undefined ? undefined : "the limits are set at boot";
}

/** A path as a script, or why there is none. */
export function scriptOf(path: Path): Translation | string {
  const unlike = unlikeReal(path);
  if (unlike !== undefined) return unlike;
  try {
    return translate(path.name, path.version, path.trail);
  } catch (error) {
    if (error instanceof NotReplayable) return error.message;
    throw error;
  }
}

/** The model's kernel before each step of a path, on demand. */
export function kernelsOf(path: Path): (index: number) => Kernel {
  const kernels: Kernel[] = [bootKernel(path.version, path.options)];
  return (index) => {
    while (kernels.length <= index) {
      const { task, call } = path.trail[kernels.length - 1];
      kernels.push(step(kernels[kernels.length - 1], task, call).kernel);
    }
    return kernels[index];
  };
}

/** Compares what a kernel (or a record of one) answered with the path. */
export function judge(path: Path, translation: Translation, result: ScriptResult): Comparison {
  return compare(translation, result, kernelsOf(path));
}

/** Runs paths on a kernel, in order; what cannot be run says why. */
export async function* replay(
  runner: KernelRunner,
  paths: readonly Path[],
): AsyncGenerator<Replayed> {
  const translated = paths.map((path) => ({ path, translation: scriptOf(path) }));
  const scripts = translated.flatMap(({ translation }) =>
    typeof translation === "string" ? [] : [translation.script]
  );
  const results = runner.run(scripts)[Symbol.asyncIterator]();
  try {
    for (const { path, translation } of translated) {
      if (typeof translation === "string") {
        yield { path, skipped: translation };
        continue;
      }
      const next = await results.next();
      if (next.done) throw new Error(`no result for the script ${translation.script.name}`);
      const result = next.value;
      yield { path, translation, result, comparison: judge(path, translation, result) };
    }
    // Lets the runner see the end of its scripts.
    await results.next();
  } finally {
    await results.return?.();
  }
}

/** Runs one path. */
export async function replayOne(runner: KernelRunner, path: Path): Promise<Replayed> {
  const all: Replayed[] = [];
  for await (const replayed of replay(runner, [path])) all.push(replayed);
  return all[0];
}
