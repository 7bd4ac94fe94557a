/** The format string that a type of BTF stands for: names out of what a map says of its keys. */
import { type BtfType, type BtfTypes, resolved } from "../../btf/types.ts";

const UNSIGNED: Readonly<Record<number, string>> = { 1: "%hhu", 2: "%hu", 4: "%u", 8: "%llu" };
const SIGNED = 1;

/**
 * How the bytes of a type are printed: numbers in decimal, members after one another with `:`,
 * elements with `.`. Undefined where a byte would be left out (padding, bit fields) or where there
 * is no conversion (signed numbers of other than 4 bytes, pointers, unions).
 */
export function btfFormat(types: BtfTypes, id: number): string | undefined {
  const type = resolved(types, id);
  switch (type.kind) {
    case "INT":
      return intFormat(type);
    case "ENUM":
      return UNSIGNED[type.size];
    case "ARRAY":
      return joined(Array.from({ length: type.nelems }, () => btfFormat(types, type.type)), ".");
    case "STRUCT":
      return structFormat(types, type);
    default:
      return undefined;
  }
}

function intFormat({ size, bits, offset, encoding }: Extract<BtfType, { kind: "INT" }>) {
  if (bits !== 8 * size || offset !== 0) return undefined;
  if ((encoding & SIGNED) === 0) return UNSIGNED[size];
  return size === 4 ? "%d" : undefined;
}

type Struct = Extract<BtfType, { kind: "STRUCT" | "UNION" }>;

function structFormat(types: BtfTypes, { members, size }: Struct): string | undefined {
  let end = 0;
  for (const { type, bitOffset, bitSize } of members) {
    if (bitOffset !== 8 * end || bitSize !== 0) return undefined;
    end += sizeOf(types, type);
  }
  if (end !== size) return undefined;
  return joined(members.map(({ type }) => btfFormat(types, type)), ":");
}

function sizeOf(types: BtfTypes, id: number): number {
  const type = resolved(types, id);
  if (type.kind === "ARRAY") return type.nelems * sizeOf(types, type.type);
  return "size" in type ? type.size : 0;
}

function joined(parts: readonly (string | undefined)[], by: string): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join(by);
}
