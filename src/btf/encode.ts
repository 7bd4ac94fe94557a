/** From a readable list of types to the bytes of BTF. */
import { BTF_KINDS, type BtfKind } from "./types.ts";

/**
 * What any type may have. The last three put a number where the encoder would have put its own: they
 * are for BTF that is to be wrong.
 */
interface Loose {
  readonly name?: string;
  readonly kind_flag?: boolean;
  readonly name_off?: number;
  readonly vlen?: number;
  readonly info?: number;
}

/** A member of a struct or union; `offset` and `bitfield_size` are in bits. */
export interface BtfMember {
  readonly name?: string;
  readonly name_off?: number;
  readonly type: number;
  readonly offset?: number;
  /** Only where the struct has the kind flag. */
  readonly bitfield_size?: number;
}

/** An enumerator, or (with `type`) a parameter: a name and a number. */
export interface BtfEnumerator {
  readonly name?: string;
  readonly name_off?: number;
  readonly value: number | bigint;
}

/** A parameter of a function. */
export interface BtfParam {
  readonly name?: string;
  readonly name_off?: number;
  readonly type: number;
}

/** A variable of a section; `offset` and `size` are in bytes. */
export interface BtfVarInfo {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

type Reference = "PTR" | "TYPEDEF" | "VOLATILE" | "CONST" | "RESTRICT" | "TYPE_TAG";

/** A type as `btf` takes it, by its kind. `type` is the id of another: the first type has id 1. */
export type BtfSource =
  & Loose
  & (
    | {
      readonly kind: "INT";
      readonly size: number;
      /** 8 times the size where it is left out. */
      readonly bits?: number;
      readonly offset?: number;
      /** 1 signed, 2 char, 4 bool. */
      readonly encoding?: number;
    }
    | { readonly kind: Reference; readonly type: number }
    | {
      readonly kind: "ARRAY";
      readonly type: number;
      readonly index: number;
      readonly nelems: number;
      readonly size?: number;
    }
    | {
      readonly kind: "STRUCT" | "UNION";
      readonly size: number;
      readonly members?: readonly BtfMember[];
    }
    | {
      readonly kind: "ENUM" | "ENUM64";
      readonly size: number;
      readonly values?: readonly BtfEnumerator[];
    }
    | { readonly kind: "FWD"; readonly type?: number }
    /** Linkage: 0 static, 1 global, 2 extern. */
    | { readonly kind: "FUNC"; readonly type: number; readonly linkage?: number }
    | { readonly kind: "FUNC_PROTO"; readonly type?: number; readonly params?: readonly BtfParam[] }
    /** Linkage: 0 static, 1 global, 2 extern. */
    | { readonly kind: "VAR"; readonly type: number; readonly linkage?: number }
    | { readonly kind: "DATASEC"; readonly size: number; readonly vars?: readonly BtfVarInfo[] }
    | { readonly kind: "FLOAT"; readonly size: number }
    | { readonly kind: "DECL_TAG"; readonly type: number; readonly component_idx?: number }
    /** Any other kind, by its number; `words` is what follows the three words of every type. */
    | {
      readonly kind: number;
      readonly type?: number;
      readonly words?: readonly number[];
    }
  );

/** The header's fields, where they are not to be what they are. */
export interface BtfHeader {
  readonly magic?: number;
  readonly version?: number;
  readonly flags?: number;
  readonly hdr_len?: number;
  readonly type_off?: number;
  readonly type_len?: number;
  readonly str_off?: number;
  readonly str_len?: number;
}

const HEADER_SIZE = 24;
const MAGIC = 0xeb9f;

/** The string section as it grows: every string once, the empty one first. */
class Strings {
  readonly #offsets = new Map<string, number>([["", 0]]);
  text = "\0";

  offset(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.text.length;
    this.#offsets.set(name, offset);
    this.text += `${name}\0`;
    return offset;
  }

