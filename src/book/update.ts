/**
 * `--update`: what expectations and tables would have to say, as edits of the markdown. Nothing
 * else in a file is touched.
 */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { refreshComparison } from "./comparisons.ts";
import type { Expectation } from "./expectations.ts";
import type { Chapter } from "./extract.ts";
import type { CodeFacts } from "./facts.ts";
import { refreshAttr, refreshNumbers } from "./layouts.ts";
import {
  CLAIM_LEDGER,
  DELTA_LEDGER,
  refreshLedger,
  RULE_LEDGER,
  type TableEdit,
} from "./ledger.ts";
import { type Table, tablesOf } from "./tables.ts";

/** Replaces the text between two places; lines from 1, columns from 0, of the markdown. */
export interface Edit {
  readonly file: string;
  readonly from: { readonly line: number; readonly column: number };
  readonly to: { readonly line: number; readonly column: number };
  readonly text: string;
}

/** The edit that makes an expectation say `truth`. */
export function expectationEdit(chapter: Chapter, each: Expectation, truth: string): Edit {
  const { from, to, comments } = each;
  const column = (spot: typeof from) => spot.column + chapter.shift[spot.line - 1];
  const margin = chapter.lines[from.line - 1].slice(0, chapter.shift[from.line - 1]);
  const start = comments[0].loc.start.column;
  const lead = `${margin}${" ".repeat(start)}//${" ".repeat(Math.max(4, from.column - start - 2))}`;
  return {
    file: chapter.file,
    from: { line: from.line, column: column(from) },
    to: { line: to.line, column: column(to) },
    text: truth.split("\n").join(`\n${lead}`),
  };
}

/** The edits that make the tables say what the code says. */
export function tableEdits(chapters: readonly Chapter[], facts: CodeFacts): Edit[] {
  const byFile = new Map(chapters.map((chapter) => [chapter.file, chapter]));
  const lineOf = ({ file }: Table, line: number) => byFile.get(file)?.lines[line - 1] ?? "";
  const tables = tablesOf(chapters);
  const of = (kind: Table["kind"]) => tables.filter((table) => table.kind === kind);
  const refreshed = [
    ...refreshLedger(RULE_LEDGER, of("refusals"), facts, lineOf),
    ...refreshLedger(DELTA_LEDGER, of("history"), facts, lineOf),
    ...(facts.claims === undefined ? [] : refreshLedger(CLAIM_LEDGER, of("claims"), facts, lineOf)),
    ...(facts.comparisons === undefined
      ? []
      : of("comparison").map((table) => refreshComparison(table, facts, lineOf))),
    ...of("numbers").map((table) => refreshNumbers(table, facts, lineOf)),
    ...of("attr").map((table) => refreshAttr(table, facts, lineOf)),
  ];
  return refreshed.flatMap((each) => tableEdit(each, lineOf));
}

function tableEdit(
  { table, rows }: TableEdit,
  lineOf: (table: Table, line: number) => string,
): Edit[] {
  const old = table.rows.map(({ line }) => lineOf(table, line));
  if (old.join("\n") === rows.join("\n")) return [];
  // The delimiter stands on the line below the header.
  const before = table.line + 1;
  const last = table.rows.at(-1)?.line ?? before;
  const from = { line: before, column: lineOf(table, before).length };
  const to = { line: last, column: lineOf(table, last).length };
  return [{ file: table.file, from, to, text: rows.map((row) => `\n${row}`).join("") }];
}

/** A chapter's text with edits made. */
export function applyEdits(chapter: Chapter, edits: readonly Edit[]): string {
  const lines = Array.from(chapter.lines);
  const ordered = edits.filter(({ file }) => file === chapter.file).sort((a, b) =>
    b.from.line - a.from.line || b.from.column - a.from.column
  );
  for (const { from, to, text } of ordered) {
    const head = lines[from.line - 1].slice(0, from.column);
    const tail = lines[to.line - 1].slice(to.column);
    lines.splice(from.line - 1, to.line - from.line + 1, ...`${head}${text}${tail}`.split("\n"));
  }
  return lines.join(chapter.eol);
}

/** The unified diff of edits, "" for none. */
export function editsDiff(chapters: readonly Chapter[], edits: readonly Edit[]): string {
  return chapters.filter(({ file }) => edits.some((edit) => edit.file === file)).map((chapter) => {
    const [before, after] = [chapter.lines.join("\n"), applyEdits(chapter, edits)];
    return unified(chapter.file, chapter.file, before, after.replaceAll(chapter.eol, "\n"));
  }).join("");
}

/** A unified diff of two texts. */
export function unified(from: string, to: string, before: string, after: string): string {
  return createTwoFilesPatch(from, to, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
