import { Command } from "commander";
import { type Version, VERSIONS } from "bpfspec";
import {
  answerLines,
  evidenceFile,
  type EvidenceRecord,
  evidenceText,
  replay,
  scriptLines,
} from "../oracle/mod.ts";
import { runAndReport } from "./book.ts";
import { evidencePath, pathsOf, runningKernel } from "./judge.ts";
import { BOOK } from "./places.ts";
import { UsageError } from "./usage.ts";

/** `bpfspec evidence`: records what the running kernel answers to the book's paths. */
export function evidenceCommand(): Command {
  return new Command("evidence")
    .description("Record what the running kernel answers to every path of the book")
    .option("--kernel <version>", `the kernel that is expected to run: ${VERSIONS.join(", ")}`)
    .action(async ({ kernel }: { kernel?: string }) => {
      const running = await runningKernel();
      if (typeof running === "string") throw new UsageError(`no kernel to record: ${running}`);
      if (kernel !== undefined && kernel !== running.version) {
        throw new UsageError(`the running kernel is ${running.runner.release}, not ${kernel}`);
      }
      const { book } = await runAndReport({ files: [...BOOK], tables: "none" });
      const paths = pathsOf(book).filter((path) => path.version === running.version);
      const records: EvidenceRecord[] = [];
      let differences = 0;
      for await (const replayed of replay(running.runner, paths)) {
        if ("skipped" in replayed) continue;
        const { path, translation, result, comparison } = replayed;
        if (comparison.difference !== undefined) differences++;
        records.push({
          at: [path.name.replace(/:\d+$/, "")],
          script: scriptLines(translation.script),
          answers: answerLines(translation.script, result),
          rules: comparison.confirmed,
        });
      }
      await write(running.version, running.runner, records);
      await running.runner.close();
      console.log(`${records.length} paths recorded, ${differences} of them differ from the model`);
      Deno.exit(differences > 0 ? 1 : 0);
    });
}

async function write(
  version: Version,
  runner: { readonly release: string; readonly version: string },
  records: readonly EvidenceRecord[],
): Promise<void> {
  const text = evidenceText(evidenceFile(version, runner, records));
  await Deno.mkdir("test/evidence", { recursive: true });
  await Deno.writeTextFile(evidencePath(version), text);
}
