/**
 * What an example says about itself, and to which code it is attached.
 *
 *     expression            // => EXPECTED     the value of the expression
 *     const x = expression  // => EXPECTED     the value of x
 *     expression            // throws NAME: PART OF THE MESSAGE
 *
 * EXPECTED is one of
 *
 *     EPERM                      a refusal with this errno
 *     EPERM MAP_FREEZE/frozen    a refusal with this errno by this rule
 *     unmodelled                 the model does not claim anything
 *     a JavaScript expression    evaluated in the same scope, right after the code
 *
 * and may be followed by a note: `// => 3 // the first free descriptor`. `: PART` is optional.
 *
 * A comment is attached to the statement that ends on the comment's own line; a comment that is
 * alone on its line, to the statement that ends on the line directly above (so it also stands under
 * an expression of many lines). Nothing but blanks and the `;` may stand between the two. The
 * statement is an expression statement, or a declaration of one variable with a plain name and a
 * value, and stands directly in the module or in a `{ }` block. One statement has one expectation.
 *
 * A long EXPECTED goes on in the comment lines directly below that begin with `//` and at least two
 * blanks:
 *
 *     m.out
 *     // => {
 *     //      next_id: 1,
 *     //    }
 *
 * A comment that begins with `=>` or `throws` but follows none of this, or that has `// =>` further
 * inside, is an error: nothing is silently skipped.
 */
import { type Comment, hasAwait, type Node, parseValue, walk } from "./syntax.ts";

/** A place in the section's text; `line` from 1, `column` from 0. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

export type Claim =
  | { readonly kind: "value" }
  | { readonly kind: "refusal"; readonly errno: string; readonly rule?: string }
  | { readonly kind: "unmodelled" }
  | { readonly kind: "throws"; readonly name: string; readonly part?: string };

export interface Expectation {
  /** The position in the section, from 0. */
  readonly id: number;
  readonly claim: Claim;
  /** EXPECTED or `NAME: PART` as it is written, without the note. */
  readonly text: string;
  /** Where that text stands. */
  readonly from: Spot;
  readonly to: Spot;
  /** Where the code that is judged stands. */
  readonly at: Spot;
  readonly code: string;
  readonly statement: Node;
  /** The name of the variable, where the statement declares one. */
  readonly variable?: string;
  /** Whether the judged expression awaits. */
  readonly awaits: boolean;
  /** EXPECTED parsed, of a `value`. */
  readonly value?: Node;
  readonly comments: readonly Comment[];
}

export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Expectations {
  readonly expectations: readonly Expectation[];
  readonly faults: readonly Fault[];
}

const RULE_ID = /^\w+(?:[/.:-]\w+)+$/;
const ERRNO = /^E[A-Z0-9]{2,}$/;
const THROWS = /^([A-Z][\w$]*)(?::\s*(\S.*))?$/;
/** After `//`: the blanks, the mark, the blanks. */
const MARK = /^(\s*)(=>|throws\b)(\s*)/;

/** Finds every expectation of a section. `names` are those that the section itself declares. */
export function findExpectations(
  text: string,
  program: Node,
  comments: readonly Comment[],
  names: ReadonlySet<string>,
): Expectations {
  const lines = text.split("\n");
  const statements = statementsOf(program);
  const taken = new Set<Node>();
  const expectations: Expectation[] = [];
  const faults: Fault[] = [];

  for (const group of groupsOf(comments, lines)) {
    const { line, column } = group[0].loc.start;
    const fail = (message: string) => faults.push({ line, column, message });
    if (group[0].type === "CommentBlock") {
      fail("an expectation is a line comment: `// => value`");
      continue;
    }
    const statement = attached(group[0], text, lines, statements);
    const made = typeof statement === "string"
      ? statement
      : taken.has(statement)
      ? "this statement has an expectation already"
      : expectation(expectations.length, group, statement, text, lines, names);
    if (typeof made === "string") {
      fail(made);
      continue;
    }
    taken.add(statement as Node);
    expectations.push(made);
  }
  return { expectations, faults };
}

/** The comments that are expectations, each with the comment lines that it goes on in. */
function groupsOf(comments: readonly Comment[], lines: readonly string[]): Comment[][] {
  const groups: Comment[][] = [];
  let open: Comment[] | undefined;
  for (const comment of comments) {
    const { line, column } = comment.loc.start;
    const alone = lines[line - 1].slice(0, column).trim() === "";
    const follows = open !== undefined && comment.type === "CommentLine" && alone &&
      open[open.length - 1].loc.start.line === line - 1;
    const inside = comment.type === "CommentLine" && /\/\/\s*=>/.test(comment.value);
    if (MARK.test(comment.value) || inside) {
      open = [comment];
      groups.push(open);
    } else if (follows && /^\s{2,}\S/.test(comment.value)) {
      open?.push(comment);
    } else {
      open = undefined;
    }
  }
  return groups;
}

const UNATTACHED =
  "this expectation is attached to nothing: it stands behind a statement, or alone on the line below one";

const JUDGED = new Set(["ExpressionStatement", "VariableDeclaration"]);

