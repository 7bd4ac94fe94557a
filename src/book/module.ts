/**
 * The two texts that a section becomes. Both have as many lines as the markdown; a line number of
 * one is a line number of all three.
 *
 * The **check text** is what `deno check` reads. The code and the expected values stand in their
 * own columns: only the `// =>` between them becomes `;    (`.
 *
 * The **run text** is what is executed: `no-run` blocks are blank, and each expectation is a call of
 * the runtime (runtime.ts). Line 1 is never code (a fence opens above it), and holds the imports.
 */
import { type Expectation, type Fault, findExpectations } from "./expectations.ts";
import { BARRIER, type Block, type Section } from "./extract.ts";
import type { Prelude } from "./prelude.ts";
import { declaredNames, moduleSpecifiers, type Node, parseModule, usedNames } from "./syntax.ts";

export interface SectionModule {
  readonly section: Section;
  readonly expectations: readonly Expectation[];
  readonly checkText: string;
  readonly runText: string;
  /** The blocks that are executed. */
  readonly blocks: readonly Block[];
}

export interface ModuleFaults {
  readonly grammar: readonly Fault[];
  readonly syntax: readonly Fault[];
}

/** How module specifiers of the markdown are read. */
export interface Specifiers {
  /** What a specifier becomes in both texts (relative ones become absolute). */
  resolve(specifier: string): string;
  /** What a resolved specifier becomes in the run text (the prelude becomes the watched one). */
  watched(specifier: string): string;
}

/** The global of the executing process that the run text talks to. */
const RUNTIME = 'globalThis[Symbol.for("bpfspec.book")]';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Edits at one place are made in this order. */
  readonly rank: number;
}

/** What both texts are made from. */
interface Draft {
  readonly text: string;
  /** The index at which each line starts, by line - 1. */
  readonly line: readonly number[];
  readonly program: Node;
  readonly blocks: readonly Block[];
  readonly expectations: readonly Expectation[];
  readonly sources: readonly Node[];
  /** The names that the section uses and does not declare. */
  readonly wanted: readonly string[];
  readonly prelude: Prelude;
  readonly specifiers: Specifiers;
}

/** Turns a section into its module; faults leave no module. */
export function moduleOf(
  section: Section,
  prelude: Prelude,
  specifiers: Specifiers,
): SectionModule | ModuleFaults {
  const { blocks, code } = section;
  // The `;` on line 1 keeps a first statement that is a string from being read as a directive.
  const parsed = [";" + code[0], ...code.slice(1)].join("\n");
  const text = parsed.replaceAll(`\n${BARRIER}\n`, `\n${";".padEnd(BARRIER.length)}\n`);
  const { program, comments, faults } = parseModule(parsed);
  if (faults.length > 0) return { grammar: [], syntax: faults };
  const declared = declaredNames(program);
  const { expectations, faults: wrong } = findExpectations(text, program, comments, declared);
  const grammar = [...wrong, ...inNoRun(section, expectations)];
  if (grammar.length > 0) return { grammar, syntax: [] };

  const used = usedNames(program);
  for (const { value } of expectations) {
    if (value !== undefined) usedNames(value).forEach((name) => used.add(name));
  }
  const wanted = Array.from(used).filter((name) => !declared.has(name)).sort();
  const sources = moduleSpecifiers(program);
  const line = lineStarts(text);
  const draft = { text, line, program, blocks, expectations, sources, wanted, prelude, specifiers };
  return {
    section,
    expectations,
    checkText: checkText(draft),
    runText: runText({ ...draft, text: blank(text, blocks, line) }),
    blocks: blocks.filter(({ fence }) => fence.kind === "run"),
  };
}

function inNoRun(section: Section, expectations: readonly Expectation[]): Fault[] {
  return expectations.filter(({ at }) => !isRun(section.blocks, at.line)).map(({ from }) => ({
    ...from,
    message: "an expectation in a `ts no-run` block would never be checked",
  }));
}

