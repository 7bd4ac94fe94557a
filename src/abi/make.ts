/** Little-endian bytes of a 32-bit number. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}

/** Little-endian bytes of a 64-bit number. */
export function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return bytes;
}

/** A buffer of the given bytes. */
export function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** The 32-bit number at an offset of a buffer. */
export function readU32(buffer: Uint8Array | number, at = 0): number {
  if (typeof buffer === "number") return buffer;
  return new DataView(buffer.buffer, buffer.byteOffset).getUint32(at, true);
}

/** The 64-bit number at an offset of a buffer. */
export function readU64(buffer: Uint8Array, at = 0): bigint {
  return new DataView(buffer.buffer, buffer.byteOffset).getBigUint64(at, true);
}