  of({ name, name_off }: { readonly name?: string; readonly name_off?: number }): number {
    return name_off ?? this.offset(name ?? "");
  }
}

/**
 * The bytes of BTF with these types: header, types, strings, as BTF_LOAD takes them.
 *
 * @example
 * ```ts
 * import { boot, btf } from "bpfspec";
 * const bytes = btf([
 *   { kind: "INT", name: "int", size: 4, encoding: 1 },
 *   { kind: "STRUCT", name: "pair", size: 8, members: [
 *     { name: "a", type: 1 },
 *     { name: "b", type: 1, offset: 32 },
 *   ] },
 * ]);
 * const m = boot("6.18").bpf("BTF_LOAD", { btf: bytes, btf_size: bytes.length });
 * if (m.result !== 3) throw new Error("no descriptor");
 * ```
 */
export function btf(types: readonly BtfSource[], header: BtfHeader = {}): Uint8Array {
  const strings = new Strings();
  const words = types.flatMap((type, i) => wordsOf(type, i + 1, strings));
  const type_len = 4 * words.length;
  const bytes = new Uint8Array(HEADER_SIZE + type_len + strings.text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, header.magic ?? MAGIC, true);
  view.setUint8(2, header.version ?? 1);
  view.setUint8(3, header.flags ?? 0);
  const rest = [
    header.hdr_len ?? HEADER_SIZE,
    header.type_off ?? 0,
    header.type_len ?? type_len,
    header.str_off ?? type_len,
    header.str_len ?? strings.text.length,
  ];
  [...rest, ...words].forEach((word, i) => view.setUint32(4 + 4 * i, word >>> 0, true));
  const at = HEADER_SIZE + type_len;
  for (let i = 0; i < strings.text.length; i++) bytes[at + i] = strings.text.charCodeAt(i);
  return bytes;
}

/** The words of one type: name, info, size or type, and what the kind has beyond. */
function wordsOf(type: BtfSource, id: number, strings: Strings): readonly number[] {
  const kind = typeof type.kind === "number" ? type.kind : BTF_KINDS.indexOf(type.kind as BtfKind);
  if (kind < 0) throw new RangeError(`type ${id}: there is no kind ${type.kind}`);
  const name = strings.of(type);
  const { vlen, third, more } = bodyOf(type, strings);
  const flag = type.kind_flag ? 2 ** 31 : 0;
  const info = type.info ?? flag + kind * 2 ** 24 + (type.vlen ?? vlen);
  return [name, info, third, ...more];
}

interface Body {
  readonly vlen: number;
  readonly third: number;
  readonly more: readonly number[];
}

function bodyOf(type: BtfSource, strings: Strings): Body {
  const plain = (third: number, more: readonly number[] = []) => ({ vlen: 0, third, more });
  /** What the kind has `vlen` of. */
  const list = <T>(third: number, items: readonly T[], each: (item: T) => readonly number[]) => ({
    vlen: items.length,
    third,
    more: items.flatMap(each),
  });
  switch (type.kind) {
    case "INT": {
      const { size, bits = 8 * size, offset = 0, encoding = 0 } = type;
      return plain(size, [encoding * 2 ** 24 + offset * 2 ** 16 + bits]);
    }
    case "ARRAY":
      return plain(type.size ?? 0, [type.type, type.index, type.nelems]);
    case "STRUCT":
    case "UNION":
      return list(type.size, type.members ?? [], (member) => [
        strings.of(member),
        member.type,
        (member.bitfield_size ?? 0) * 2 ** 24 + (member.offset ?? 0),
      ]);
    case "ENUM":
      return list(type.size, type.values ?? [], (each) => [strings.of(each), low(each.value)]);
    case "ENUM64":
      return list(
        type.size,
        type.values ?? [],
        (each) => [strings.of(each), low(each.value), low(BigInt(each.value) >> 32n)],
      );
    case "FUNC_PROTO":
      return list(type.type ?? 0, type.params ?? [], (each) => [strings.of(each), each.type]);
    case "DATASEC":
      return list(type.size, type.vars ?? [], (each) => [each.type, each.offset, each.size]);
    case "VAR":
      return plain(type.type, [type.linkage ?? 0]);
    case "DECL_TAG":
      return plain(type.type, [type.component_idx ?? -1]);
    case "FUNC":
      return { ...plain(type.type), vlen: type.linkage ?? 0 };
    case "FLOAT":
      return plain(type.size);
    case "FWD":
      return plain(type.type ?? 0);
    case "PTR":
    case "TYPEDEF":
    case "VOLATILE":
    case "CONST":
    case "RESTRICT":
    case "TYPE_TAG":
      return plain(type.type);
    default:
      return plain(type.type ?? 0, type.words);
  }
}

/** The low 32 bits. */
function low(value: number | bigint): number {
  return Number(BigInt.asUintN(32, BigInt(value)));
}
