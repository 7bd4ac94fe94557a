import { decodeFields, encodeFields, type FieldValue } from "./codec.ts";
import { commandAbi, type CommandByName, type CommandName, COMMON_ATTR } from "./commands.ts";
import type { FieldKind, ReadOf } from "./field.ts";

type WriteOf<K extends FieldKind> = K extends "u32" | "s32" ? number
  : K extends "u64" | "ptr" ? number | bigint
  : string | Uint8Array;

/** Every field of a command's attr: numbers, bigints for 64 bits, latin-1 text for char arrays. */
export type Decoded<N extends CommandName> = {
  readonly [F in CommandByName<N>["fields"][number] as F["name"]]: ReadOf<F["kind"]>;
};

/** The fields of a command's attr as `encodeAttr` takes them; a pointer is an address. */
export type Encodable<N extends CommandName> = {
  readonly [F in CommandByName<N>["fields"][number] as F["name"]]?: WriteOf<F["kind"]>;
};

/** `struct bpf_common_attr`, read. */
export type DecodedCommon = {
  readonly [F in (typeof COMMON_ATTR)["fields"][number] as F["name"]]: ReadOf<F["kind"]>;
};

/** The size of an encoded attr: sizeof(union bpf_attr) of the newest kernel. */
export const ENCODED_SIZE = 168;

/**
 * Reads the attr of a command. `bytes` is latin-1 and may be shorter than the struct: what is not
 * there reads as zero, as in the kernel's copy. The members of a C union are all given, from the
 * same bytes.
 */
export function decodeAttr<N extends CommandName>(name: N, bytes: string): Decoded<N> {
  return decodeFields(commandAbi(name).fields, bytes) as Decoded<N>;
}

/**
 * Writes the attr of a command: 168 bytes, zero where nothing is given. Of the members of a C union
 * the last one given (in the order of the table) stays. A number that its field cannot hold wraps
 * as a C cast does: -1 in a u32 is 0xffffffff.
 */
export function encodeAttr<N extends CommandName>(name: N, values: Encodable<N>): Uint8Array {
  return encodeFields(
    commandAbi(name).fields,
    values as Readonly<Record<string, FieldValue | undefined>>,
    ENCODED_SIZE,
  );
}

/** Reads a `struct bpf_common_attr`. */
export function decodeCommonAttr(bytes: string): DecodedCommon {
  return decodeFields(COMMON_ATTR.fields, bytes) as DecodedCommon;
}

/** Whether every byte of `bytes` from offset `from` on is zero. */
export function tailIsZero(bytes: string, from: number): boolean {
  for (let i = from; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) !== 0) return false;
  }
  return true;
}
