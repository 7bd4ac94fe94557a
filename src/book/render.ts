/** Tables of the book, written from the code. */
import type { ClaimFact, CommandFact, DeltaFact, FieldFact, RuleFact, Span } from "./facts.ts";

/** The `since` cell: `all`, `6.12`, `until 6.1`, `6.1 to 6.12`, or `only 6.1`. */
export function formatSince({ since, until }: Span): string {
  if (until === undefined) return since ?? "all";
  if (since === undefined) return `until ${until}`;
  return since === until ? `only ${since}` : `${since} to ${until}`;
}

/**
 * Plain text with `code` in backticks as the content of a table cell: what markdown would read as
 * something else is escaped.
 */
export function cellText(text: string): string {
  const parts = text.replace(/\s+/g, " ").trim().split("`");
  // An odd number of backticks opens code that never closes: none of them is code.
  if (parts.length % 2 === 0) return escapePlain(parts.join(""));
  return parts.map((part, i) =>
    i % 2 === 0 ? escapePlain(part) : "`" + part.replaceAll("|", "\\|") + "`"
  ).join("");
}

function escapePlain(text: string): string {
  return text.replace(/[\\|*<&[\]]/g, "\\$&").replace(/(?<!\w)_|_(?!\w)/g, "\\_")
    .replace(/~~/g, "\\~\\~");
}

export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell === "" ? " " : cell).join(" | ")} |`;
}

function table(header: readonly string[], rows: readonly string[]): string {
  return [row(header), row(header.map(() => "---")), ...rows].join("\n") + "\n";
}

export function refusalRow(rule: RuleFact): string {
  return row([`\`${rule.id}\``, cellText(rule.when), rule.errno, formatSince(rule)]);
}

export function deltaRow(delta: DeltaFact): string {
  return row([`\`${delta.id}\``, formatSince(delta), cellText(delta.what)]);
}

export function claimRow({ id, says, verdict, finding }: ClaimFact): string {
  return row([`\`${id}\``, cellText(says), verdict, cellText(finding)]);
}

export function fieldCells(field: FieldFact): string[] {
  const { name, kind, offset, size } = field;
  return [`\`${name}\``, kind, String(offset), String(size), formatSince(field)];
}

/** The refusals table of an owner, such as `MAP_FREEZE`. */
export function renderRefusals(owner: string, rules: readonly RuleFact[]): string {
  const own = rules.filter(({ id }) => id.startsWith(`${owner}/`));
  return table(["rule", "condition", "errno", "since"], own.map(refusalRow));
}

/** The history of an owner. */
export function renderHistory(owner: string, deltas: readonly DeltaFact[]): string {
  const own = deltas.filter((delta) => delta.owner === owner);
  return table(["change", "since", "what"], own.map(deltaRow));
}

/** The attr table of a command, with the comment that names it. */
export function renderAttr(command: CommandFact): string {
  const rows = attrFields(command).map((field) => row(fieldCells(field)));
  const header = ["field", "type", "offset", "size", "since"];
  return `<!-- attr ${command.name} -->\n\n${table(header, rows)}`;
}

/** A table of constants: the named ones, in that order. */
export function renderNumbers(
  names: readonly string[],
  numbers: ReadonlyMap<string, number | bigint>,
): string {
  const rows = names.map((name) => row([`\`${name}\``, String(numbers.get(name))]));
  return table(["constant", "value"], rows);
}

/**
 * The fields that belong to a command: those that some kernel reads. What lies behind every
 * kernel's end belongs to other commands that share the struct, and must be zero.
 */
export function attrFields({ fields, end }: CommandFact): readonly FieldFact[] {
  if (end === undefined) return fields;
  const last = Math.max(...Object.values(end));
  return fields.filter(({ offset }) => offset < last);
}
