/** A u32 as four bytes, little-endian, latin-1. */
export function word(value: number): string {
  return String.fromCharCode(
    value & 255,
    (value >>> 8) & 255,
    (value >>> 16) & 255,
    (value >>> 24) & 255,
  );
}

/** A u64 (below 2^53) as eight bytes. */
export function quad(value: number): string {
  return word(value >>> 0) + word(Math.floor(value / 2 ** 32));
}

/** The u32 at an offset of latin-1 bytes. */
export function wordAt(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) |
    (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}
