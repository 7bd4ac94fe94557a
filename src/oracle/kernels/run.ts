/** Commands of the system. */
import { KernelsError } from "./error.ts";

export interface Ran {
  readonly success: boolean;
  readonly stdout: string;
  /** Both outputs, for errors. */
  readonly output: string;
}

/** Runs a command, which has to exist; `where` is the directory it runs in. */
export async function run(command: string, args: readonly string[], cwd?: string): Promise<Ran> {
  const env = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  const options = { args: [...args], cwd, env, stdin: "null", stdout: "piped", stderr: "piped" };
  let ran: Deno.CommandOutput;
  try {
    ran = await new Deno.Command(command, options as Deno.CommandOptions).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new KernelsError(`there is no ${command}: the kernels are unpacked with Debian's tools`);
  }
  const stdout = decode(ran.stdout);
  return { success: ran.success, stdout, output: `${decode(ran.stderr)}${stdout}`.trim() };
}

/** Whether a command is on the path. */
export async function isInstalled(command: string): Promise<boolean> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const found = await Deno.stat(`${directory}/${command}`).catch(() => undefined);
    if (found?.isFile) return true;
  }
  return false;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
