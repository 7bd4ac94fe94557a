import type { Field } from "./field.ts";

/** What a field takes when it is written; what is left out is zero. */
export type FieldValue = number | bigint | string | Uint8Array;

/** What a field gives when it is read. */
export type Read = number | bigint | string;

function byteAt(bytes: string, at: number): number {
  return at < bytes.length ? bytes.charCodeAt(at) & 0xff : 0;
}

function read32(bytes: string, at: number): number {
  return byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) |
    (byteAt(bytes, at + 3) << 24);
}

/** Reads one field of a little-endian struct; bytes that are not there are zero. */
export function readField(field: Field, bytes: string): Read {
  const at = field.offset;
  switch (field.kind) {
    case "u32":
      return read32(bytes, at) >>> 0;
    case "s32":
      return read32(bytes, at);
    case "bytes":
      return bytes.slice(at, at + field.size).padEnd(field.size, "\0");
    default:
      return (BigInt(read32(bytes, at + 4) >>> 0) << 32n) | BigInt(read32(bytes, at) >>> 0);
  }
}

/**
 * Writes one field. A number that the field cannot hold wraps as a C cast does: -1 in a u32 is
 * 0xffffffff, 2^32 is 0; a fraction is cut off, and NaN and infinities are 0. Text is latin-1, and
 * is cut where the array ends, without a NUL.
 */
function writeField(field: Field, value: FieldValue, view: DataView): void {
  const at = field.offset;
  switch (field.kind) {
    case "u32":
    case "s32":
      view.setUint32(at, word(value), true);
      return;
    case "bytes":
      text(value, field, view);
      return;
    default:
      view.setBigUint64(at, BigInt.asUintN(64, integer(value)), true);
  }
}

/** `>>>` is the C cast: it cuts the fraction, wraps at 2^32, and takes NaN and infinities for 0. */
function word(value: FieldValue): number {
  return typeof value === "number" ? value >>> 0 : Number(BigInt.asUintN(32, integer(value)));
}

/** The number that a field holds after `value` is written to it, as unsigned; text gives 0. */
export function held(field: Field, value: FieldValue): bigint {
  return BigInt.asUintN(field.size * 8, integer(value));
}

function integer(value: FieldValue): bigint {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

function text(value: FieldValue, field: Field, view: DataView): void {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return;
  const n = Math.min(value.length, field.size);
  for (let i = 0; i < n; i++) {
    view.setUint8(field.offset + i, typeof value === "string" ? value.charCodeAt(i) : value[i]);
  }
}

/** Reads every field of a struct. */
export function decodeFields(fields: readonly Field[], bytes: string): Record<string, Read> {
  const values: Record<string, Read> = {};
  for (const field of fields) values[field.name] = readField(field, bytes);
  return values;
}

/** Writes a struct of `size` bytes; what is not given, and every hole, is zero. */
export function encodeFields(
  fields: readonly Field[],
  values: Readonly<Record<string, FieldValue | undefined>>,
  size: number,
): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const field of fields) {
    const value = values[field.name];
    if (value !== undefined && field.offset + field.size <= size) writeField(field, value, view);
  }
  return bytes;
}
