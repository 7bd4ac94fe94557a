/**
 * BTF's types as data. `parse` reads BTF that is known to be well formed: the kernel's own, or what
 * BTF_LOAD has checked.
 */
import { wordAt } from "../abi/words.ts";
import { FIXED } from "./reader.ts";

/** BTF_KIND_* by number. */
export const BTF_KINDS = [
  "UNKN",
  "INT",
  "PTR",
  "ARRAY",
  "STRUCT",
  "UNION",
  "ENUM",
  "FWD",
  "TYPEDEF",
  "VOLATILE",
  "CONST",
  "RESTRICT",
  "FUNC",
  "FUNC_PROTO",
  "VAR",
  "DATASEC",
  "FLOAT",
  "DECL_TAG",
  "TYPE_TAG",
  "ENUM64",
] as const;

export type BtfKind = (typeof BTF_KINDS)[number];

/** A member of a struct or union. */
export interface Member {
  readonly name: string;
  readonly type: number;
  /** In bits from the start of the struct. */
  readonly bitOffset: number;
  /** 0 where the member is no bit field (or, without the kind flag, where its type says so). */
  readonly bitSize: number;
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
}

export interface Param {
  readonly name: string;
  readonly type: number;
}

export interface VarInfo {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

interface Common {
  readonly id: number;
  readonly name: string;
  readonly kindFlag: boolean;
}

/** A type by its kind. Sizes are in bytes; `type` is the id of another type. */
export type BtfType =
  & Common
  & (
    | { readonly kind: "UNKN" }
    | {
      readonly kind: "INT";
      readonly size: number;
      /** BTF_INT_SIGNED 1, BTF_INT_CHAR 2, BTF_INT_BOOL 4. */
      readonly encoding: number;
      readonly offset: number;
      readonly bits: number;
    }
    | {
      readonly kind: "ARRAY";
      readonly type: number;
      readonly index: number;
      readonly nelems: number;
    }
    | {
      readonly kind: "STRUCT" | "UNION";
      readonly size: number;
      readonly members: readonly Member[];
    }
    | {
      readonly kind: "ENUM" | "ENUM64";
      readonly size: number;
      readonly values: readonly Enumerator[];
    }
    | { readonly kind: "FWD" }
    | {
      readonly kind:
        | "PTR"
        | "TYPEDEF"
        | "VOLATILE"
        | "CONST"
        | "RESTRICT"
        | "TYPE_TAG";
      readonly type: number;
    }
    /** The linkage is the vlen: static 0, global 1, extern 2. */
    | { readonly kind: "FUNC"; readonly type: number; readonly linkage: number }
    | { readonly kind: "FUNC_PROTO"; readonly type: number; readonly params: readonly Param[] }
    | { readonly kind: "VAR"; readonly type: number; readonly linkage: number }
    | { readonly kind: "DATASEC"; readonly size: number; readonly vars: readonly VarInfo[] }
    | { readonly kind: "FLOAT"; readonly size: number }
    | { readonly kind: "DECL_TAG"; readonly type: number; readonly component: number }
  );

/** The types of one BTF, by id: `types[0]` is void. */
export interface BtfTypes {
  readonly types: readonly BtfType[];
}

const HEADER = { hdr_len: 4, type_off: 8, type_len: 12, str_off: 16 } as const;
const VOID: BtfType = { id: 0, name: "", kindFlag: false, kind: "UNKN" };

/**
 * Reads well-formed BTF (latin-1, header and all).
 *
 * @example
 * ```ts
 * import { btf, latin1, parseBtf } from "bpfspec";
 * const { types } = parseBtf(latin1(btf([{ kind: "INT", name: "u8", size: 1 }])));
 * if (types[1].kind !== "INT" || types[1].name !== "u8") throw new Error("another type");
 * ```
 */
export function parse(data: string): BtfTypes {
  const base = wordAt(data, HEADER.hdr_len);
  const start = base + wordAt(data, HEADER.type_off);
  const end = start + wordAt(data, HEADER.type_len);
  const strings = base + wordAt(data, HEADER.str_off);
  const name = (offset: number) => {
    const from = strings + offset;
    return data.slice(from, data.indexOf("\0", from));
  };
  const types: BtfType[] = [VOID];
  for (let at = start; at < end;) {
    const { type, next } = typeAt(data, at, types.length, name);
    types.push(type);
    at = next;
  }
  return { types };
}

interface Read {
  readonly type: BtfType;
  readonly next: number;
}

function typeAt(data: string, at: number, id: number, name: (offset: number) => string): Read {
  const info = wordAt(data, at + 4);
  const common = { id, name: name(wordAt(data, at)), kindFlag: info >>> 31 === 1 };
  // Until 6.18 the kind has 5 of these bits and the vlen 16; the others are 0.
  const kind = BTF_KINDS[(info >>> 24) & 0x7f];
  const vlen = info & 0xffffff;
  const size = wordAt(data, at + 8);
  const extra = at + FIXED;
  /** What follows: `width` bytes each. */
  const each = <T>(width: number, read: (from: number) => T): readonly T[] =>
    Array.from({ length: vlen }, (_, i) => read(extra + i * width));
  const word = (from: number, index: number) => wordAt(data, from + 4 * index);
  const made = (type: BtfType, length: number): Read => ({ type, next: extra + length });
  switch (kind) {
    case "INT": {
      const bits = word(extra, 0);
      const encoding = (bits >>> 24) & 0xf;
      const offset = (bits >>> 16) & 0xff;
      return made({ ...common, kind, size, encoding, offset, bits: bits & 0xff }, 4);
    }
    case "ARRAY": {
      const [type, index, nelems] = [word(extra, 0), word(extra, 1), word(extra, 2)];
      return made({ ...common, kind, type, index, nelems }, 12);
    }
    case "STRUCT":
    case "UNION": {
      const members = each(12, (from): Member => {
        const offset = word(from, 2);
        return {
          name: name(word(from, 0)),
          type: word(from, 1),
          bitOffset: common.kindFlag ? offset & 0xffffff : offset,
          bitSize: common.kindFlag ? offset >>> 24 : 0,
        };
      });
      return made({ ...common, kind, size, members }, 12 * vlen);
    }
    case "ENUM": {
      const values = each(8, (from): Enumerator => {
        const value = word(from, 1);
        return { name: name(word(from, 0)), value: BigInt(common.kindFlag ? value | 0 : value) };
      });
      return made({ ...common, kind, size, values }, 8 * vlen);
    }
    case "ENUM64": {
      const values = each(12, (from): Enumerator => {
        const value = (BigInt(word(from, 2)) << 32n) | BigInt(word(from, 1));
        const signed = common.kindFlag ? BigInt.asIntN(64, value) : value;
        return { name: name(word(from, 0)), value: signed };
      });
      return made({ ...common, kind, size, values }, 12 * vlen);
    }
    case "FUNC_PROTO": {
      const params = each(8, (from) => ({ name: name(word(from, 0)), type: word(from, 1) }));
      return made({ ...common, kind, type: size, params }, 8 * vlen);
    }
    case "DATASEC": {
      const vars = each(12, (from): VarInfo => ({
        type: word(from, 0),
        offset: word(from, 1),
        size: word(from, 2),
      }));
      return made({ ...common, kind, size, vars }, 12 * vlen);
    }
    case "VAR":
      return made({ ...common, kind, type: size, linkage: word(extra, 0) }, 4);
    case "DECL_TAG":
      return made({ ...common, kind, type: size, component: word(extra, 0) | 0 }, 4);
    case "FUNC":
      return made({ ...common, kind, type: size, linkage: vlen }, 0);
    case "FLOAT":
      return made({ ...common, kind, size }, 0);
    case "FWD":
    case "UNKN":
      return made({ ...common, kind }, 0);
    default:
      return made({ ...common, kind, type: size }, 0);
  }
}

/** Through typedefs and qualifiers to what a type really is (`btf_type_skip_modifiers`). */
export function resolved({ types }: BtfTypes, id: number): BtfType {
  let type = types[id] ?? VOID;
  while (isModifier(type)) type = types[type.type] ?? VOID;
  return type;
}

function isModifier(
  type: BtfType,
): type is BtfType & { readonly kind: "TYPEDEF" | "VOLATILE" | "CONST" | "RESTRICT" | "TYPE_TAG" } {
  return type.kind === "TYPEDEF" || type.kind === "VOLATILE" || type.kind === "CONST" ||
    type.kind === "RESTRICT" || type.kind === "TYPE_TAG";
}

/** The first type of a kind and name; undefined where there is none. */
export function named({ types }: BtfTypes, kind: BtfKind, name: string): BtfType | undefined {
  return types.find((type) => type.kind === kind && type.name === name);
}
