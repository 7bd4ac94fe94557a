/** The JUnit report: a suite a chapter, a case a section, and one for the chapter's tables. */
import type { BookReport, Failure, SectionResult } from "./types.ts";

/** Text for XML: what XML 1.0 cannot hold is replaced, the rest escaped. */
export function xmlText(text: string): string {
  return text.toWellFormed()
    .replace(/\p{Cc}|[\ufffe\uffff]/gu, (c) => "\t\n\r".includes(c) ? c : "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("\r", "&#13;");
}

function open(name: string, attributes: Readonly<Record<string, string | number>>): string {
  const list = Object.entries(attributes).map(([key, to]) => {
    // A bare line end in an attribute would be read as a blank.
    return ` ${key}="${xmlText(String(to)).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`;
  });
  return `<${name}${list.join("")}>`;
}

interface Case {
  readonly name: string;
  readonly line: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
}

/** Writes a report as JUnit XML. */
export function junitXml(report: BookReport): string {
  const files = new Set([
    ...report.results.map(({ file }) => file),
    ...report.failures.map(({ file }) => file),
  ]);
  const suites = Array.from(files, (file) => suite(file, casesOf(file, report)));
  const all = {
    name: "bpfspec book",
    tests: suites.reduce((sum, { tests }) => sum + tests, 0),
    failures: suites.reduce((sum, { failed }) => sum + failed, 0),
    time: (report.milliseconds / 1000).toFixed(3),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", all),
    ...suites.map(({ xml }) => xml),
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(file: string, report: BookReport): Case[] {
  const results = report.results.filter((each) => each.file === file);
  const failures = report.failures.filter((each) => each.file === file);
  const taken = new Set<Failure>();
  const cases = results.map((result, i) => {
    const own = failures.filter((each) => belongs(each, result, results[i + 1]));
    own.forEach((each) => taken.add(each));
    return caseOf(result, own);
  });
  const rest = failures.filter((each) => !taken.has(each));
  if (rest.length === 0) return cases;
  return [...cases, { name: "grammar and tables", line: 1, seconds: 0, failures: rest }];
}

/** Whether an example's failure is one of this section, and not of the next that ran. */
function belongs(failure: Failure, { line }: SectionResult, next: SectionResult | undefined) {
  if (failure.kind === "table" || failure.kind === "grammar") return false;
  return failure.line >= line && (next === undefined || failure.line < next.line);
}

function caseOf({ section, line, milliseconds }: SectionResult, failures: readonly Failure[]) {
  return {
    name: section || "(before the first heading)",
    line,
    seconds: milliseconds / 1000,
    failures,
  };
}

function suite(file: string, cases: readonly Case[]) {
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  const head = { name: file, tests: cases.length, failures: failed, time: seconds.toFixed(3) };
  const xml = [
    `  ${open("testsuite", head)}`,
    ...cases.flatMap((each) => caseXml(file, each)),
    "  </testsuite>",
  ].join("\n");
  return { xml, tests: cases.length, failed };
}

function caseXml(file: string, { name, line, seconds, failures }: Case): string[] {
  const head = {
    classname: file,
    name: `${name} (line ${line})`,
    file,
    line,
    time: seconds.toFixed(3),
  };
  // JUnit knows one failure a case: the first names it, the text has them all.
  if (failures.length === 0) return [`    ${open("testcase", head)}</testcase>`];
  const text = failures.map(detail).join("\n\n");
  const failure = open("failure", { type: failures[0].kind, message: failures[0].message });
  return [
    `    ${open("testcase", head)}`,
    `      ${failure}${xmlText(text)}</failure>`,
    "    </testcase>",
  ];
}

function detail({ file, line, message, code, expected, actual, rule }: Failure): string {
  const parts = [`${file}:${line}: ${message}`];
  for (const [name, text] of Object.entries({ code, expected, actual, rule })) {
    if (text !== undefined) parts.push(`${name}: ${text}`);
  }
  return parts.join("\n");
}
