import type { Version } from "../kernel/version.ts";

/**
 * How the bytes of a field are read: a `ptr` is a u64 that holds a user address, `bytes` a char
 * array that the struct itself holds.
 */
export type FieldKind = "u32" | "s32" | "u64" | "ptr" | "bytes";

/** One member of a struct that user space and kernel exchange, by the uapi's own name. */
export interface Field {
  readonly name: string;
  /** Bytes from the start of the struct; the members of a C union share one. */
  readonly offset: number;
  readonly size: number;
  readonly kind: FieldKind;
  /** The first of the five kernels whose struct has it; absent where all have. */
  readonly since?: Version;
  /** The kernel writes it back into the caller's struct. */
  readonly out?: true;
}

/** A field whose name and kind the type system knows. */
export interface Made<N extends string, K extends FieldKind> extends Field {
  readonly name: N;
  readonly kind: K;
}

/** What a field may say beyond its place. */
type More = Pick<Field, "since" | "out">;

export function u32<const N extends string>(name: N, offset: number, more?: More): Made<N, "u32"> {
  return { name, offset, size: 4, kind: "u32", ...more };
}

export function s32<const N extends string>(name: N, offset: number, more?: More): Made<N, "s32"> {
  return { name, offset, size: 4, kind: "s32", ...more };
}

export function u64<const N extends string>(name: N, offset: number, more?: More): Made<N, "u64"> {
  return { name, offset, size: 8, kind: "u64", ...more };
}

export function ptr<const N extends string>(name: N, offset: number, more?: More): Made<N, "ptr"> {
  return { name, offset, size: 8, kind: "ptr", ...more };
}

export function chars<const N extends string>(
  name: N,
  offset: number,
  size: number,
  more?: More,
): Made<N, "bytes"> {
  return { name, offset, size, kind: "bytes", ...more };
}

/** What a field is read as: a number, a bigint for 64 bits, latin-1 text for a char array. */
export type ReadOf<K extends FieldKind> = K extends "u32" | "s32" ? number
  : K extends "u64" | "ptr" ? bigint
  : string;
