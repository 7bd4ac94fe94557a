/** Where the package is built, and how its tools are run. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

export const DIST = join(ROOT, "dist");

/** The tools that a build and its test run, as Deno is to start them. */
const TOOLS = {
  tsc:
    () => [Deno.execPath(), "run", "-A", "--quiet", join(ROOT, "node_modules/typescript/bin/tsc")],
  node: () => ["node"],
  npm: () => ["npm"],
} as const;

/** Runs a tool to its end and gives what it printed. Throws with all of that where it fails. */
export async function run(
  tool: keyof typeof TOOLS,
  args: readonly string[],
  cwd: string = ROOT,
): Promise<string> {
  const [command, ...first] = TOOLS[tool]();
  const child = new Deno.Command(command, {
    args: [...first, ...args],
    cwd,
    env: { NO_COLOR: "1", npm_config_loglevel: "error", npm_config_update_notifier: "false" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, code, stdout, stderr } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${tool} ${args.join(" ")} ended with ${code}:\n${out}${err}`);
  return out;
}
