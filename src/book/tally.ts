/** Gathers what a run finds, and gives it out in the book's order. */
import type { SectionOutcome } from "./execute.ts";
import type { Expectation } from "./expectations.ts";
import type { Chapter } from "./extract.ts";
import type { Unit } from "./run.ts";
import { claimText } from "./runtime.ts";
import { tablesOf } from "./tables.ts";
import type {
  BookReport,
  Failure,
  ObservedPath,
  Output,
  Place,
  Progress,
  SectionResult,
  UnmodelledAnswer,
} from "./types.ts";
import { type Edit, expectationEdit, unified } from "./update.ts";
import type { Judgement, SectionDone } from "./wire.ts";

export class Tally {
  readonly edits: Edit[] = [];
  readonly #failures: Failure[] = [];
  readonly #rules = new Map<string, Place[]>();
  readonly #paths: ObservedPath[] = [];
  readonly #unmodelled: UnmodelledAnswer[] = [];
  readonly #output: Output[] = [];
  readonly #results: SectionResult[] = [];
  readonly #start = performance.now();
  #files: readonly string[] = [];
  #chapters = 0;
  #sections = 0;
  #expectations = 0;
  #calls = 0;
  #tables = 0;

  constructor(private readonly progress: (progress: Progress) => void = () => {}) {}

  start(chapters: number): void {
    this.#chapters = chapters;
  }

  sections(sections: number): void {
    this.#sections = sections;
    this.progress({ kind: "start", chapters: this.#chapters, sections });
  }

  fail(failure: Failure): void {
    this.#failures.push(failure);
    this.progress({ kind: "failure", failure });
  }

  get failed(): number {
    return this.#failures.length;
  }

  tables(chapters: readonly Chapter[], failures: readonly Failure[]): void {
    this.#files = chapters.map(({ file }) => file);
    this.#tables = tablesOf(chapters).length;
    failures.forEach((each) => this.fail(each));
  }

  /** Takes in how a section went. */
  section(unit: Unit, outcome: SectionOutcome): void {
    const { chapter, section, module } = unit;
    const { file } = chapter;
    const { done, judged, output } = outcome;
    for (const each of judged) this.#judged(unit, each, done);
    for (const { text, line } of output) this.#output.push({ file, line, text });
    this.#endings(unit, outcome);
    if (done !== undefined) this.#done(unit, done);
    const expectations = done === undefined
      ? judged.length
      : done.sites.filter(({ reached }) => reached > 0).length;
    this.#expectations += expectations;
    this.#results.push({
      file,
      line: section.line,
      chapter: chapter.name,
      section: section.heading,
      examples: module.blocks.length,
      expectations,
      milliseconds: done?.milliseconds ?? 0,
    });
    this.progress({
      kind: "section",
      done: this.#results.length,
      of: this.#sections,
      place: `${chapter.name} ${section.heading}`.trim(),
    });
  }

  #judged({ chapter, section, module }: Unit, judged: Judgement, done?: SectionDone): void {
    const expectation = module.expectations[judged.id];
    const { reached, failed, update } = done?.sites[judged.id] ?? { reached: 1, failed: 1 };
    const often = reached > 1 ? ` (${failed} of ${reached} times)` : "";
    const { expected, actual, rule } = judged;
    const isLong = expected?.includes("\n") || actual?.includes("\n");
    this.fail({
      kind: "expectation",
      ...placeOf(chapter, expectation),
      section: section.heading,
      code: expectation.code,
      message: judged.message + often,
      expected,
      actual,
      rule,
      ...(isLong && { diff: unified("expected", "actual", `${expected}\n`, `${actual}\n`) }),
    });
    if (update !== undefined) this.edits.push(expectationEdit(chapter, expectation, update));
  }

  #endings({ chapter, section, module }: Unit, { done, ending, judged }: SectionOutcome): void {
    const place = { file: chapter.file, section: section.heading };
    const unreached = module.expectations.filter(({ id }) => done?.sites[id]?.reached === 0);
    for (const { message, line } of done?.thrown ?? []) {
      const more = unreached.length > 0 ? ` (${unreached.length} expectations not reached)` : "";
      this.fail({ kind: "throw", ...place, line: line ?? section.line, message: message + more });
    }
    if (ending !== undefined) {
      const line = ending.line ?? module.blocks[0].first;
      const { kind, message } = ending;
      const more = module.expectations.filter(({ at, id }) =>
        at.line > line && !judged.some((each) =>
          each.id === id
        )
      ).length;
      const rest = more > 0 ? ` (${more} expectations below it not reached)` : "";
      this.fail({ kind, ...place, line, message: message + rest });
    }
    if (done === undefined || done.thrown.length > 0) return;
    for (const each of unreached) {
      this.fail({
        kind: "unreached",
        ...placeOf(chapter, each),
        section: section.heading,
        code: each.code,
        expected: claimText(each.claim) === "value" ? each.text : claimText(each.claim),
        message: "the section ended and never came to this expectation",
      });
    }
  }

  #done({ chapter, section }: Unit, done: SectionDone): void {
    const { file } = chapter;
    this.#calls += done.calls;
    for (const { id, line } of done.rules) {
      const places = this.#rules.get(id) ?? [];
      this.#rules.set(id, [...places, { file, line }]);
    }
    for (const { what, line } of done.unmodelled) this.#unmodelled.push({ file, line, what });
    for (const path of done.paths) {
      this.#paths.push({ file, chapter: chapter.name, section: section.heading, ...path });
    }
  }

  report(): BookReport {
    const order = new Map(this.#files.map((file, i) => [file, i]));
    const inOrder = <T extends Place>(list: readonly T[]) =>
      list.toSorted((a, b) =>
        (order.get(a.file) ?? -1) - (order.get(b.file) ?? -1) || a.line - b.line
      );
    const rules = Array.from(this.#rules, ([id, places]) => [id, inOrder(places)] as const);
    return {
      chapters: this.#chapters,
      sections: this.#sections,
      examples: this.#results.reduce((sum, { examples }) => sum + examples, 0),
      expectations: this.#expectations,
      calls: this.#calls,
      tables: this.#tables,
      failures: inOrder(this.#failures),
      rulesFired: new Map(rules.toSorted(([a], [b]) => a < b ? -1 : 1)),
      paths: inOrder(this.#paths),
      unmodelled: inOrder(this.#unmodelled),
      output: inOrder(this.#output),
      results: inOrder(this.#results),
      diff: "",
      written: [],
      milliseconds: performance.now() - this.#start,
    };
  }
}

function placeOf({ file, shift }: Chapter, { from: { line, column } }: Expectation) {
  return { file, line, column: column + shift[line - 1] + 1 };
}
