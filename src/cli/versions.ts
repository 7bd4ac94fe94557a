/** `--kernel`: which of the five. */
import { type Version, VERSIONS } from "bpfspec";
import { KernelsError } from "../oracle/kernels/mod.ts";
import { type KernelRunner, openRunner, Survivor, versionOfRelease } from "../oracle/mod.ts";
import { UsageError } from "./usage.ts";

/** What `--kernel` takes, for its help. */
export const KERNEL_HELP = `one of ${VERSIONS.join(", ")}, or all`;

/** One version by its name. */
export function versionOf(option: string, text: string): Version {
  const version = VERSIONS.find((known) => known === text);
  if (version !== undefined) return version;
  throw new UsageError(`${option} takes one of ${VERSIONS.join(", ")}, not "${text}"`);
}

/** The kernels that are meant: the running one where nothing is said. */
export function versionsOf(text: string | undefined): readonly Version[] {
  if (text === "all") return VERSIONS;
  if (text !== undefined) return [versionOf("--kernel", text)];
  const version = versionOfRelease(Deno.osRelease());
  if (version !== undefined) return [version];
  throw new UsageError(
    `the running kernel, ${Deno.osRelease()}, is none of ${VERSIONS.join(", ")}; say --kernel`,
  );
}

/**
 * Does something on one kernel after the other. Of several, one that cannot be had says so and the
 * others are still done; gives how many those are.
 */
export async function onKernels(
  versions: readonly Version[],
  act: (runner: Survivor, version: Version) => Promise<void>,
): Promise<number> {
  let missing = 0;
  for (const version of versions) {
    let runner: KernelRunner;
    try {
      runner = await openRunner(version);
    } catch (error) {
      if (!(error instanceof KernelsError)) throw error;
      if (versions.length === 1) throw new UsageError(error.message);
      console.log(`kernel ${version}: not run: ${error.message}`);
      missing++;
      continue;
    }
    try {
      await act(new Survivor(runner), version);
    } finally {
      await runner.close();
    }
  }
  return missing;
}
