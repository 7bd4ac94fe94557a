/**
 * Tables that compare: a column for each thing that is compared, a row for each property, and in
 * each cell what the property found when it ran. A table may show some of the columns; between them
 * the tables of a comparison show all.
 */
import type { CodeFacts, ComparisonFact } from "./facts.ts";
import { plain, type TableEdit } from "./ledger.ts";
import { cellText, row } from "./render.ts";
import { tableFailure } from "./table_failure.ts";
import type { Table } from "./tables.ts";
import type { Failure, TableScope } from "./types.ts";

function comparisonOf(table: Table, { comparisons = [] }: CodeFacts): ComparisonFact | undefined {
  return comparisons.find(({ name }) => name === table.of[0]);
}

function shown(table: Table): readonly string[] {
  return table.header.slice(1);
}

/** Holds every table of a comparison against what its properties found. */
export function checkComparisons(
  tables: readonly Table[],
  facts: CodeFacts,
  scope: TableScope,
): Failure[] {
  const failures = tables.flatMap((table) => checkComparison(table, facts));
  if (scope !== "complete") return failures;
  for (const { name, columns } of facts.comparisons ?? []) {
    const own = tables.filter(({ of }) => of[0] === name);
    const missing = columns.filter((column) => !own.some((table) => shown(table).includes(column)));
    for (const column of own.length === 0 ? [] : missing) {
      failures.push(
        tableFailure(own[0], own[0].line, `no table of ${name} has a column ${column}`),
      );
    }
  }
  return failures;
}

function checkComparison(table: Table, facts: CodeFacts): Failure[] {
  const comparison = comparisonOf(table, facts);
  if (comparison === undefined) {
    return [tableFailure(table, table.line, `COMPARISONS has no comparison ${table.of[0]}`)];
  }
  const unknown = shown(table).filter((column) => !comparison.columns.includes(column));
  if (unknown.length > 0) {
    return [
      tableFailure(table, table.line, `${comparison.name} has no column ${unknown.join(", ")}`),
    ];
  }
  const wanted = comparison.rows.map(({ property }) => property).join("; ");
  const actual = table.rows.map(({ cells }) => plain(cells[0].text)).join("; ");
  if (wanted !== actual) {
    const message = `the rows are not the properties of ${comparison.name}, in their order`;
    return [{ ...tableFailure(table, table.line, message), expected: wanted, actual }];
  }
  return table.rows.flatMap(({ line, cells }, i) =>
    shown(table).flatMap((column, at) => {
      const [expected, said] = [plain(comparison.rows[i].cells[column]), plain(cells[at + 1].text)];
      if (expected === said) return [];
      const message = `${plain(cells[0].text)} of ${column} is something else`;
      return [{ ...tableFailure(table, line, message), expected, actual: said }];
    })
  );
}

/** The rows that a table of a comparison should have. */
export function refreshComparison(
  table: Table,
  facts: CodeFacts,
  lineOf: (table: Table, line: number) => string,
): TableEdit {
  const comparison = comparisonOf(table, facts);
  const columns = shown(table);
  if (comparison === undefined || columns.some((each) => !comparison.columns.includes(each))) {
    return { table, rows: table.rows.map(({ line }) => lineOf(table, line)) };
  }
  const rows = comparison.rows.map(({ property, cells }) =>
    row([cellText(property), ...columns.map((column) => cellText(cells[column]))])
  );
  return { table, rows };
}
