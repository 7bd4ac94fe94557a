/**
 * Values as text by their BTF, as a pinned map shows them (kernel/bpf/btf.c, btf_type_seq_show):
 * everything on one line, no names, zeros too. The kernel walks a type with a little state of its
 * own, and where that state goes astray so does the text; the walk here has the same state.
 */
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { BTF_KINDS, type BtfType, type BtfTypes, type Member, resolved } from "./types.ts";

/** The bytes of a value, and those behind it that are known: the kernel reads some of them too. */
export interface Shown {
  readonly bytes: string;
  /** How many bytes after the value are known to be zero. */
  readonly zeros: number;
}

/** Why a value's text cannot be known. */
export interface Unknown {
  readonly unknown: string;
}

const BEHIND: Unknown = { unknown: "an enum that is read beyond the value's end" };
const HASHED: Unknown = { unknown: "a pointer, which the kernel shows hashed" };

/** `struct btf_show`'s state, as far as this way of showing has use for it. */
interface State {
  text: string;
  depth: number;
  inArray: boolean;
  terminated: boolean;
  chars: boolean;
  member: Member | undefined;
  type: BtfType | undefined;
  typeId: number;
  unknown: Unknown | undefined;
}

interface Context {
  readonly btf: BtfTypes;
  readonly version: Version;
  readonly shown: Shown;
  readonly s: State;
}

/** `btf_type_seq_show`: a value of a type as text, latin-1. */
export function show(
  version: Version,
  btf: BtfTypes,
  id: number,
  shown: Shown,
): string | Unknown {
  const s: State = {
    text: "",
    depth: 0,
    inArray: false,
    terminated: false,
    chars: false,
    member: undefined,
    type: undefined,
    typeId: 0,
    unknown: undefined,
  };
  any({ btf, version, shown, s }, btf.types[id], id, 0, 0);
  return s.unknown ?? s.text;
}

/** The show operation of a type's kind. `at` is in bytes, `bit` what is left of a bit offset. */
function any(c: Context, type: BtfType | undefined, id: number, at: number, bit: number): void {
  switch (type?.kind) {
    case "INT":
      return int(c, type, id, at, bit);
    case "PTR":
      return pointer(c, type, id, at);
    case "ARRAY":
      return array(c, type, id, at, bit);
    case "STRUCT":
    case "UNION":
      return struct(c, type, id, at);
    case "ENUM":
      return enum32(c, type, id, at);
    case "ENUM64":
      return enum64(c, type, id, at);
    case "TYPEDEF":
    case "VOLATILE":
    case "CONST":
    case "RESTRICT":
    case "TYPE_TAG":
    case "VAR": {
      const target = resolved(c.btf, type.kind === "VAR" ? type.type : id);
      return any(c, target, target.id, at, bit);
    }
    case "DATASEC":
      return datasec(c, type, id, at, bit);
    default:
      c.s.text += `<unsupported kind:${BTF_KINDS.indexOf(type?.kind ?? "UNKN")}>`;
  }
}

/** The types that may be of a kind. */
type Of<K extends BtfType["kind"], T = BtfType> = T extends { readonly kind: infer X }
  ? K extends X ? T : never
  : never;

function start({ s }: Context, type: BtfType, id: number): void {
  s.type = type;
  s.typeId = id;
}

function end({ s }: Context): void {
  s.type = undefined;
  s.typeId = 0;
}

/** `btf_show_delim`: nothing stands behind the value itself. */
function delimiter({ s }: Context): string {
  if (s.depth === 0) return "";
  return s.type?.kind === "UNION" ? "|" : ",";
}

/** `btf_show_type_value` */
function put(c: Context, text: string): void {
  c.s.text += parens(c) + text + delimiter(c);
}

const MAX_ITER = 10;

/**
 * `btf_show_name` without names: what of them is left is the opening bracket. It is chosen by the
 * type that is named, so that a qualifier in front of a struct hides its `{`.
 */
function parens({ btf, s }: Context): "" | "{" | "[" {
  if (s.inArray) return "";
  let type: BtfType | undefined = btf.types[s.member?.type ?? s.typeId];
  let [isArray, isPointer] = [false, false];
  for (let i = 0;; i++) {
    if (type === undefined || i === MAX_ITER) return "";
    isArray ||= type.kind === "ARRAY";
    isPointer ||= type.kind === "PTR";
    if (type.kind !== "TYPEDEF" && type.kind !== "ARRAY" && type.kind !== "PTR") break;
    if (type.type === 0) break;
    type = unqualified(btf, type.type);
  }
  if (isPointer) return "";
  if (isArray) return "[";
  return type.kind === "STRUCT" || type.kind === "UNION" ? "{" : "";
}

/** `btf_type_skip_qualifiers`: typedefs stay. */
function unqualified({ types }: BtfTypes, id: number): BtfType | undefined {
  let type: BtfType | undefined = types[id];
  while (
    type?.kind === "VOLATILE" || type?.kind === "CONST" || type?.kind === "RESTRICT" ||
    type?.kind === "TYPE_TAG"
  ) type = types[type.type];
  return type;
}

/** `size` bytes at an offset as a number, little-endian; 0 where they cannot be known. */
function number(c: Context, at: number, size: number): bigint {
  const { bytes, zeros } = c.shown;
  if (at + size > bytes.length + zeros) c.s.unknown ??= BEHIND;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) {
    value = (value << 8n) | BigInt(bytes.charCodeAt(at + i) || 0);
  }
  return value;
}

