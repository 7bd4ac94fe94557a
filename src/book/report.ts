/** The report for a person. */
import type { BookReport, Failure, FailureKind, Progress } from "./types.ts";

export interface ReportStyle {
  readonly color: boolean;
}

const CODES = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36, dim: 2 } as const;

function paint(text: string, name: keyof typeof CODES, { color }: ReportStyle): string {
  return color ? `\x1b[${CODES[name]}m${text}\x1b[0m` : text;
}

const TITLES: Readonly<Record<FailureKind, string>> = {
  grammar: "grammar",
  usage: "usage",
  syntax: "syntax error",
  type: "type error",
  expectation: "wrong expectation",
  unreached: "expectation not reached",
  throw: "threw",
  timeout: "too slow",
  crash: "process ended",
  table: "table",
};

/** Shows one failure, on as many lines as it takes. */
export function formatFailure(failure: Failure, style: ReportStyle): string {
  const { file, line, column, kind, message, section, code, rule, diff } = failure;
  const place = line === 0 ? file : `${file}:${line}${column === undefined ? "" : `:${column}`}`;
  const head = [paint(place, "cyan", style), paint(TITLES[kind], "red", style)];
  const lines = [`${head.filter((each) => each !== "").join(" ")}: ${message}`];
  if (section) lines.push(paint(`  in ${section}`, "dim", style));
  if (code !== undefined) lines.push(...indented(code, "  | "));
  if (diff !== undefined) lines.push(...diffLines(diff, style));
  else {
    if (failure.expected !== undefined) lines.push(`  expected  ${failure.expected}`);
    if (failure.actual !== undefined) lines.push(`  actual    ${failure.actual}`);
  }
  if (rule !== undefined) lines.push(`  rule      ${rule}`);
  return lines.join("\n");
}

function indented(text: string, margin: string): string[] {
  return text.split("\n").map((line) => margin + line);
}

/** A unified diff, indented, and coloured where that is wanted. */
function diffLines(diff: string, style: ReportStyle): string[] {
  return diff.trimEnd().split("\n").map((line) => `  ${paintDiff(line, style)}`);
}

export function paintDiff(line: string, style: ReportStyle): string {
  if (line.startsWith("+")) return paint(line, "green", style);
  if (line.startsWith("-")) return paint(line, "red", style);
  return line.startsWith("@@") ? paint(line, "cyan", style) : line;
}

/** Shows a whole report: the failures, then the counts. */
export function formatReport(report: BookReport, style: ReportStyle): string {
  const parts = report.failures.map((each) => formatFailure(each, style));
  const failed = new Set(report.failures.map(({ file }) => file));
  const output = report.output.filter(({ file }) => failed.has(file));
  if (output.length > 0) {
    parts.push(output.map(({ file, line, text }) => `${file}:${line} wrote: ${text}`).join("\n"));
  }
  return [...parts, summary(report, style)].join("\n\n") + "\n";
}

function summary(report: BookReport, style: ReportStyle): string {
  const { chapters, sections, examples, expectations, calls, tables, failures } = report;
  const counts = [
    count(chapters, "chapter"),
    count(sections, "section"),
    count(examples, "example"),
    count(expectations, "expectation"),
    count(tables, "table"),
    count(calls, "call"),
    count(report.paths.length, "path"),
    `${count(report.rulesFired.size, "rule")} fired`,
    `${report.unmodelled.length} unmodelled`,
  ].join(", ");
  const verdict = failures.length === 0
    ? paint("ok", "green", style)
    : paint(count(failures.length, "failure"), "red", style);
  return `${verdict} (${(report.milliseconds / 1000).toFixed(1)} s): ${counts}`;
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

/** The line that a terminal shows while the book runs. */
export function progressLine(progress: Progress): string | undefined {
  if (progress.kind !== "section") return undefined;
  return `[${progress.done}/${progress.of}] ${progress.place}`;
}

/** 0: all good; 1: an example or a table failed; 2: usage or grammar. */
export function exitCode({ failures }: BookReport): 0 | 1 | 2 {
  if (failures.some(({ kind }) => kind === "grammar" || kind === "usage")) return 2;
  return failures.length > 0 ? 1 : 0;
}
