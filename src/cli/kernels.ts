import type { Version } from "bpfspec";
import { Command } from "commander";
import {
  fetchKernel,
  KernelsError,
  provideQemu,
  readPins,
  repin,
  stateOf,
  Suites,
  type Telling,
} from "../oracle/kernels/mod.ts";
import { versionOfRelease } from "../oracle/mod.ts";
import { ProgressLine } from "./progress.ts";
import { UsageError } from "./usage.ts";
import { versionOf } from "./versions.ts";

interface Options {
  readonly repin?: string;
  readonly suite?: string;
}

/** `bpfspec kernels`: gets the kernels that the machine does not run. */
export function kernelsCommand(): Command {
  return new Command("kernels")
    .description("Get the kernels that guests run: Debian's packages, from apt's own mirror")
    .argument("[version...]", "only these")
    .option("--repin <version>", "pin the newest package of a kernel that its suite has now")
    .option("--suite <suite>", "with --repin: a Debian suite other than the pinned one")
    .action(async (versions: string[], options: Options) => {
      if (options.suite !== undefined && options.repin === undefined) {
        throw new UsageError("--suite goes with --repin");
      }
      const line = new ProgressLine();
      const telling = { onProgress: (text: string) => line.show(text) };
      const say = (text: string) => {
        line.clear();
        console.log(text);
      };
      try {
        await provideQemu(say);
        if (options.repin !== undefined) return await renew(options, telling, say);
        const wanted = versions.map((text) => versionOf("kernels", text));
        if (await fetchAll(wanted, telling, say) > 0) Deno.exit(1);
      } catch (error) {
        line.clear();
        throw error instanceof KernelsError ? new UsageError(error.message) : error;
      }
    });
}

type Say = (text: string) => void;

async function renew(options: Options, telling: Telling, say: Say): Promise<void> {
  const version = versionOf("--repin", options.repin!);
  const pin = await repin(version, new Suites(telling), telling, options.suite);
  say(`${version}: pinned ${pin.package} ${pin.packageVersion} of ${pin.suite}`);
  say(`record what it answers: npx -y deno task evidence --kernel ${version}`);
}

/** Gets each kernel; one that cannot be had does not keep the others away. Gives how many failed. */
async function fetchAll(
  only: readonly Version[],
  telling: Telling,
  say: Say,
): Promise<number> {
  const pins = await readPins();
  const unpinned = only.filter((version) => !pins.some((pin) => pin.version === version));
  for (const version of unpinned) say(`${version}: no package is pinned`);
  const suites = new Suites(telling);
  let failed = unpinned.length;
  for (const pin of pins) {
    if (only.length > 0 && !only.includes(pin.version)) continue;
    try {
      const fetched = await fetchKernel(pin, suites, telling);
      const state = await stateOf(pin);
      const path = state.kind === "there" ? state.path : "?";
      say(`${pin.version}: ${fetched ? "got" : "have"} ${pin.packageVersion}, ${path}`);
    } catch (error) {
      if (!(error instanceof KernelsError)) throw error;
      say(error.message);
      failed++;
    }
  }
  const running = versionOfRelease(Deno.osRelease());
  if (only.length === 0 && running !== undefined) say(`${running}: the running kernel`);
  if (failed === 0) await suites.forget();
  return failed;
}
