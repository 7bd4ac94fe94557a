/** `--watch`: runs changed chapters again. */
import { dirname, resolve, sep } from "node:path";
import { preludeDir, runOnce } from "./run.ts";
import type { BookOptions, BookReport } from "./types.ts";

/** Milliseconds of quiet before a round starts. */
const QUIET = 200;

/** Runs all, then what changes, until the signal aborts; gives the last report. */
export async function watchBook(options: BookOptions): Promise<BookReport> {
  const code = preludeDir(options.prelude);
  const dirs = await Promise.all(options.files.map(async (path) => {
    const { isDirectory } = await Deno.stat(path);
    return isDirectory ? path : dirname(resolve(path));
  }));
  const watched = Array.from(new Set([...dirs, ...(code === undefined ? [] : [code])]));
  const watcher = Deno.watchFs(watched);
  options.signal?.addEventListener("abort", () => watcher.close(), { once: true });

  let report = await round(options);
  for await (const changed of changes(watcher)) {
    const isCode = changed.some((path) => code !== undefined && path.startsWith(code + sep));
    const chapters = changed.filter((path) => path.endsWith(".md"));
    if (isCode) report = await round(options);
    else if (chapters.length > 0) report = await round(options, chapters);
  }
  return report;
}

async function round(options: BookOptions, changed?: readonly string[]): Promise<BookReport> {
  const report = await runOnce(options, changed && new Set(changed));
  await options.onReport?.(report);
  return report;
}

/** The paths that changed, gathered until nothing has changed for a while. */
async function* changes(watcher: Deno.FsWatcher): AsyncGenerator<string[]> {
  const paths = new Set<string>();
  const events = watcher[Symbol.asyncIterator]();
  let event = events.next();
  for (;;) {
    const quiet = paths.size > 0 ? wait(QUIET) : undefined;
    const next = await Promise.race([event, ...(quiet ? [quiet.over] : [])]);
    quiet?.cancel();
    if (next === undefined) {
      yield Array.from(paths);
      paths.clear();
      continue;
    }
    if (next.done) return;
    if (next.value.kind !== "access") next.value.paths.forEach((path) => paths.add(path));
    event = events.next();
  }
}

function wait(milliseconds: number): { over: Promise<undefined>; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return { over, cancel: () => clearTimeout(timer) };
}