/** The statement that a comment belongs to; a string says why there is none. */
function attached(
  comment: Comment,
  text: string,
  lines: readonly string[],
  statements: readonly Statement[],
): Node | string {
  const { line, column } = comment.loc.start;
  const alone = lines[line - 1].slice(0, column).trim() === "";
  const last = alone ? line - 1 : line;
  const ending = statements.filter(({ node }) =>
    node.loc.end.line === last && node.end <= comment.start &&
    /^[\s;]*$/.test(text.slice(node.end, comment.start)) && node.type !== "EmptyStatement"
  );
  if (ending.length === 0) {
    const goesOn = !alone &&
      statements.some(({ node }) =>
        JUDGED.has(node.type) && node.start < comment.start && comment.end < node.end
      );
    return goesOn ? `${UNATTACHED}; this statement goes on below: is a \`;\` missing?` : UNATTACHED;
  }
  const found = ending.find(({ node }) => JUDGED.has(node.type));
  if (found === undefined) {
    return "an expectation stands behind an expression or `const name = expression`";
  }
  if (!found.listed) return "put `{ }` around the statement that has an expectation";
  const { node } = found;
  if (node.type === "ExpressionStatement") return node;
  const [only, ...more] = node.declarations as readonly Node[];
  if (more.length > 0 || (only.id as Node).type !== "Identifier" || !only.init) {
    return "an expectation on a declaration wants one variable with a plain name and a value";
  }
  return node;
}

interface Statement {
  readonly node: Node;
  /** It stands in a list of statements, so that another one may be put beside it. */
  readonly listed: boolean;
}

/** Every statement, those that end last and are innermost first. */
function statementsOf(program: Node): Statement[] {
  const found: Statement[] = [];
  walk(program, (node, parent, field) => {
    if (!/(Statement|Declaration)$/.test(node.type)) return;
    const listed = field === "body" && Array.isArray(parent?.body) || field === "consequent" &&
        parent?.type === "SwitchCase";
    found.push({ node, listed });
  });
  return found.reverse().sort((a, b) => b.node.end - a.node.end);
}

function expectation(
  id: number,
  group: readonly Comment[],
  statement: Node,
  text: string,
  lines: readonly string[],
  names: ReadonlySet<string>,
): Expectation | string {
  const mark = MARK.exec(group[0].value);
  if (mark === null) return "`// =>` inside a comment is read by nobody";
  const start = group[0].loc.start;
  const from = { line: start.line, column: start.column + 2 + mark[0].length };
  const source = [lines[from.line - 1].slice(from.column)];
  for (const { loc: { start: { line, column } } } of group.slice(1)) {
    source.push(" ".repeat(column + 2) + lines[line - 1].slice(column + 2));
  }
  const written = source.join("\n");
  const read = mark[2] === "=>" ? readExpected(written, names) : readThrows(written);
  if (typeof read === "string") return read;

  const variable = statement.type === "VariableDeclaration"
    ? ((statement.declarations as readonly Node[])[0].id as Node).name as string
    : undefined;
  if (read.claim.kind === "throws" && variable !== undefined) {
    return "`// throws` stands behind an expression, not a declaration";
  }
  const judged = variable === undefined ? statement.expression as Node : statement;
  const kept = written.slice(0, read.length);
  return {
    id,
    ...read,
    text: kept,
    from,
    to: endOf(from, kept),
    at: judged.loc.start,
    code: text.slice(judged.start, judged.end).replace(/\s*;\s*$/, ""),
    statement,
    variable,
    awaits: hasAwait(judged),
    comments: group,
  };
}

function endOf(from: Spot, text: string): Spot {
  const lines = text.split("\n");
  const last = lines[lines.length - 1].length;
  if (lines.length === 1) return { line: from.line, column: from.column + last };
  return { line: from.line + lines.length - 1, column: last };
}

interface Read {
  readonly claim: Claim;
  /** How many characters of the written text it takes; what follows is a note. */
  readonly length: number;
  readonly value?: Node;
}

function readThrows(written: string): Read | string {
  const found = THROWS.exec(written.trimEnd());
  if (found === null) return "write `// throws NAME` or `// throws NAME: part of the message`";
  const [text, name, part] = found;
  return { claim: { kind: "throws", name, part }, length: text.length };
}

function readExpected(written: string, names: ReadonlySet<string>): Read | string {
  const [bare] = written.split(/\s+\/\/|\n/, 1);
  const words = bare.trim().split(/\s+/);
  const length = bare.trimEnd().length;
  const isErrno = ERRNO.test(words[0]) && !names.has(words[0]);
  const many = written.includes("\n");
  if (many && (isErrno || bare.trim() === "unmodelled")) {
    return "only an expected expression may take more than one line";
  }
  if (isErrno && words.length === 1) {
    return { claim: { kind: "refusal", errno: words[0] }, length };
  }
  if (isErrno && words.length === 2 && RULE_ID.test(words[1])) {
    return { claim: { kind: "refusal", errno: words[0], rule: words[1] }, length };
  }
  if (bare.trim() === "unmodelled") return { claim: { kind: "unmodelled" }, length };
  if (bare.trim() === "") return "`// =>` without an expected value";
  const value = parseValue(written);
  if (typeof value === "string") {
    return `the expected value is no expression, errno or \`unmodelled\`: ${value}`;
  }
  if (hasAwait(value)) return "an expected value cannot await";
  return { claim: { kind: "value" }, length: value.end, value };
}
