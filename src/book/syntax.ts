/** TypeScript as the book needs it: parsing, walking, and which names a module declares and uses. */
import { parse, parseExpression, type ParserOptions } from "@babel/parser";

/** A syntax node, as far as the book reads one. Positions count UTF-16 units from 0. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: Position; readonly end: Position };
  readonly [field: string]: unknown;
}

/** `line` counts from 1, `column` from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Comment {
  readonly type: "CommentLine" | "CommentBlock";
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: Position; readonly end: Position };
}

export interface SyntaxFault {
  readonly message: string;
  readonly line: number;
  /** Counts from 0. */
  readonly column: number;
}

export interface Parsed {
  readonly program: Node;
  readonly comments: readonly Comment[];
  readonly faults: readonly SyntaxFault[];
}

const OPTIONS: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript"],
  createParenthesizedExpressions: true,
  createImportExpressions: true,
};

/** Parses a module. A fault leaves a program that may be empty, never an exception. */
export function parseModule(text: string): Parsed {
  try {
    const file = parse(text, { ...OPTIONS, errorRecovery: true });
    return {
      program: file.program as unknown as Node,
      comments: (file.comments ?? []) as unknown as readonly Comment[],
      faults: (file.errors ?? []).map(faultOf),
    };
  } catch (error) {
    const nothing = { line: 1, column: 0 };
    const program = { type: "Program", start: 0, end: 0, loc: { start: nothing, end: nothing } };
    return { program: { ...program, body: [] }, comments: [], faults: [faultOf(error)] };
  }
}

/** Parses one expression; a string says why it is none. */
export function parseValue(text: string): Node | string {
  try {
    return parseExpression(text, OPTIONS) as unknown as Node;
  } catch (error) {
    return faultOf(error).message;
  }
}

function faultOf(error: unknown): SyntaxFault {
  const { message, loc } = error as { message: string; loc?: Position };
  const plain = message.replace(/\s*\(\d+:\d+\)$/, "");
  return { message: plain, line: loc?.line ?? 1, column: loc?.column ?? 0 };
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null &&
    typeof (value as { type?: unknown }).type === "string" &&
    typeof (value as { start?: unknown }).start === "number";
}

const NOT_CHILDREN = new Set(["loc", "extra", "leadingComments", "trailingComments", "errors"]);

/** The nodes directly under a node, each with the field that holds it. */
export function childrenOf(node: Node): (readonly [field: string, child: Node])[] {
  const children: (readonly [string, Node])[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (NOT_CHILDREN.has(field) || field === "innerComments") continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) children.push([field, child]);
    }
  }
  return children;
}

/** Visits a node and everything under it; a visitor that returns false stops going down. */
export function walk(
  node: Node,
  visit: (node: Node, parent: Node | undefined, field: string) => boolean | void,
  parent?: Node,
  field = "",
): void {
  if (visit(node, parent, field) === false) return;
  for (const [name, child] of childrenOf(node)) walk(child, visit, node, name);
}

/** Every name that is read somewhere, as a value or a type; property names do not count. */
export function usedNames(root: Node): Set<string> {
  const names = new Set<string>();
  walk(root, (node, parent, field) => {
    if (node.type === "Identifier" && !isPropertyName(parent, field)) {
      names.add(node.name as string);
    }
  });
  return names;
}

function isPropertyName(parent: Node | undefined, field: string): boolean {
  if (parent === undefined || parent.computed === true || parent.shorthand === true) return false;
  if (/^(Optional)?MemberExpression$/.test(parent.type)) return field === "property";
  if (/^(Object|Class)(Private|Accessor)?(Property|Method)$/.test(parent.type)) {
    return field === "key";
  }
  return /^TS(Property|Method)Signature$|^TSEnumMember$/.test(parent.type) &&
    (field === "key" || field === "id");
}

/** Every name that the module's top level declares or imports, and every `var` below it. */
export function declaredNames(program: Node): Set<string> {
  const names = new Set<string>();
  for (const statement of program.body as readonly Node[]) declare(statement, names);
  walk(program, (node) => {
    if (node.type === "VariableDeclaration" && node.kind === "var") declare(node, names);
  });
  return names;
}

function declare(statement: Node, names: Set<string>): void {
  const inner = statement.declaration;
  if (/^Export/.test(statement.type) && isNode(inner)) return declare(inner, names);
  if (statement.type === "ImportDeclaration") {
    for (const each of statement.specifiers as readonly Node[]) bind(each.local as Node, names);
  } else if (statement.type === "VariableDeclaration") {
    for (const each of statement.declarations as readonly Node[]) bind(each.id as Node, names);
  } else if (/Declaration$/.test(statement.type) && isNode(statement.id)) {
    bind(statement.id, names);
  }
}

/** Adds the names that a binding pattern binds. */
function bind(pattern: Node, names: Set<string>): void {
  switch (pattern.type) {
    case "Identifier":
      names.add(pattern.name as string);
      return;
    case "ObjectPattern":
      return (pattern.properties as Node[]).forEach((each) =>
        bind((each.value ?? each.argument) as Node, names)
      );
    case "ArrayPattern":
      return (pattern.elements as (Node | null)[]).forEach((each) => each && bind(each, names));
    case "AssignmentPattern":
      return bind(pattern.left as Node, names);
    case "RestElement":
      return bind(pattern.argument as Node, names);
  }
}

/** The string literals that name modules: imports, re-exports, `import()` and import types. */
export function moduleSpecifiers(program: Node): (Node & { readonly value: string })[] {
  const found: (Node & { readonly value: string })[] = [];
  walk(program, (node) => {
    if (!/^(Import|Export|TSImportType|TSExternalModuleReference)/.test(node.type)) return;
    for (const source of [node.source, node.argument, node.expression]) {
      if (isNode(source) && source.type === "StringLiteral") found.push(source as typeof found[0]);
    }
  });
  return found;
}

/** Whether an `await` stands in the expression outside every inner function. */
export function hasAwait(root: Node): boolean {
  let found = false;
  walk(root, (node) => {
    if (/Function|Method$/.test(node.type)) return false;
    if (node.type === "AwaitExpression") found = true;
  });
  return found;
}
