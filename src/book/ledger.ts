/**
 * Refusals, histories and claims: tables in which every entry of the code has exactly one row in the book,
 * and every row an entry, in the code's order.
 */
import type { Chapter } from "./extract.ts";
import { type CodeFacts, ownerOf } from "./facts.ts";
import { claimRow, deltaRow, formatSince, refusalRow } from "./render.ts";
import { tableFailure } from "./table_failure.ts";
import type { Row, Table } from "./tables.ts";
import type { Failure, TableScope } from "./types.ts";

interface Entry {
  readonly id: string;
  readonly owner: string;
  /** The cells after the id, as plain text. */
  readonly cells: readonly string[];
  /** The row as the code would write it. */
  readonly row: string;
}

export interface Ledger {
  /** What an entry is called in messages. */
  readonly word: string;
  /** The export that it is read from. */
  readonly source: string;
  readonly columns: readonly string[];
  entries(facts: CodeFacts): readonly Entry[];
}

export const RULE_LEDGER: Ledger = {
  word: "rule",
  source: "RULES",
  columns: ["rule", "condition", "errno", "since"],
  entries: ({ rules }) =>
    rules.map((rule) => ({
      id: rule.id,
      owner: ownerOf(rule.id),
      cells: [rule.when, rule.errno, formatSince(rule)],
      row: refusalRow(rule),
    })),
};

export const DELTA_LEDGER: Ledger = {
  word: "change",
  source: "DELTAS",
  columns: ["change", "since", "what"],
  entries: ({ deltas }) =>
    deltas.map((delta) => ({
      id: delta.id,
      owner: delta.owner,
      cells: [formatSince(delta), delta.what],
      row: deltaRow(delta),
    })),
};

/** The claims of the texts, each with what its check found. */
export const CLAIM_LEDGER: Ledger = {
  word: "claim",
  source: "CLAIMS",
  columns: ["claim", "says", "verdict", "finding"],
  entries: ({ claims = [] }) =>
    claims.map((claim) => ({
      id: claim.id,
      owner: ownerOf(claim.id),
      cells: [claim.says, claim.verdict, claim.finding],
      row: claimRow(claim),
    })),
};

/** Text as it is compared: without backticks, runs of blanks as one. */
export function plain(text: string): string {
  return text.replaceAll("`", "").replace(/\s+/g, " ").trim();
}

/** Checks the tables of one ledger. */
export function checkLedger(
  ledger: Ledger,
  tables: readonly Table[],
  facts: CodeFacts,
  chapters: readonly Chapter[],
  scope: TableScope,
): Failure[] {
  const entries = ledger.entries(facts);
  const index = new Map(entries.map((entry, i) => [entry.id, i]));
  const seen = new Map<string, string>();
  const failures: Failure[] = [];
  for (const table of tables) {
    let before: { readonly id: string; readonly at: number } | undefined;
    for (const row of table.rows) {
      const id = row.cells[0].text;
      const at = index.get(id);
      failures.push(...checkRow(ledger, table, row, at === undefined ? undefined : entries[at]));
      const first = seen.get(id);
      if (first !== undefined) {
        failures.push(tableFailure(table, row.line, `${id} has a row at ${first} already`));
      }
      seen.set(id, first ?? `${table.file}:${row.line}`);
      if (at === undefined) continue;
      if (before !== undefined && at < before.at) {
        const message = `${id} stands after ${before.id}, but before it in the code`;
        failures.push(tableFailure(table, row.line, message));
      } else {
        before = { id, at };
      }
    }
  }
  if (scope === "rows") return failures;
  failures.push(...missing(ledger, entries, tables, seen, chapters, scope));
  return failures;
}

function checkRow(ledger: Ledger, table: Table, row: Row, entry: Entry | undefined): Failure[] {
  const [{ text: id, isCode }, ...cells] = row.cells;
  if (!isCode) {
    return [
      tableFailure(table, row.line, `the ${ledger.word} cell holds an id in backticks: \`${id}\``),
    ];
  }
  if (entry === undefined) {
    const message = `${ledger.source} has no ${ledger.word} ${id}`;
    return [tableFailure(table, row.line, message)];
  }
  return entry.cells.flatMap((cell, i) => {
    if (plain(cell) === plain(cells[i].text)) return [];
    const message = `the ${ledger.columns[i + 1]} of ${id} differs from the code's`;
    const [expected, actual] = [plain(cell), plain(cells[i].text)];
    return [{ ...tableFailure(table, row.line, message), expected, actual }];
  });
}

function missing(
  ledger: Ledger,
  entries: readonly Entry[],
  tables: readonly Table[],
  seen: ReadonlyMap<string, string>,
  chapters: readonly Chapter[],
  scope: TableScope,
): Failure[] {
  const owners = new Map(entries.map(({ id, owner }) => [id, owner]));
  return entries.filter(({ id }) => !seen.has(id)).flatMap(({ id, owner }) => {
    const message = `${ledger.word} ${id} has no row`;
    const table = tables.findLast(({ of, rows }) =>
      of.includes(owner) || rows.some(({ cells }) => owners.get(cells[0].text) === owner)
    );
    if (table !== undefined) return [tableFailure(table, table.line, message)];
    const file = placeFor(owner, chapters);
    if (scope !== "complete" || file === undefined) return [];
    return [{ kind: "table", file, line: 1, message: `${message}, nor ${owner} a table` } as const];
  });
}

/** The chapter that a missing table would stand in. */
function placeFor(owner: string, chapters: readonly Chapter[]): string | undefined {
  const name = owner.toLowerCase();
  const found = chapters.find((chapter) => chapter.name.split("/").at(-1)?.toLowerCase() === name);
  return (found ?? chapters[0])?.file;
}

/** The lines that replace a table's. */
export interface TableEdit {
  readonly table: Table;
  readonly rows: readonly string[];
}

/** Refreshes the tables of one ledger; rows that are right stay as they are written. */
export function refreshLedger(
  ledger: Ledger,
  tables: readonly Table[],
  facts: CodeFacts,
  lineOf: (table: Table, line: number) => string,
): TableEdit[] {
  const entries = ledger.entries(facts);
  const place = placesOf(entries, tables);
  return tables.map((table) => {
    const rows = entries.filter(({ id }) => place.get(id) === table).map((entry) => {
      const old = table.rows.find(({ cells }) => cells[0].text === entry.id);
      const isRight = old !== undefined && checkRow(ledger, table, old, entry).length === 0;
      return isRight ? lineOf(table, old.line) : entry.row;
    });
    return { table, rows };
  });
}

/** Which table each entry belongs to: where it is, or with its neighbours, or where a comment says. */
function placesOf(entries: readonly Entry[], tables: readonly Table[]): Map<string, Table> {
  const place = new Map<string, Table>();
  for (const { id } of entries) {
    const table = tables.find(({ rows }) => rows.some(({ cells }) => cells[0].text === id));
    if (table !== undefined) place.set(id, table);
  }
  const here = Array.from(place.keys());
  const owners = new Map(entries.map(({ id, owner }) => [id, owner]));
  const settle = (list: readonly Entry[]) => {
    const last = new Map<string, Table>();
    for (const { id, owner } of list) {
      const table = place.get(id) ?? last.get(owner);
      if (table === undefined) continue;
      place.set(id, table);
      last.set(owner, table);
    }
  };
  settle(entries);
  settle(Array.from(entries).reverse());
  const settled = new Set(here.map((id) => owners.get(id)));
  for (const { id, owner } of entries) {
    const table = tables.find(({ of }) => of.includes(owner));
    if (!settled.has(owner) && table !== undefined) place.set(id, table);
  }
  return place;
}
