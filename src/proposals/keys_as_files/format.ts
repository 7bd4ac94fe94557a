/**
 * How keys and values look as text: the open question of the second goal. Each format is one answer
 * to it, and what it cannot write or not read back is part of the answer.
 */
import { wordAt } from "../../abi/words.ts";

/** How the keys and values of a map are written. */
export type Format =
  /** Names are the keys' own bytes. */
  | { readonly kind: "raw" }
  /** Two hex digits a byte. */
  | { readonly kind: "hex" }
  /** Format strings in the way of printk, one for keys and one for values. */
  | { readonly kind: "printf"; readonly key: string; readonly value: string };

/** One piece of a format string that takes bytes. */
interface Conversion {
  readonly size: number;
  print(bytes: string): string;
  /** What a text is of; undefined where it is none. */
  parse(text: string): string | undefined;
}

type Piece = string | Conversion;

function unsigned(size: number): Conversion {
  return {
    size,
    print: (bytes) => numberOf(bytes).toString(),
    parse: (text) => /^(0|[1-9]\d*)$/.test(text) ? bytesOfNumber(BigInt(text), size) : undefined,
  };
}

function numberOf(bytes: string): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.charCodeAt(i));
  return value;
}

function bytesOfNumber(value: bigint, size: number): string | undefined {
  if (value >> BigInt(8 * size) !== 0n) return undefined;
  return Array.from(
    { length: size },
    (_, i) => String.fromCharCode(Number((value >> BigInt(8 * i)) & 255n)),
  ).join("");
}

const SIGNED: Conversion = {
  size: 4,
  print: (bytes) => String(wordAt(bytes, 0) | 0),
  parse: (text) => {
    if (!/^(0|-?[1-9]\d*)$/.test(text) || Number(text) !== (Number(text) | 0)) return undefined;
    return bytesOfNumber(BigInt.asUintN(32, BigInt(text)), 4);
  },
};

const HEX32: Conversion = {
  size: 4,
  print: (bytes) => wordAt(bytes, 0).toString(16),
  parse: (text) =>
    /^(0|[1-9a-f][0-9a-f]*)$/.test(text) ? bytesOfNumber(BigInt(`0x${text}`), 4) : undefined,
};

const IPV4: Conversion = {
  size: 4,
  print: (bytes) => codes(bytes).join("."),
  parse: (text) => {
    const parts = text.split(".").map((part) => unsigned(1).parse(part));
    return parts.length === 4 && !parts.includes(undefined) ? parts.join("") : undefined;
  },
};

const IPV6: Conversion = {
  size: 16,
  print: (bytes) => (hexOf(bytes).match(/.{4}/g) ?? []).join(":"),
  parse: (text) =>
    /^([0-9a-f]{4}:){7}[0-9a-f]{4}$/.test(text) ? fromHex(text.replaceAll(":", "")) : undefined,
};

/** `%16s`: text up to its NUL. What stands behind the NUL is not printed. */
function textOf(size: number): Conversion {
  return {
    size,
    print: (bytes) => bytes.replace(/\0.*$/s, ""),
    parse: (text) =>
      text.length <= size && !text.includes("\0") ? text.padEnd(size, "\0") : undefined,
  };
}

const CONVERSION = /%(\d+s|pI4|pI6|llu|hhu|hu|u|d|x)/;

function conversion(name: string): Conversion {
  switch (name) {
    case "pI4":
      return IPV4;
    case "pI6":
      return IPV6;
    case "d":
      return SIGNED;
    case "x":
      return HEX32;
    case "llu":
      return unsigned(8);
    case "hu":
      return unsigned(2);
    case "hhu":
      return unsigned(1);
    case "u":
      return unsigned(4);
    default:
      return textOf(Number.parseInt(name, 10));
  }
}

/** Conversions in one format string at most: a name is read back by trying. */
const MOST = 8;

/** The pieces of a format string; undefined where a `%` begins none of the conversions. */
function compile(format: string): readonly Piece[] | undefined {
  const parts = format.split(CONVERSION);
  const isKnown = parts.every((part, i) => i % 2 === 1 || !part.includes("%"));
  if (!isKnown || parts.length > 2 * MOST + 1) return undefined;
  return parts.map((part, i) => i % 2 === 1 ? conversion(part) : part);
}

/** Whether a format string prints exactly so many bytes. */
export function fits(format: string, size: number): boolean {
  const pieces = compile(format);
  if (pieces === undefined) return false;
  const taken = pieces.reduce(
    (sum, piece) => sum + (typeof piece === "string" ? 0 : piece.size),
    0,
  );
  return taken === size;
}

/** Bytes as a format string prints them. */
function printAs(format: string, bytes: string): string {
  let at = 0;
  return (compile(format) ?? []).map((piece) => {
    if (typeof piece === "string") return piece;
    const text = piece.print(bytes.slice(at, at + piece.size));
    at += piece.size;
    return text;
  }).join("");
}

/** What printed as a text; undefined where nothing does, or where the format does not tell. */
function parseAs(format: string, text: string): string | undefined {
  const pieces = compile(format) ?? [];
  const pattern = pieces.map((piece) => typeof piece === "string" ? literal(piece) : "(.*?)");
  const found = new RegExp(`^${pattern.join("")}$`, "s").exec(text);
  if (found === null) return undefined;
  const conversions = pieces.filter((piece) => typeof piece !== "string");
  const parts = conversions.map((piece, i) => piece.parse(found[i + 1]));
  const bytes = parts.includes(undefined) ? undefined : parts.join("");
  return bytes !== undefined && printAs(format, bytes) === text ? bytes : undefined;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function codes(bytes: string): number[] {
  return Array.from(bytes, (each) => each.charCodeAt(0));
}

export function hexOf(bytes: string): string {
  return codes(bytes).map((code) => code.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): string | undefined {
  if (!/^([0-9a-f]{2})*$/.test(text)) return undefined;
  return (text.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join("");
}

/** A key or a value as text. */
export function print(format: Format, what: "key" | "value", bytes: string): string {
  if (format.kind === "raw") return bytes;
  return format.kind === "hex" ? hexOf(bytes) : printAs(format[what], bytes);
}

/** The bytes that a text stands for, `size` of them; undefined where it stands for none. */
export function parse(
  format: Format,
  what: "key" | "value",
  text: string,
  size: number,
): string | undefined {
  const bytes = format.kind === "raw"
    ? text
    : format.kind === "hex"
    ? fromHex(text)
    : parseAs(format[what], text);
  return bytes?.length === size ? bytes : undefined;
}

/** Whether a text can be the name of a file at all. */
export function isName(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && text.length <= 255 &&
    !text.includes("/") && !text.includes("\0");
}
