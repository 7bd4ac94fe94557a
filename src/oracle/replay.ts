/** Paths of the model, run on a real kernel and compared. */
import {
  boot,
  bootKernel,
  type BootOptions,
  type Kernel,
  type Step,
  step,
  type Version,
} from "bpfspec";
import { takesAtMost } from "./affordable.ts";
import { NotReplayable } from "./areas.ts";
import { compare, type Comparison } from "./compare.ts";
import { CLEANUP, registers } from "./registers.ts";
import type { KernelRunner, Script, ScriptResult } from "./script.ts";
import { sysctlSteps, translate, type Translation } from "./translate.ts";
import { type TypeIds, typeIdsOf, usesTypes } from "./type_ids.ts";

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
function unlikeReal({ options }: Path): string | undefined {
  const config = Object.keys(options.config ?? {}).filter((key) => !(key in SYSCTLS));
  if (config.length > 0) return `the machine is configured: ${config.join(", ")}`;
  if (
    options.seeds !== undefined && Object.keys(options.seeds).some((seed) => seed !== "hashrnd")
  ) {
    return "the path chooses ids";
  }
  return undefined;
}

/** What of a machine's configuration is a sysctl, its file, and what guests boot with. */
const SYSCTLS = {
  unprivileged_bpf_disabled: { file: "kernel/unprivileged_bpf_disabled", atBoot: 2 },
  protected_symlinks: { file: "fs/protected_symlinks", atBoot: 0 },
  protected_hardlinks: { file: "fs/protected_hardlinks", atBoot: 1 },
} as const;

/** The sysctls that a path needs, where they are not what kernels boot with. */
function sysctlsOf({ options }: Path): Readonly<Record<string, number>> {
  const set = Object.entries(SYSCTLS).flatMap(([key, { file, atBoot }]) => {
    const value = options.config?.[key as keyof typeof SYSCTLS];
    return value === undefined || value === atBoot ? [] : [[file, value] as const];
  });
  return Object.fromEntries(set);
}

/** The same calls on another of the five kernels. */
export function onVersion(path: Path, version: Version): Path {
  return version === path.version ? path : remade({ ...path, version });
}

/** A path whose calls are made anew from boot. */
export function remade(path: Path): Path {
  let m = boot(path.version, path.options);
  for (const { task, call } of path.trail) m = m.as(task).call(call);
  return { ...path, trail: m.trail };
}

/** No map that a path makes on a real kernel is larger. */
const LARGEST_MAP = 2 ** 28;

/** What is larger than all memory is refused where it is asked for, and takes none. */
function isAffordable({ call, answer }: Step): boolean {
  const refused = answer.kind === "refusal" && answer.rule.id.endsWith("/create_memory");
  return refused || takesAtMost(LARGEST_MAP, call, () => answer);
}

/** A path as a script, or why there is none; `ids` is what the kernel calls the types by. */
export function scriptOf(path: Path, ids: TypeIds = {}): Translation | string {
  const unlike = unlikeReal(path);
  if (unlike !== undefined) return unlike;
  if (!path.trail.every(isAffordable)) {
    return "a map is larger than a real kernel is asked for";
  }
  try {
    return translate(path.name, path.version, path.trail, {
      ...(path.options.limits === undefined ? {} : { limits: path.options.limits }),
      sysctls: sysctlsOf(path),
      ...(usesTypes(path.trail) ? { types: { vmlinux: vmlinuxOf(path), ids } } : {}),
    });
  } catch (error) {
    if (error instanceof NotReplayable) return error.message;
    throw error;
  }
}

function vmlinuxOf({ version, options }: Path): string {
  return bootKernel(version, options).vmlinux;
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

function setsSysctls(path: Path): boolean {
  return Object.keys(sysctlsOf(path)).length > 0;
}

/** Whether a path asks for what only a guest can be made to be, or does what is everybody's. */
export function needsGuest(path: Path): boolean {
  return setsSysctls(path) || registers(path.trail);
}

/** What is run after a path, so that the next one finds the kernel as it booted. */
function afterwards(path: Path): readonly Script[] {
  return [...(setsSysctls(path) ? [RESTORE] : []), ...(registers(path.trail) ? [CLEANUP] : [])];
}

/** Puts sysctls back after a path that changed one. */
const RESTORE: Script = {
  name: "restore",
  steps: sysctlSteps(
    Object.fromEntries(Object.values(SYSCTLS).map(({ file, atBoot }) => [file, atBoot])),
  ),
};

/** The script of a path for a kernel; a kernel that others use keeps its sysctls. */
async function scriptFor(runner: KernelRunner, path: Path): Promise<Translation | string> {
  if (runner.shared && setsSysctls(path)) {
    return "the sysctl is the machine's own (a guest's may be set)";
  }
  if (runner.shared && registers(path.trail)) {
    return "it registers a struct with a kernel that others use (a guest's may be registered)";
  }
  return scriptOf(path, usesTypes(path.trail) ? await typeIdsOf(runner) : {});
}

/** Runs paths on a kernel, in order; what cannot be run says why. */
export async function* replay(
  runner: KernelRunner,
  paths: readonly Path[],
): AsyncGenerator<Replayed> {
  const translated: { readonly path: Path; readonly translation: Translation | string }[] = [];
  for (const path of paths) {
    translated.push({ path, translation: await scriptFor(runner, path) });
  }
  const scripts = translated.flatMap(({ path, translation }) =>
    typeof translation === "string" ? [] : [translation.script, ...afterwards(path)]
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
      for (const _ of afterwards(path)) await results.next();
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
