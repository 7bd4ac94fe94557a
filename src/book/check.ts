/** Type-checks the modules of a run with one `deno check`, and maps what it says to the markdown. */
import { fileURLToPath } from "node:url";

export interface Diagnostic {
  /** The module's path. */
  readonly path: string;
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly message: string;
}

/** Runs `deno check` over files; an empty list says that all are right. */
export async function denoCheck(
  files: readonly string[],
  config: string,
  cwd: string,
): Promise<readonly Diagnostic[]> {
  if (files.length === 0) return [];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--no-lock", "--config", config, ...files],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return [];
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  const found = parseDiagnostics(text);
  if (found.length > 0) return found;
  return [{ path: "", line: 1, column: 1, message: `deno check failed: ${text.trim()}` }];
}

const START = /^(?:(TS\d+) \[ERROR\]|error): /;
const PLACE = /^ {4}at (file:\/\/\S+):(\d+):(\d+)$/;

/** Reads what `deno check` wrote: one diagnostic a `TSxxxx [ERROR]` with a place in a file. */
export function parseDiagnostics(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  let open: string[] | undefined;
  for (const line of text.split("\n")) {
    if (START.test(line)) {
      open = [line];
      continue;
    }
    const place = PLACE.exec(line);
    if (open === undefined || place === null) {
      open?.push(line);
      continue;
    }
    found.push({
      path: fileURLToPath(place[1]),
      line: Number(place[2]),
      column: Number(place[3]),
      message: messageOf(open),
    });
    open = undefined;
  }
  return found;
}

/** The message without the source line and the marks under it. */
function messageOf(lines: readonly string[]): string {
  const marks = lines.findLastIndex((line) => /^\s*[~^]+\s*$/.test(line));
  const kept = marks > 1 ? lines.slice(0, marks - 1) : lines;
  return kept.join("\n").replace(START, (_, code) => code === undefined ? "" : `${code}: `)
    .trimEnd();
}
