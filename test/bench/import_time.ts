/** How long it takes to import the public face, in processes of their own. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../package/build.ts";
import { DIST, ROOT } from "../package/places.ts";

const RUNS = 5;

interface Timed {
  readonly name: string;
  /** Milliseconds that a process takes longer with the import than without, of each pair. */
  readonly times: readonly number[];
}

/** Milliseconds from the start of a process to its end. */
async function timed(command: string, args: readonly string[]): Promise<number> {
  const child = new Deno.Command(command, { args: [...args], stdout: "null", stderr: "piped" });
  const from = performance.now();
  const { success, stderr } = await child.output();
  const time = performance.now() - from;
  if (!success) {
    throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
  return time;
}

/** Runs a module with the import and an empty one by turns; a first pair fills the caches. */
async function differences(
  command: string,
  args: readonly string[],
  files: readonly [one: string, none: string],
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let at = -1; at < RUNS; at++) {
    const [one, none] = [
      await timed(command, [...args, files[0]]),
      await timed(command, [...args, files[1]]),
    ];
    if (at >= 0) times.push(one - none);
  }
  return times;
}

/** The sources under Deno, and the package under Node (built first where it is not). */
export async function importTimes(): Promise<readonly Timed[]> {
  const bundle = join(DIST, "mod.js");
  if (!(await exists(bundle))) await build();
  const folder = await Deno.makeTempDir({ prefix: "bpfspec-import-" });
  try {
    const write = async (name: string, target?: string): Promise<string> => {
      const path = join(folder, name);
      const text = target === undefined
        ? ""
        : `import ${JSON.stringify(pathToFileURL(target).href)};\n`;
      await Deno.writeTextFile(path, text);
      return path;
    };
    const config = ["run", "--quiet", "--config", join(ROOT, "deno.json")];
    const none = await write("none.mjs");
    const source = await write("source.mjs", join(ROOT, "src", "mod.ts"));
    const bundled = await write("bundled.mjs", bundle);
    return [
      {
        name: "src/mod.ts under Deno",
        times: await differences(Deno.execPath(), config, [source, none]),
      },
      { name: "dist/mod.js under Node", times: await differences("node", [], [bundled, none]) },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
