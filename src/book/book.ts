import { runOnce } from "./run.ts";
import type { BookOptions, BookReport } from "./types.ts";
import { watchBook } from "./watch.ts";

/** Runs the book; with `watch`, again and again until `signal` aborts. */
export function runBook(options: BookOptions): Promise<BookReport> {
  return options.watch ? watchBook(options) : runOnce(options);
}