const BTF_INT_SIGNED = 1;

function int(c: Context, type: Of<"INT">, id: number, at: number, bit: number): void {
  const { s } = c;
  const signed = (type.encoding & BTF_INT_SIGNED) !== 0;
  const { bits } = type;
  start(c, type, id);
  const whole = bit === 0 && type.offset === 0;
  if (whole && bits === 128) {
    int128(c, number(c, at, 16));
  } else if (whole && (bits === 64 || bits === 32 || bits === 16 || bits === 8)) {
    const value = number(c, at, bits / 8);
    if (bits !== 8 || !s.chars || !character(c, Number(value))) {
      put(c, String(signed ? BigInt.asIntN(bits, value) : value));
    }
  } else {
    const from = bit + type.offset;
    bitField(c, at + (from >> 3), from & 7, bits);
  }
  end(c);
}

/**
 * A byte of an array of bytes: the first NUL ends the text of the array, and what can be printed is
 * shown as a character. The kernel's idea of that is Latin-1.
 */
function character(c: Context, code: number): boolean {
  if (c.s.terminated) return true;
  if (code === 0) {
    c.s.terminated = true;
    return true;
  }
  if (code < 0x20 || (code > 0x7e && code < 0xa0)) return false;
  put(c, `'${String.fromCharCode(code)}'`);
  return true;
}

/** `btf_int128_print` */
function int128(c: Context, value: bigint): void {
  put(c, `0x${value.toString(16)}`);
}

function bitField(c: Context, at: number, bit: number, bits: number): void {
  const bytes = Math.min(Math.ceil((bit + bits) / 8), 16);
  int128(c, BigInt.asUintN(bits, number(c, at, bytes) >> BigInt(bit)));
}

const POINTER_SIZE = 8;
/** Addresses from here on are error numbers, which are shown as they are. */
const ERROR_POINTER = 2n ** 64n - 4095n;

function pointer(c: Context, type: Of<"PTR">, id: number, at: number): void {
  const value = number(c, at, POINTER_SIZE);
  start(c, type, id);
  if (value !== 0n && value < ERROR_POINTER) c.s.unknown ??= HASHED;
  put(c, `0x${value.toString(16).padStart(16, "0")}`);
  end(c);
}

/** `btf_type_has_size`: pointers and arrays do not count, so that an array of them does not advance. */
function stride(type: BtfType): number {
  return "size" in type ? type.size : 0;
}

function array(c: Context, type: Of<"ARRAY">, id: number, at: number, bit: number): void {
  const { s } = c;
  const element = resolved(c.btf, type.type);
  start(c, type, id);
  s.chars = element.kind === "INT" && (element.size === 1 || element.encoding === 2);
  s.terminated = false;
  s.text += parens(c);
  s.depth++;
  for (let i = 0; i < type.nelems && s.unknown === undefined; i++) {
    s.inArray = true;
    s.member = undefined;
    any(c, element, type.type, at + i * stride(element), bit);
    s.inArray = false;
    s.member = undefined;
    if (s.terminated) break;
  }
  s.chars = false;
  s.terminated = false;
  close(c, "]");
}

/** `btf_show_end_aggr_type` */
function close(c: Context, bracket: string): void {
  c.s.depth--;
  c.s.text += bracket + delimiter(c);
  end(c);
}

function struct(c: Context, type: Of<"STRUCT" | "UNION">, id: number, at: number): void {
  const { s } = c;
  start(c, type, id);
  s.text += parens(c);
  s.depth++;
  for (const member of type.members) {
    if (s.unknown !== undefined) return;
    s.member = member;
    const from = at + (member.bitOffset >> 3);
    const bit = member.bitOffset & 7;
    const of = c.btf.types[member.type];
    if (member.bitSize > 0) {
      start(c, of, member.type);
      bitField(c, from, bit, member.bitSize);
      end(c);
    } else {
      any(c, of, member.type, from, bit);
    }
    s.member = undefined;
  }
  close(c, "}");
}

/** Four bytes are read, however many the enum has. */
function enum32(c: Context, type: Of<"ENUM">, id: number, at: number): void {
  const value = BigInt.asIntN(32, number(c, at, 4));
  const named = type.values.find((each) => BigInt.asIntN(32, each.value) === value);
  const signed = type.kindFlag || !has(c.version, DELTA.show_unsigned_enums);
  start(c, type, id);
  put(c, named?.name ?? String(signed ? value : BigInt.asUintN(32, value)));
  end(c);
}

/** Eight bytes are read. */
function enum64(c: Context, type: Of<"ENUM64">, id: number, at: number): void {
  const value = number(c, at, 8);
  const named = type.values.find((each) => BigInt.asUintN(64, each.value) === value);
  start(c, type, id);
  put(c, named?.name ?? String(type.kindFlag ? BigInt.asIntN(64, value) : value));
  end(c);
}

/** A section has an opening brace and no closing one. */
function datasec(c: Context, type: Of<"DATASEC">, id: number, at: number, bit: number): void {
  start(c, type, id);
  put(c, `section ("${type.name}") = {`);
  type.vars.forEach((each, i) => {
    if (i > 0) c.s.text += ",";
    any(c, c.btf.types[each.type], each.type, at + each.offset, bit);
  });
  end(c);
}
