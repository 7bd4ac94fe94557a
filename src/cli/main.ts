/** The command line: `bpfspec test | spec | explain | check | conform | evidence | kernels`. */
import { Command, CommanderError } from "commander";
import { checkCommand } from "./check.ts";
import { conformCommand } from "./conform.ts";
import { evidenceCommand } from "./evidence.ts";
import { explainCommand } from "./explain.ts";
import { kernelsCommand } from "./kernels.ts";
import { specCommand } from "./spec.ts";
import { testCommand } from "./test.ts";
import { UsageError } from "./usage.ts";

const program = new Command("bpfspec")
  .description("The executable specification of the Linux bpf(2) system call")
  .showHelpAfterError()
  .exitOverride();

program.addCommand(testCommand());
program.addCommand(specCommand());
program.addCommand(explainCommand());
program.addCommand(checkCommand());
program.addCommand(conformCommand());
program.addCommand(evidenceCommand());
program.addCommand(kernelsCommand());
// Subcommands take over what is set on the program only where they are made by it.
for (const command of program.commands) command.exitOverride().showHelpAfterError();

try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
  if (!(error instanceof UsageError)) throw error;
  console.error(`bpfspec: ${error.message}`);
  Deno.exit(2);
}
