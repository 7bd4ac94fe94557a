import {
  type BookOptions,
  type BookReport,
  exitCode,
  formatReport,
  type Progress,
  runBook,
} from "../book/mod.ts";
import { ProgressLine } from "./progress.ts";

export interface Ran {
  readonly book: BookReport;
  readonly code: number;
}

/** Runs markdown, shows how far it is, and then its failures and counts. */
export async function runAndReport(options: BookOptions): Promise<Ran> {
  const line = new ProgressLine();
  const book = await runBook({ ...options, onProgress: (event) => line.show(progress(event)) });
  line.clear();
  const color = Deno.stdout.isTerminal() && !Deno.noColor;
  console.log(formatReport(book, { color }).trimEnd());
  return { book, code: exitCode(book) };
}

function progress(event: Progress): string {
  switch (event.kind) {
    case "start":
      return `${event.sections} sections of ${event.chapters} chapters`;
    case "section":
      return `${event.done} of ${event.of} sections: ${event.place}`;
    case "failure":
      return `${event.failure.file}:${event.failure.line} failed`;
  }
}
