/**
 * Values as JavaScript source, so that what a failing example shows can be pasted back behind
 * `// =>`. Refusals are shown as the book writes them: `EPERM MAP_FREEZE/frozen`.
 */

export interface ShowOptions {
  /** How bytes are written: `bytes(1, 2)` where the prelude has `bytes`. */
  readonly bytes?: "bytes" | "Uint8Array.of";
}

const WIDTH = 72;
const DEPTH = 12;

/** Shows a value; short ones on one line. */
export function show(value: unknown, options: ShowOptions = {}): string {
  return print(value, options, 0, new Set());
}

/** Whether `show` gives source that evaluates to an equal value. */
export function isPrintable(value: unknown, inside: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  if (inside.has(value) || inside.size >= DEPTH) return false;
  const deeper = new Set(inside).add(value);
  if (value instanceof Map) {
    return Array.from(value).every((pair) => pair.every((each) => isPrintable(each, deeper)));
  }
  if (value instanceof Set || Array.isArray(value)) {
    return Array.from(value).every((each) => isPrintable(each, deeper));
  }
  return isPlain(value) && Object.values(value).every((each) => isPrintable(each, deeper));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

interface RefusalLike {
  readonly kind: "refusal";
  readonly errno: string;
  readonly rule: { readonly id: string; readonly when?: string };
}

/** The model's refusal, told by its shape. */
export function asRefusal(value: unknown): RefusalLike | undefined {
  const refusal = value as RefusalLike | null | undefined;
  if (typeof refusal !== "object" || refusal?.kind !== "refusal") return undefined;
  return typeof refusal.rule?.id === "string" ? refusal : undefined;
}

/** The model's `unmodelled` answer, told by its shape. */
export function asUnmodelled(value: unknown): { readonly what: string } | undefined {
  const answer = value as { readonly kind?: unknown; readonly what: string } | null | undefined;
  return typeof answer === "object" && answer?.kind === "unmodelled" ? answer : undefined;
}

/** A machine, told by its shape; what is inside would fill pages. */
export function isMachine(value: unknown): value is { readonly trail: readonly unknown[] } {
  return typeof value === "object" && value !== null && !isPlain(value) && "answer" in value &&
    "trail" in value && Array.isArray(value.trail);
}

function print(
  value: unknown,
  options: ShowOptions,
  indent: number,
  inside: ReadonlySet<unknown>,
): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function") return `[function ${value.name}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (inside.has(value)) return "[circular]";
  if (inside.size >= DEPTH) return "[deep]";
  const refusal = asRefusal(value);
  if (refusal !== undefined) return `${refusal.errno} ${refusal.rule.id}`;
  if (asUnmodelled(value) !== undefined) return "unmodelled";
  if (isMachine(value)) return `[${value.constructor.name}, its trail ${value.trail.length} long]`;
  const deeper = new Set(inside).add(value);
  const inner = (each: unknown) => print(each, options, indent + 2, deeper);
  const named = (name: string, open: string, items: string[], close: string) =>
    name + list(open, items, close, indent);

  if (value instanceof Uint8Array) {
    const make = options.bytes ?? "Uint8Array.of";
    return wrapped(`${make}(`, Array.from(value, String), ")", indent);
  }
  if (Array.isArray(value)) return list("[", value.map(inner), "]", indent);
  if (value instanceof Map) {
    const pairs = Array.from(value, ([key, to]) => `[${inner(key)}, ${inner(to)}]`);
    return named("new Map", "([", pairs, "])");
  }
  if (value instanceof Set) return named("new Set", "([", Array.from(value, inner), "])");
  if (value instanceof Error) return `[${value.name}: ${value.message}]`;
  if (value instanceof Date || value instanceof RegExp) return String(value);
  const fields = Object.entries(value).map(([key, each]) => `${keyText(key)}: ${inner(each)}`);
  const name = isPlain(value) ? "" : `[${value.constructor?.name ?? "object"}] `;
  return named(name, "{", fields, "}");
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function list(open: string, items: readonly string[], close: string, indent: number): string {
  if (items.length === 0) return open + close;
  const space = open === "{" ? " " : "";
  const line = open + space + items.join(", ") + space + close;
  if (line.length + indent <= WIDTH && !line.includes("\n")) return line;
  const pad = " ".repeat(indent + 2);
  return `${open}\n${items.map((item) => `${pad}${item},\n`).join("")}${
    " ".repeat(indent)
  }${close}`;
}

/** Many short items, as many a line as fit. */
function wrapped(open: string, items: readonly string[], close: string, indent: number): string {
  const line = open + items.join(", ") + close;
  if (line.length + indent <= WIDTH) return line;
  const pad = " ".repeat(indent + 2);
  const lines = [pad];
  for (const item of items) {
    if (lines[lines.length - 1].length + item.length + 1 > WIDTH) lines.push(pad);
    lines[lines.length - 1] += `${item}, `;
  }
  return [open, ...lines.map((each) => each.trimEnd()), " ".repeat(indent) + close].join("\n");
}
