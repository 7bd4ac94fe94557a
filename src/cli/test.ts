import { Command } from "commander";
import { bookCommand } from "../book/mod.ts";
import { UsageError } from "./usage.ts";

/** `bpfspec test FILE...`: runs the examples of any markdown. */
export function testCommand(): Command {
  return new Command("test")
    .description("Run the examples of markdown files")
    .argument("<file...>", "markdown files, or directories of them")
    .option("-f, --filter <text>", "only sections whose chapter, heading or rule ids have this")
    .option("-p, --prelude <module>", "the module whose exports are in scope, or `none`", "bpfspec")
    .option("-u, --update", "compute expectations and tables anew, show the diff, then ask")
    .option("-y, --yes", "with --update: write without asking")
    .option("-w, --watch", "run changed files again")
    .option("--junit <path>", "write a JUnit report")
    .option("--coverage <dir>", "write Deno's coverage profiles of what the examples run")
    .option("--time-limit <ms>", "how long a section may take", "10000")
    .action(async (files: string[], options) => {
      if (options.yes && !options.update) throw new UsageError("--yes goes with --update");
      const timeLimit = Number(options.timeLimit);
      if (!(timeLimit > 0)) throw new UsageError("--time-limit takes milliseconds above 0");
      Deno.exit(await bookCommand({ ...options, files, timeLimit, tables: "present" }));
    });
}
