/**
 * The tables of the book that are held against the code. A table is told by its header (upper or
 * lower case):
 *
 *     rule | condition | errno | since            the refusals, checked against RULES
 *     change | since | what                       the history, checked against DELTAS
 *     claim | says | verdict | finding            the claims, checked against CLAIMS
 *     property | COLUMN | ...                     below `<!-- comparison NAME -->`: against COMPARISONS
 *     constant | value | ...                      checked against the prelude's exports
 *     field | type | offset | size | since | ...  below `<!-- attr COMMAND -->`: against COMMANDS
 *
 * `...` are columns of any name and content. A table whose first column is `rule`, `change`,
 * `claim` or `constant` but whose header goes on otherwise is an error. `<!-- refusals OWNER -->`,
 * `<!-- history OWNER -->` and `<!-- claims SOURCE -->` above a table say which owners it is complete
 * for, beside those of its rows; `--update` fills an empty table by them.
 */
import type { Token } from "markdown-it";
import { checkClaims } from "./claims.ts";
import { checkComparisons } from "./comparisons.ts";
import type { Chapter } from "./extract.ts";
import type { CodeFacts } from "./facts.ts";
import { checkAttr, checkNumbers } from "./layouts.ts";
import { checkLedger, CLAIM_LEDGER, DELTA_LEDGER, RULE_LEDGER } from "./ledger.ts";
import { plainText } from "./text.ts";
import type { Failure, TableScope } from "./types.ts";

export type TableKind = "refusals" | "history" | "claims" | "comparison" | "numbers" | "attr";

export interface Cell {
  /** As a reader sees it. */
  readonly text: string;
  /** The whole cell is one `code` span. */
  readonly isCode: boolean;
}

export interface Row {
  /** 1-based. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

export interface Table {
  readonly kind: TableKind;
  readonly file: string;
  readonly section: string;
  /** The header's line. */
  readonly line: number;
  readonly columns: number;
  /** The cells of the header, in lower case. */
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** The names in the comment above. */
  readonly of: readonly string[];
}

export interface TableContext {
  readonly file: string;
  readonly section: string;
  /** The text of the HTML comment directly above. */
  readonly comment: string | undefined;
  readonly fail: (line: number, message: string) => void;
}

const HEADERS: Readonly<Record<TableKind, string>> = {
  refusals: "rule | condition | errno | since",
  history: "change | since | what",
  claims: "claim | says | verdict | finding",
  comparison: "property",
  numbers: "constant | value",
  attr: "field | type | offset | size | since",
};

/** Kinds that may have further columns. */
const OPEN: ReadonlySet<TableKind> = new Set(["numbers", "attr", "comparison"]);

/** Reads the table that opens at a token; undefined where it is none of the book's. */
export function tableFrom(
  tokens: readonly Token[],
  at: number,
  { file, section, comment, fail }: TableContext,
): Table | undefined {
  const [header, ...rows] = rowsOf(tokens, at);
  const names = header.cells.map(({ text }) => text.toLowerCase());
  const [word, ...of] = (comment ?? "").split(/\s+/);
  const asked = Object.hasOwn(HEADERS, word) ? word as TableKind : undefined;
  const kind = kindOf(names);
  const wanted = asked ?? NEAR.get(names[0]);
  if (kind === undefined) {
    if (wanted !== undefined) fail(header.line, `this table wants the header ${HEADERS[wanted]}`);
    return undefined;
  }
  if (asked !== undefined && asked !== kind) {
    fail(header.line, `the comment above says ${asked}, the header is that of ${kind}`);
    return undefined;
  }
  if (tokens[at].level > 0) {
    fail(header.line, "a table that is held against the code stands in no list or quotation");
    return undefined;
  }
  if (kind === "attr" && of.length !== 1) {
    fail(header.line, "an attr table wants `<!-- attr COMMAND -->` above it");
    return undefined;
  }
  if (kind === "comparison" && of.length !== 1) {
    fail(header.line, "a table of properties wants `<!-- comparison NAME -->` above it");
    return undefined;
  }
  return { kind, file, section, line: header.line, columns: names.length, header: names, rows, of };
}

/** First columns that no other table may have. */
const NEAR: ReadonlyMap<string, TableKind> = new Map([
  ["rule", "refusals"],
  ["change", "history"],
  ["claim", "claims"],
  ["constant", "numbers"],
  ["property", "comparison"],
]);

function kindOf(names: readonly string[]): TableKind | undefined {
  for (const [kind, header] of Object.entries(HEADERS) as [TableKind, string][]) {
    const columns = header.split(" | ");
    const rest = OPEN.has(kind) ? names.length >= columns.length : names.length === columns.length;
    if (rest && columns.every((column, i) => column === names[i])) return kind;
  }
  return undefined;
}

function rowsOf(tokens: readonly Token[], at: number): Row[] {
  const rows: { line: number; cells: Cell[] }[] = [];
  for (let i = at; tokens[i].type !== "table_close"; i++) {
    const token = tokens[i];
    if (token.type === "tr_open") rows.push({ line: (token.map?.[0] ?? 0) + 1, cells: [] });
    if (token.type !== "inline") continue;
    const children = token.children ?? [];
    const isCode = children.length === 1 && children[0].type === "code_inline";
    rows[rows.length - 1].cells.push({ text: plainText(token), isCode });
  }
  return rows;
}

/** Holds the tables of the chapters against the code. */
export function checkTables(
  chapters: readonly Chapter[],
  facts: CodeFacts,
  scope: TableScope = "complete",
): Failure[] {
  if (scope === "none") return [];
  const tables = tablesOf(chapters);
  const of = (kind: TableKind) => tables.filter((table) => table.kind === kind);
  return [
    ...checkLedger(RULE_LEDGER, of("refusals"), facts, chapters, scope),
    ...checkLedger(DELTA_LEDGER, of("history"), facts, chapters, scope),
    ...(facts.claims === undefined ? [] : [
      ...checkLedger(CLAIM_LEDGER, of("claims"), facts, chapters, scope),
      ...checkClaims(of("claims"), facts.claims),
    ]),
    ...(facts.comparisons === undefined ? [] : checkComparisons(of("comparison"), facts, scope)),
    ...of("numbers").flatMap((table) => checkNumbers(table, facts)),
    ...of("attr").flatMap((table) => checkAttr(table, facts)),
  ];
}

/** Every table of the chapters, in the book's order. */
export function tablesOf(chapters: readonly Chapter[]): Table[] {
  return chapters.flatMap(({ sections }) => sections.flatMap(({ tables }) => tables));
}