function isRun(blocks: readonly Block[], line: number): boolean {
  return blocks.some(({ fence, first, last }) =>
    fence.kind === "run" && first <= line && line <= last
  );
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The text with everything but line ends of `no-run` blocks as blanks. */
function blank(text: string, blocks: readonly Block[], line: readonly number[]): string {
  let now = text;
  for (const { fence, first, last } of blocks) {
    if (fence.kind !== "no-run" || first > last) continue;
    const [start, end] = [line[first - 1], line[last] ?? text.length];
    now = now.slice(0, start) + now.slice(start, end).replace(/[^\n]/g, " ") + now.slice(end);
  }
  return now;
}

function apply(text: string, edits: readonly Edit[]): string {
  const ordered = Array.from(edits).sort((a, b) => a.start - b.start || a.rank - b.rank);
  let out = "";
  let at = 0;
  for (const { start, end, text: put } of ordered) {
    out += text.slice(at, start) + put;
    at = Math.max(at, end);
  }
  return out + text.slice(at);
}

function insert(at: number, text: string, rank = 0): Edit {
  return { start: at, end: at, text, rank };
}

/** Puts code with the expected value in the place of a comment, line for line. */
function replaceComment(
  { comments, from, text }: Expectation,
  line: readonly number[],
  before: (room: number) => string,
  after: string,
): Edit[] {
  const lines = text.split("\n");
  const room = line[from.line - 1] + from.column - comments[0].start;
  return comments.map(({ start, end, loc }, i) => ({
    start: i === 0 ? start : line[loc.start.line - 1],
    end,
    text: (i === 0 ? before(room) : "") + (lines[i] ?? "") + (i === lines.length - 1 ? after : ""),
    rank: 1,
  }));
}

function respecify(sources: readonly Node[], to: (specifier: string) => string): Edit[] {
  return sources.flatMap(({ start, end, value }) => {
    const made = to(value as string);
    return made === value ? [] : [{ start, end, text: JSON.stringify(made), rank: 0 }];
  });
}

function checkText(draft: Draft): string {
  const { wanted, prelude, sources, specifiers } = draft;
  const names = wanted.flatMap((name) => {
    if (prelude.values.has(name)) return [name];
    return prelude.types.has(name) ? [`type ${name}`] : [];
  });
  const edits = respecify(sources, specifiers.resolve);
  const open = (room: number) => ";" + "(".padStart(room - 1);
  for (const each of draft.expectations) {
    if (each.claim.kind === "value") edits.push(...replaceComment(each, draft.line, open, ");"));
  }
  return importing(names, prelude.specifier) + "export {}; " + apply(draft.text, edits);
}

function importing(names: readonly string[], specifier: string): string {
  if (names.length === 0) return "";
  return `import { ${names.join(", ")} } from ${JSON.stringify(specifier)}; `;
}

function runText(draft: Draft): string {
  const { text, program, wanted, prelude, sources, specifiers } = draft;
  const runs = (node: Node) => isRun(draft.blocks, node.loc.start.line);
  const watched = (specifier: string) => specifiers.watched(specifiers.resolve(specifier));
  const edits = respecify(sources.filter(runs), watched);
  for (const statement of program.body as readonly Node[]) {
    if (!runs(statement) || /^(Import|TS|EmptyStatement)/.test(statement.type)) continue;
    edits.push(insert(statement.start, `__book.at(${statement.loc.start.line}); `, -1));
  }
  for (const each of draft.expectations) edits.push(...judged(each, draft));
  const names = wanted.filter((name) => prelude.values.has(name));
  const head = importing(names, specifiers.watched(prelude.specifier));
  return `${head}const __book = ${RUNTIME}; export {}; ${apply(text, edits)}`;
}

/** The edits that make a statement and its comment a call of the runtime. */
function judged(each: Expectation, { text, line }: Draft): Edit[] {
  const { id, claim, statement, variable } = each;
  const expected = claim.kind === "value"
    ? replaceComment(each, line, () => ", () => (", "));")
    : each.comments.map(({ start, end }, i) => (
      { start, end, text: i === 0 ? ");" : "", rank: 1 }
    ));
  if (variable !== undefined) {
    return [insert(statement.end, `; __book.expect(${id}, ${variable}`), ...expected];
  }
  const semicolon = text[statement.end - 1] === ";";
  const end = semicolon ? statement.end - 1 : statement.end;
  const open = claim.kind !== "throws"
    ? `__book.expect(${id}, (`
    : each.awaits
    ? `await __book.throwsLater(${id}, async () => (`
    : `__book.throws(${id}, () => (`;
  // More than one `;` may stand before the comment; none may end the call too early.
  const rest = { start: end, end: each.comments[0].start, rank: 0 };
  const blanks = text.slice(rest.start, rest.end).replace(/;/g, " ");
  return [insert(statement.start, open), { ...rest, text: ")" + blanks }, ...expected];
}
