/**
 * User memory as a call sees it. At the typed door a pointer field carries its buffer; at the raw
 * door it is an address into the segments that the caller has mapped. Both read and write by the
 * same rules: a byte that is not there faults, and what was copied before it stays copied.
 */

/** `n` zero bytes of writable memory, for a pointer field that the kernel writes through. */
export interface Room {
  readonly room: number;
}

/**
 * What a pointer field takes: a buffer, writable room, a NUL-terminated string, or a raw address
 * (0 is NULL; at the typed door every other address faults).
 */
export type Ptr = Uint8Array | Room | string | number | bigint;

/** Mapped memory, for the raw door. */
export interface Segment {
  readonly at: bigint;
  readonly bytes: Uint8Array;
  readonly readonly?: boolean;
}

/** All that is mapped, for the raw door. */
export type Memory = readonly Segment[];

/** `n` zero bytes of writable user memory. */
export function room(n: number): Room {
  return { room: n };
}

export function isNull(ptr: Ptr | undefined): boolean {
  return ptr === undefined || ptr === null || ptr === 0 || ptr === 0n;
}

/** A raw address; what is no whole number points nowhere. */
export function addressOf(ptr: number | bigint | undefined): bigint {
  if (typeof ptr === "bigint") return ptr;
  return Number.isSafeInteger(ptr) ? BigInt(ptr!) : 0n;
}

/** Latin-1: one character a byte. The bytes inside the state are kept so. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  const n = to - from;
  if (n === 4) {
    return String.fromCharCode(bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]);
  }
  if (n === 8) {
    return String.fromCharCode(
      bytes[from],
      bytes[from + 1],
      bytes[from + 2],
      bytes[from + 3],
      bytes[from + 4],
      bytes[from + 5],
      bytes[from + 6],
      bytes[from + 7],
    );
  }
  if (n <= 64) {
    let text = "";
    for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]);
    return text;
  }
  const parts: string[] = [];
  for (let i = from; i < to; i += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(i, Math.min(i + 8192, to))));
  }
  return parts.join("");
}

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Bytes of room; what is no count of bytes is none. */
function roomOf({ room }: Room): number {
  return room > 0 ? Math.floor(room) : 0;
}

/** How many of `size` bytes at `ptr` are mapped (from the first on). */
export function mapped(memory: Memory, ptr: Ptr | undefined, size: number): number {
  if (ptr instanceof Uint8Array) return Math.min(ptr.length, size);
  if (typeof ptr === "string") return Math.min(ptr.length + 1, size);
  if (typeof ptr === "object") return Math.min(roomOf(ptr), size);
  return mappedAt(memory, addressOf(ptr), size, false);
}

/** How many of `size` bytes at `ptr` can be written (from the first on). */
export function writable(memory: Memory, ptr: Ptr | undefined, size: number): number {
  if (typeof ptr === "number" || typeof ptr === "bigint") {
    return mappedAt(memory, addressOf(ptr), size, true);
  }
  return mapped(memory, ptr, size);
}

function segmentAt(memory: Memory, at: bigint): Segment | undefined {
  return memory.find((s) => s.at <= at && at < s.at + BigInt(s.bytes.length));
}

function mappedAt(memory: Memory, at: bigint, size: number, forWriting: boolean): number {
  let have = 0;
  while (have < size) {
    const where = at + BigInt(have);
    const segment = segmentAt(memory, where);
    if (segment === undefined || (forWriting && segment.readonly === true)) break;
    have += Number(segment.at + BigInt(segment.bytes.length) - where);
  }
  return Math.min(have, size);
}

/** Reads `size` bytes; undefined where one of them faults. */
export function read(memory: Memory, ptr: Ptr | undefined, size: number): string | undefined {
  if (mapped(memory, ptr, size) < size) return undefined;
  return readMapped(memory, ptr, size);
}

function readMapped(memory: Memory, ptr: Ptr | undefined, size: number): string {
  if (ptr instanceof Uint8Array) return latin1(ptr, 0, size);
  if (typeof ptr === "string") return (ptr + "\0").slice(0, size);
  if (typeof ptr === "object") return "\0".repeat(size);
  let text = "";
  const at = addressOf(ptr);
  while (text.length < size) {
    const where = at + BigInt(text.length);
    const segment = segmentAt(memory, where)!;
    const from = Number(where - segment.at);
    text += latin1(segment.bytes, from, Math.min(segment.bytes.length, from + size - text.length));
  }
  return text;
}

/**
 * Reads a string that ends with NUL, `limit` bytes at the most (as `strncpy_from_user` does: a
 * longer one is cut). Undefined where it faults before an end is found.
 */
export function readString(
  memory: Memory,
  ptr: Ptr | undefined,
  limit: number,
): string | undefined {
  const have = mapped(memory, ptr, limit);
  const text = readMapped(memory, ptr, have);
  const end = text.indexOf("\0");
  if (end >= 0) return text.slice(0, end);
  return have === limit ? text : undefined;
}

/** The low 32 bits of a u64 field. */
export function lo32(value: number | bigint | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value >>> 0;
  return Number(BigInt.asUintN(32, value));
}

/** The high 32 bits of a u64 field. */
export function hi32(value: number | bigint | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return Math.floor(value / 2 ** 32) >>> 0;
  return Number(BigInt.asUintN(32, value >> 32n));
}
