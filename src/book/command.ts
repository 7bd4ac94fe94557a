/** The book for a command line: progress on a terminal, the report, the exit code. */
import { runBook } from "./book.ts";
import { exitCode, formatReport, paintDiff, progressLine, type ReportStyle } from "./report.ts";
import type { BookOptions, BookReport } from "./types.ts";

/** Runs the book, reports on stdout, and gives the exit code: 0, 1 or 2. */
export async function bookCommand(options: BookOptions): Promise<0 | 1 | 2> {
  const isTerminal = Deno.stdout.isTerminal();
  const style: ReportStyle = { color: isTerminal && !Deno.noColor };
  const clear = isTerminal ? "\r\x1b[K" : "";
  const tell = (report: BookReport) => {
    const shown = report.written.length > 0 ? `wrote ${report.written.join(", ")}\n\n` : "";
    write(clear + shown + formatReport(report, style));
  };
  const report = await runBook({
    onProgress: (progress) => {
      const line = progressLine(progress);
      if (isTerminal && line !== undefined) write(clear + line.slice(0, 78));
    },
    onDiff: (diff) => write(clear + colored(diff, style)),
    confirm: () => Deno.stdin.isTerminal() && isTerminal && confirm("Write this?"),
    ...options,
    onReport: async (each) => {
      tell(each);
      await options.onReport?.(each);
    },
  });
  if (!options.watch) tell(report);
  return exitCode(report);
}

function colored(diff: string, style: ReportStyle): string {
  return diff.split("\n").map((line) => paintDiff(line, style)).join("\n");
}

function write(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
