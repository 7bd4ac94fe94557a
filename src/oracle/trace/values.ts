/** Values as strace prints them. */
import { Reader } from "./reader.ts";

interface At {
  /** Offset in the text that was read. */
  readonly at: number;
}

export type Value =
  & At
  & (
    | { readonly kind: "number"; readonly value: bigint }
    /** A name that strace prints for a number (without -X). */
    | { readonly kind: "symbol"; readonly name: string }
    /** Bytes as latin-1; `cut` where strace printed not all of them. */
    | {
      readonly kind: "string";
      readonly bytes: string;
      readonly cut: boolean;
      /** The comment after it. */
      readonly note: string | undefined;
    }
    | {
      readonly kind: "struct";
      readonly fields: ReadonlyMap<string, Value>;
      /** `...` stands for the rest. */
      readonly cut: boolean;
    }
    | { readonly kind: "array"; readonly items: readonly Value[]; readonly cut: boolean }
    | { readonly kind: "or"; readonly parts: readonly Value[] }
    /** `a => b`: what the caller gave and what the kernel left there. */
    | { readonly kind: "changed"; readonly before: Value; readonly after: Value }
    /** Something that is no value to go by: `???`, `makedev(0, 0)`. */
    | { readonly kind: "opaque"; readonly text: string }
  );

/** Reads one value. */
function readValue(reader: Reader): Value {
  const first = readOr(reader);
  reader.skip();
  if (!reader.take("=>")) return first;
  reader.skip();
  return { kind: "changed", at: first.at, before: first, after: readOr(reader) };
}

function readOr(reader: Reader): Value {
  const parts = [readOne(reader)];
  reader.skip();
  while (reader.take("|")) {
    reader.skip();
    parts.push(readOne(reader));
    reader.skip();
  }
  return parts.length === 1 ? parts[0] : { kind: "or", at: parts[0].at, parts };
}

function readOne(reader: Reader): Value {
  const { at } = reader;
  if (reader.take("{")) return readStruct(reader, at);
  if (reader.take("~[") || reader.take("[")) return readArray(reader, at);
  if (reader.peek('"') || reader.peek('@"')) return readString(reader);
  const number = reader.match(/-?(?:0x[0-9a-f]+|\d+)/iy);
  if (number !== undefined) return readNumber(reader, at, number);
  const name = reader.match(/[A-Za-z_][\w.]*/y);
  if (name === "NULL") return { kind: "number", at, value: 0n };
  if (name !== undefined) return readName(reader, at, name);
  if (reader.take("???") || reader.take("...")) return { kind: "opaque", at, text: "???" };
  return reader.fail("a value (a number, a name, a string, {...} or [...])");
}

/** A descriptor's path (-y) follows in angle brackets. */
function skipPath(reader: Reader): void {
  reader.skip();
  reader.match(/<(?!<)[^<>]*(?:<[^<>]*>[^<>]*)*>/y);
}

function readNumber(reader: Reader, at: number, text: string): Value {
  const factor = reader.match(/\*\d+/y);
  const shift = reader.match(/<<\d+/y);
  skipPath(reader);
  const value = plainNumber(text) * BigInt(factor?.slice(1) ?? 1);
  return { kind: "number", at, value: value << BigInt(shift?.slice(2) ?? 0) };
}

function plainNumber(text: string): bigint {
  const isOctal = /^-?0[0-7]+$/.test(text);
  const digits = text.replace("-", "");
  const size = isOctal ? BigInt("0o" + digits.slice(1)) : BigInt(digits);
  return text.startsWith("-") ? -size : size;
}

function readName(reader: Reader, at: number, name: string): Value {
  if (!reader.peek("(")) {
    skipPath(reader);
    return { kind: "symbol", at, name };
  }
  const text = name + reader.balanced();
  // Conditions of a wait status: `WIFEXITED(s) && WEXITSTATUS(s) == 0`.
  const rest = reader.match(/(?: (?:&&|==) (?:[\w]+(?:\([^()]*\))?))+/y) ?? "";
  return { kind: "opaque", at, text: text + rest };
}

function readStruct(reader: Reader, at: number): Value {
  const fields = new Map<string, Value>();
  let cut = false;
  reader.skip();
  while (!reader.take("}")) {
    if (reader.take("...")) cut = true;
    else {
      const [name, value] = readField(reader);
      fields.set(name ?? `#${fields.size}`, value);
    }
    separator(reader, "}");
  }
  return { kind: "struct", at, fields, cut };
}

/** `name=value`, or a value alone. */
export function readField(reader: Reader): readonly [string | undefined, Value] {
  const name = reader.match(/[A-Za-z_]\w*(?==(?![=>]))/y);
  if (name !== undefined) reader.take("=");
  return [name, readValue(reader)];
}

function readArray(reader: Reader, at: number): Value {
  const items: Value[] = [];
  let cut = false;
  reader.skip();
  while (!reader.take("]")) {
    if (reader.take("...")) cut = true;
    else items.push(readValue(reader));
    separator(reader, "]");
  }
  return { kind: "array", at, items, cut };
}

/** A comma, or in an array just a space (sets of signals); nothing before the end. */
function separator(reader: Reader, end: string): void {
  reader.skip();
  const comma = reader.take(",");
  if (comma) reader.skip();
  if (!comma && end === "}" && !reader.peek(end)) reader.fail('"," or "}"');
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  v: "\v",
  f: "\f",
  a: "\x07",
  b: "\b",
  e: "\x1b",
};

function readString(reader: Reader): Value {
  const { at } = reader;
  reader.take("@");
  reader.take('"');
  let bytes = "";
  while (!reader.take('"')) {
    const plain = reader.match(/[^"\\]+/y);
    bytes += plain ?? escaped(reader);
  }
  const cut = reader.take("...");
  const note = reader.skip();
  return { kind: "string", at, bytes, cut, note };
}

function escaped(reader: Reader): string {
  if (!reader.take("\\")) return reader.fail('a closing "');
  const hex = reader.match(/x[0-9a-f]{1,2}/iy);
  if (hex !== undefined) return String.fromCharCode(parseInt(hex.slice(1), 16));
  const octal = reader.match(/[0-7]{1,3}/y);
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 255);
  const char = reader.match(/[^]/y) ?? reader.fail("an escape");
  return ESCAPES[char] ?? char;
}
