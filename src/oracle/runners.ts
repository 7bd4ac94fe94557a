/** The kernel of a version, wherever it is: running, or in a guest. */
import { type Version } from "bpfspec";
import { Executor } from "./executor.ts";
import { Guest } from "./guest.ts";
import { imageOf, KernelsError, needQemu, readPins } from "./kernels/mod.ts";
import { versionOfRelease } from "./releases.ts";
import type { KernelRunner } from "./script.ts";

/** Opens the running kernel where it is the one, else a guest; throws a `KernelsError`. */
export async function openRunner(version: Version): Promise<KernelRunner> {
  const isRunning = versionOfRelease(Deno.osRelease()) === version;
  const unavailable = Executor.available();
  if (isRunning && unavailable === undefined) return await Executor.open();
  const kernel = await imageOf(version);
  if (kernel === undefined) {
    throw new KernelsError(await whyNone(version, isRunning ? unavailable : undefined));
  }
  await needQemu();
  const guest = await Guest.open({ kernel });
  if (versionOfRelease(guest.release) === version) return guest;
  await guest.close();
  throw new KernelsError(`${kernel} is ${guest.release}, not ${version}`);
}

async function whyNone(version: Version, unavailable: string | undefined): Promise<string> {
  const isPinned = (await readPins()).some((pin) => pin.version === version);
  if (isPinned) return `kernel ${version} is not here: \`npx -y deno task kernels\` gets it`;
  return `kernel ${version} is judged where it runs: no package of it is pinned, and ` +
    (unavailable ?? `this is ${Deno.osRelease()}`);
}
