import type { Table } from "./tables.ts";
import type { Failure } from "./types.ts";

/** What is wrong with a table, and in which line. */
export function tableFailure(table: Table, line: number, message: string): Failure {
  return { kind: "table", file: table.file, section: table.section, line, message };
}
