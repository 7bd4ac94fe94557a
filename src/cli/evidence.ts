import { type Version } from "bpfspec";
import { Command } from "commander";
import type { BookReport } from "../book/mod.ts";
import {
  answerLines,
  evidenceFile,
  type EvidenceRecord,
  evidenceText,
  type KernelRunner,
  type Path,
  replay,
  type Replayed,
  scriptLines,
  type Survivor,
  type TypeIds,
  typeIdsOf,
} from "../oracle/mod.ts";
import { runAndReport } from "./book.ts";
import { evidencePath, judgeBook, pathsOf, pathsOn } from "./judge.ts";
import { BOOK, stated } from "./places.ts";
import { ProgressLine } from "./progress.ts";
import { TRUTH, truthText } from "./truth.ts";
import { KERNEL_HELP, onKernels, versionsOf } from "./versions.ts";

/** `bpfspec evidence`: records what a kernel answers to the book's paths. */
export function evidenceCommand(): Command {
  return new Command("evidence")
    .description("Record what a kernel answers to every path of the book that is for it")
    .option("--kernel <version>", `${KERNEL_HELP}; the running one where it is absent`)
    .action(async ({ kernel }: { kernel?: string }) => {
      const versions = versionsOf(kernel);
      const { book } = await runAndReport({ files: [...BOOK], tables: "none" });
      const paths = pathsOf(book);
      let bad = 0;
      const missing = await onKernels(versions, async (runner, version) => {
        const own = pathsOn(version, paths);
        bad += await record(runner, version, own);
      });
      await writeTruth(book);
      if (bad + missing > 0) Deno.exit(1);
    });
}

/** Writes the table of truth from the records, old and new. */
async function writeTruth(book: BookReport): Promise<void> {
  const { byKernel } = await judgeBook(book, { recordedOnly: true });
  await Deno.writeTextFile(TRUTH, truthText(byKernel, await stated()));
  console.log(`wrote ${TRUTH}`);
}

type Judged = Extract<Replayed, { result: unknown }>;

/**
 * A path that went another way is asked once more, alone: 5.10 gives locked memory back a while
 * after what locked it has gone, and the next path may find its user's limit used up.
 */
async function again(runner: Survivor, first: Judged): Promise<Judged> {
  for await (const replayed of replay(runner, [first.path])) {
    if (!("skipped" in replayed) && runner.died(replayed.result) === undefined) return replayed;
  }
  return first;
}

function recordOf({ path, translation, result, comparison }: Judged): EvidenceRecord {
  return {
    at: [path.name.replace(/:\d+$/, "")],
    script: scriptLines(translation.script),
    answers: answerLines(translation.script, result),
    rules: comparison.confirmed,
  };
}

/** Records one kernel; gives how many paths went another way than the model's. */
async function record(
  runner: Survivor,
  version: Version,
  paths: readonly Path[],
): Promise<number> {
  const progress = new ProgressLine();
  const judged: Judged[] = [];
  const problems: string[] = [];
  let differences = 0;
  let n = 0;
  for await (const replayed of replay(runner, paths)) {
    progress.show(`kernel ${runner.release}: ${++n} of ${paths.length} paths`);
    if ("skipped" in replayed) continue;
    const death = runner.died(replayed.result);
    if (death !== undefined) {
      const { name } = replayed.path;
      problems.push(`${name}: the guest died, nothing is recorded\n${death.message}`);
      continue;
    }
    judged.push(replayed);
  }
  for (const [i, first] of judged.entries()) {
    const last = first.comparison.difference === undefined ? first : await again(runner, first);
    if (last.comparison.difference !== undefined) differences++;
    judged[i] = last;
  }
  const records = judged.map(recordOf);
  progress.clear();
  for (const problem of problems) console.error(problem);
  await write(version, runner, records, await typeIdsOf(runner));
  console.log(
    `kernel ${runner.release}: ${records.length} paths recorded, ` +
      `${differences} of them differ from the model`,
  );
  return differences + problems.length;
}

async function write(
  version: Version,
  runner: Pick<KernelRunner, "release" | "version">,
  records: readonly EvidenceRecord[],
  types: TypeIds,
): Promise<void> {
  const text = evidenceText(evidenceFile(version, runner, records, types));
  await Deno.mkdir("test/evidence", { recursive: true });
  await Deno.writeTextFile(evidencePath(version), text);
}
