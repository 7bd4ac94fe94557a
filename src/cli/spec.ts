import { PROPOSAL_RULES, type Rule, RULES, VERSIONS } from "bpfspec";
import { Command } from "commander";
import type { BookReport } from "../book/mod.ts";
import { runAndReport } from "./book.ts";
import { judgeBook, type Judgement } from "./judge.ts";
import { BOOK, stated } from "./places.ts";

/** `bpfspec spec`: the book, on the model and on kernels. */
export function specCommand(): Command {
  return new Command("spec")
    .description("Run the book: every example on the model, and against kernels or their records")
    .option("-f, --filter <text>", "only sections whose chapter, heading or rule ids have this")
    .option("--recorded", "hold the model to the records only, also where a kernel is at hand")
    .option("--coverage <dir>", "write Deno's coverage profiles of what the book alone runs")
    .option("--junit <path>", "write a JUnit report")
    .action(async (options) => {
      const whole = options.filter === undefined;
      const tables = whole ? "complete" as const : "present" as const;
      const { book, code } = await runAndReport({ ...options, files: [...BOOK], tables });
      const judged = await judgeBook(book, { recordedOnly: options.recorded === true });
      const problems = [...judged.problems, ...(whole ? await gaps(book, judged) : [])];
      for (const problem of problems) console.error(problem);
      summarise(book, judged);
      Deno.exit(code !== 0 ? code : problems.length > 0 ? 1 : 0);
    });
}

/** Rules that no example fires and rules that no kernel confirms, where the book gives no reason. */
async function gaps(book: BookReport, judged: Judgement): Promise<readonly string[]> {
  const reasons = await stated();
  const unfired = [...RULES, ...PROPOSAL_RULES].filter(({ id }) =>
    !book.rulesFired.has(id) && !reasons.unreachable.has(id)
  );
  const unconfirmed = RULES.filter(({ id }) =>
    !judged.confirmed.has(id) && !reasons.unreachable.has(id) && !reasons.unconfirmed.has(id)
  );
  return [
    ...missing("no example fires", unfired),
    ...missing("no kernel has confirmed", unconfirmed),
  ];
}

function missing(what: string, rules: readonly Rule[]): readonly string[] {
  if (rules.length === 0) return [];
  const ids = rules.map(({ id }) => `  ${id}`).join("\n");
  return [`${what}, and no chapter says why, ${rules.length} rules:\n${ids}`];
}

function summarise(book: BookReport, judged: Judgement): void {
  const fired = RULES.filter(({ id }) => book.rulesFired.has(id)).length;
  const confirmed = RULES.filter(({ id }) => judged.confirmed.has(id)).length;
  console.log(
    `book: ${book.chapters} chapters, ${book.examples} examples, ${book.expectations} expectations, ${book.calls} calls on the model`,
  );
  console.log(`rules: ${RULES.length} exist, ${fired} fired, ${confirmed} confirmed by a kernel`);
  const proposed = PROPOSAL_RULES.filter(({ id }) => book.rulesFired.has(id)).length;
  console.log(`proposals: ${PROPOSAL_RULES.length} rules exist, ${proposed} fired`);
  for (const version of VERSIONS) {
    const line = judged.kernels.get(version);
    if (line !== undefined) console.log(`kernel ${version}: ${line}`);
  }
}
