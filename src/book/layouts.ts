/** Tables of constants and of attr layouts. */
import type { CodeFacts, CommandFact, FieldFact } from "./facts.ts";
import { plain, type TableEdit } from "./ledger.ts";
import { attrFields, fieldCells, row } from "./render.ts";
import { tableFailure } from "./table_failure.ts";
import type { Row, Table } from "./tables.ts";
import type { Failure } from "./types.ts";

/** A whole number as a table may write it: decimal, hex, octal, or a shift. */
function parseNumber(text: string): bigint | undefined {
  const bare = plain(text).replace(/^\((.*)\)$/, "$1").replace(/(?<=\d),(?=\d{3}\b)/g, "");
  const shift = /^(\d+)U?L*\s*<<\s*(\d+)$/.exec(bare);
  if (shift !== null && Number(shift[2]) < 64) return BigInt(shift[1]) << BigInt(shift[2]);
  if (/^-\d+$/.test(bare)) return -BigInt(bare.slice(1));
  return /^(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(bare) ? BigInt(bare) : undefined;
}

/** Checks each row of a table of constants. */
export function checkNumbers(table: Table, { numbers }: CodeFacts): Failure[] {
  return table.rows.flatMap(({ line, cells: [name, value] }) => {
    const known = numbers.get(plain(name.text));
    if (known === undefined) {
      return [tableFailure(table, line, `the code has no number ${plain(name.text)}`)];
    }
    const said = parseNumber(value.text);
    if (said === undefined) {
      return [tableFailure(table, line, `\`${value.text}\` is no whole number`)];
    }
    if (Number.isInteger(Number(known)) && said === BigInt(known)) return [];
    const message = `the value of ${plain(name.text)} differs from the code's`;
    return [{ ...tableFailure(table, line, message), expected: String(known), actual: value.text }];
  });
}

function commandOf(table: Table, { commands }: CodeFacts): CommandFact | undefined {
  return commands.find(({ name }) => name === table.of[0].replace(/^BPF_/, ""));
}

/** Checks an attr table: every field of the command has its row, in the struct's order. */
export function checkAttr(table: Table, facts: CodeFacts): Failure[] {
  const command = commandOf(table, facts);
  if (command === undefined) {
    return [tableFailure(table, table.line, `COMMANDS has no command ${table.of[0]}`)];
  }
  const fields = attrFields(command);
  const failures: Failure[] = [];
  let before = -1;
  for (const each of table.rows) {
    const name = plain(each.cells[0].text);
    const at = fields.findIndex((field) => field.name === name);
    if (at < 0) {
      failures.push(tableFailure(table, each.line, `${command.name} has no field ${name}`));
      continue;
    }
    if (at === before) failures.push(tableFailure(table, each.line, `${name} has two rows`));
    if (at < before) {
      const message = `${name} stands after ${fields[before].name}, but before it in the code`;
      failures.push(tableFailure(table, each.line, message));
    }
    before = Math.max(before, at);
    failures.push(...checkField(table, each, fields[at]));
  }
  for (const { name } of fields) {
    if (table.rows.some(({ cells }) => plain(cells[0].text) === name)) continue;
    failures.push(tableFailure(table, table.line, `field ${name} of ${command.name} has no row`));
  }
  return failures;
}

const COLUMNS = ["field", "type", "offset", "size", "since"];

function checkField(table: Table, { line, cells }: Row, field: FieldFact): Failure[] {
  return fieldCells(field).flatMap((cell, i) => {
    const [expected, actual] = [plain(cell), plain(cells[i].text)];
    if (expected === actual) return [];
    const message = `the ${COLUMNS[i]} of ${field.name} differs from the code's`;
    return [{ ...tableFailure(table, line, message), expected, actual }];
  });
}

/** The cells of a table line as they are written. */
function rawCells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

type LineOf = (table: Table, line: number) => string;

export function refreshNumbers(table: Table, facts: CodeFacts, lineOf: LineOf): TableEdit {
  const rows = table.rows.map((each) => {
    const line = lineOf(table, each.line);
    const known = facts.numbers.get(plain(each.cells[0].text));
    const one = { ...table, rows: [each] };
    if (known === undefined || checkNumbers(one, facts).length === 0) return line;
    const [name, old, ...more] = rawCells(line);
    const isHex = /0x/i.test(old) && known >= 0;
    return row([name, isHex ? `0x${known.toString(16)}` : String(known), ...more]);
  });
  return { table, rows };
}

export function refreshAttr(table: Table, facts: CodeFacts, lineOf: LineOf): TableEdit {
  const command = commandOf(table, facts);
  if (command === undefined) {
    return { table, rows: table.rows.map(({ line }) => lineOf(table, line)) };
  }
  const rows = attrFields(command).map((field) => {
    const old = table.rows.find(({ cells }) => plain(cells[0].text) === field.name);
    if (old !== undefined && checkField(table, old, field).length === 0) {
      return lineOf(table, old.line);
    }
    const more = old === undefined
      ? new Array<string>(table.columns - COLUMNS.length).fill("")
      : rawCells(lineOf(table, old.line)).slice(COLUMNS.length);
    return row([...fieldCells(field), ...more]);
  });
  return { table, rows };
}
