/** BTF, drawn: types that fit each other, and then one thing wrong. */
import {
  atLeast,
  type AttrOf,
  btf,
  type BtfMember,
  type BtfSource,
  type Ptr,
  room,
  type Version,
} from "bpfspec";
import type { Choice } from "./choices.ts";
import { BOUNDARIES, isWrong, one } from "./pools.ts";

/** Numbers that follow from a choice, as many as are wanted. */
class Draws {
  #state: number;

  constructor({ a, b, c, d }: Choice) {
    this.#state = (a * 7919 + b * 104_729 + c * 1_299_709 + d * 15_485_863) >>> 0;
  }

  next(below: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * below);
  }

  of<T>(list: readonly T[]): T {
    return list[this.next(list.length)];
  }
}

const KINDS_OF_5_10 = [
  "INT",
  "INT",
  "PTR",
  "ARRAY",
  "STRUCT",
  "STRUCT",
  "UNION",
  "ENUM",
  "FWD",
  "TYPEDEF",
  "CONST",
  "VOLATILE",
  "RESTRICT",
  "FUNC_PROTO",
  "FUNC",
  "VAR",
  "DATASEC",
] as const;
const LATER_KINDS = ["FLOAT", "DECL_TAG", "TYPE_TAG", "ENUM64"] as const;
const NAMES = ["a", "b", "int", "t_1", "_x.y", "caf\xe9", "n".repeat(128)];
const ODD_NAMES = ["", "1a", "a b", "a-b", "\xd7", "\x7f", "n".repeat(129), "n".repeat(513)];

type Kind = (typeof KINDS_OF_5_10)[number] | (typeof LATER_KINDS)[number];

/** The list as it grows; what refers to a type mostly refers to one that can be referred to. */
class Types {
  readonly list: BtfSource[] = [];

  constructor(readonly draws: Draws, readonly count: number) {}

  /** An id: of a type that fits, of any, now and then of one that is not there. */
  ref(fits: (type: BtfSource) => boolean): number {
    const fitting = this.list.flatMap((type, i) => fits(type) ? [i + 1] : []);
    const draw = this.draws.next(24);
    if (draw === 0) return this.draws.next(this.count + 3);
    if (draw === 1) return 1 + this.draws.next(this.count);
    return fitting.length === 0 ? 1 : this.draws.of(fitting);
  }

  name(): string {
    return this.draws.next(40) === 0 ? this.draws.of(ODD_NAMES) : this.draws.of(NAMES);
  }
}

const SIZELESS: ReadonlySet<unknown> = new Set(["FWD", "FUNC", "FUNC_PROTO", "DECL_TAG"]);
const SOURCES: ReadonlySet<unknown> = new Set(["VAR", "DATASEC", "DECL_TAG"]);

function isSized({ kind }: BtfSource): boolean {
  return !SIZELESS.has(kind) && !SOURCES.has(kind);
}

function isReferable({ kind }: BtfSource): boolean {
  return !SOURCES.has(kind) && kind !== "FUNC";
}

function typeOf(kind: Kind, types: Types): BtfSource {
  const { draws } = types;
  const name = types.name();
  const maybe = draws.next(3) === 0 ? {} : { name };
  switch (kind) {
    case "INT": {
      const size = draws.of([1, 2, 4, 4, 4, 8, 16]);
      const odd = draws.next(8) === 0;
      const bits = odd ? draws.next(8 * size + 1) : 8 * size;
      const offset = odd ? draws.next(8 * size - bits + 1) : 0;
      return { kind, name, size, bits, offset, encoding: draws.of([0, 1, 1, 2, 4]) };
    }
    case "ARRAY": {
      const isIndex = (type: BtfSource) => type.kind === "INT";
      const nelems = draws.of([0, 1, 2, 3, 10, 0x10000, 0x40000000]);
      return { kind, type: types.ref(isSized), index: types.ref(isIndex), nelems };
    }
    case "STRUCT":
    case "UNION":
      return structOf(kind, types, maybe);
    case "ENUM":
    case "ENUM64": {
      const values = Array.from({ length: draws.next(4) }, (_, i) => ({
        name: types.name(),
        value: draws.of([i, -i, 0x7fffffff, -(2n ** 40n)]),
      }));
      return {
        kind,
        ...maybe,
        size: draws.of([4, 4, 1, 2, 8]),
        values,
        kind_flag: draws.next(3) === 0,
      };
    }
    case "FWD":
      return { kind, name, kind_flag: draws.next(2) === 0 };
    case "TYPEDEF":
    case "TYPE_TAG":
      return { kind, name, type: types.ref(isReferable), kind_flag: draws.next(12) === 0 };
    case "PTR":
    case "CONST":
    case "VOLATILE":
    case "RESTRICT": {
      const forward = draws.next(5) === 0;
      return { kind, type: forward ? draws.next(types.count + 1) : types.ref(isReferable) };
    }
    case "FUNC_PROTO": {
      const params = Array.from({ length: draws.next(4) }, () => ({
        name: draws.next(6) === 0 ? "" : types.name(),
        type: types.ref(isSized),
      }));
      if (draws.next(5) === 0) params.push({ name: "", type: 0 });
      return { kind, type: draws.next(2) === 0 ? 0 : types.ref(isSized), params };
    }
    case "FUNC": {
      const isProto = (type: BtfSource) => type.kind === "FUNC_PROTO";
      return { kind, name, type: types.ref(isProto), linkage: draws.of([0, 1, 1, 0, 1, 2]) };
    }
    case "VAR":
      return { kind, name, type: types.ref(isSized), linkage: draws.of([0, 1, 1, 0, 1, 2]) };
    case "DATASEC": {
      const isVar = (type: BtfSource) => type.kind === "VAR";
      const size = draws.of([4, 8, 16]);
      const vars = Array.from({ length: 1 + draws.next(3) }, (_, i) => ({
        type: types.ref(isVar),
        offset: i * size,
        size,
      }));
      return { kind, name: draws.of([name, ".bss", "a b"]), size: size * vars.length, vars };
    }
    case "FLOAT":
      return { kind, name, size: draws.of([2, 4, 8, 12, 16]) };
    case "DECL_TAG": {
      const isTaggable = (type: BtfSource) =>
        ["STRUCT", "UNION", "FUNC", "VAR", "TYPEDEF"].includes(type.kind as string);
      const component_idx = draws.of([-1, -1, 0, 1, 2]);
      return {
        kind,
        name,
        type: types.ref(isTaggable),
        component_idx,
        kind_flag: draws.next(9) === 0,
      };
    }
  }
}

function structOf(kind: "STRUCT" | "UNION", types: Types, name: { name?: string }): BtfSource {
  const { draws } = types;
  const kind_flag = draws.next(3) === 0;
  const bit = draws.next(9) === 0 ? 1 + draws.next(40) : 0;
  const step = 8 * draws.of([4, 8, 16]);
  const members: BtfMember[] = Array.from({ length: draws.next(4) }, (_, i) => ({
    name: draws.next(3) === 0 ? "" : types.name(),
    type: types.ref(isSized),
    offset: kind === "UNION" && draws.next(8) > 0 ? 0 : i * step + bit,
    ...(kind_flag && draws.next(2) === 0 ? { bitfield_size: draws.next(40) } : {}),
  }));
  const size = members.length * step / 8 + draws.of([0, 0, 4, 100]);
  return { kind, ...name, size, members, kind_flag };
}

function typesFor(version: Version, draws: Draws): readonly BtfSource[] {
  const count = 1 + draws.next(7);
  const types = new Types(draws, count);
  const kinds: readonly Kind[] = atLeast(version, "6.1") || draws.next(9) === 0
    ? [...KINDS_OF_5_10, ...LATER_KINDS]
    : KINDS_OF_5_10;
  types.list.push({ kind: "INT", name: "int", size: 4, encoding: 1 });
  while (types.list.length < count) types.list.push(typeOf(draws.of(kinds), types));
  return types.list;
}

/** Bytes of BTF that is right, or was until one word or one byte of it became another. */
export function drawBtf(version: Version, choice: Choice): Uint8Array {
  const draws = new Draws(choice);
  const bytes = btf(typesFor(version, draws));
  if (choice.wrong % 2 === 0) return bytes;
  const view = new DataView(bytes.buffer);
  const words = Math.floor(bytes.length / 4);
  switch (draws.next(6)) {
    case 0:
      view.setUint32(4 * (1 + draws.next(5)), draws.of(BOUNDARIES), true);
      return bytes;
    case 1:
      bytes[draws.next(bytes.length)] = draws.next(256);
      return bytes;
    case 2:
      view.setUint32(4 * draws.next(words), draws.of(BOUNDARIES), true);
      return bytes;
    case 3: {
      const at = 4 * (6 + draws.next(Math.max(words - 6, 1)));
      if (at + 4 <= bytes.length) view.setUint32(at, draws.next(12), true);
      return bytes;
    }
    case 4: {
      const longer = new Uint8Array(bytes.length + draws.of([1, 4, 8]));
      longer.set(bytes);
      return draws.next(2) === 0 ? longer : bytes.slice(0, draws.next(bytes.length));
    }
    default:
      return headed(bytes, draws);
  }
}

/** The same with a longer header: 7.2 has a third section, others want zeros. */
function headed(bytes: Uint8Array, draws: Draws): Uint8Array {
  const extra = draws.of([4, 8, 8, 12]);
  const layout = 4 * draws.next(3);
  const longer = new Uint8Array(bytes.length + extra + layout);
  longer.set(bytes.slice(0, 24));
  longer.set(bytes.slice(24), 24 + extra);
  const view = new DataView(longer.buffer);
  view.setUint32(4, 24 + extra, true);
  if (extra >= 8 && layout > 0) {
    view.setUint32(24, bytes.length - 24 + draws.of([0, 0, 4, 1]), true);
    view.setUint32(28, layout + draws.of([0, 0, 0, 1, -1]), true);
  }
  return longer;
}

const LOG_SIZES = [1, 2, 16, 64, 127, 128, 129, 200, 256, 400, 1000, 4096, 4096, 8192];
const LEVELS = [1, 1, 2, 3, 4, 7, 8, 9, 15];

/** The log of a call: mostly there, of any size, with all or some of it writable. */
function logFor(draws: Draws): AttrOf<"BTF_LOAD"> {
  const size = draws.of(LOG_SIZES);
  const level = draws.of(LEVELS);
  if (draws.next(8) === 0) return {};
  const odd = draws.next(12);
  if (odd === 0) return { btf_log_level: level };
  if (odd === 1) return { btf_log_size: size, btf_log_level: draws.next(2) };
  if (odd === 2) {
    return { btf_log_buf: room(size), btf_log_size: size, btf_log_level: draws.of([0, 16, 1]) };
  }
  if (odd === 3) {
    return { btf_log_buf: room(draws.next(size + 1)), btf_log_size: size, btf_log_level: level };
  }
  return { btf_log_buf: room(size), btf_log_size: size, btf_log_level: level };
}

/** BTF_LOAD of drawn BTF. */
export function load(version: Version, choice: Choice): AttrOf<"BTF_LOAD"> {
  const draws = new Draws({ ...choice, a: choice.a + choice.task });
  const bytes = drawBtf(version, choice);
  const right = { btf: bytes as Ptr, btf_size: bytes.length, ...logFor(draws) };
  if (!isWrong(choice) || choice.op % 3 !== 0) return right;
  const wrong: readonly AttrOf<"BTF_LOAD">[] = [
    { ...right, btf_size: one(BOUNDARIES.filter((n) => n < 2 ** 30), choice.a) },
    { ...right, btf_size: 2 ** 24 + 1 },
    { ...right, btf: 0 },
    { ...right, btf: bytes.slice(0, -1) },
    { ...right, btf_flags: one([1, 65536, 0x80000000], choice.a), btf_token_fd: choice.b % 5 },
    { ...right, btf_log_size: one(BOUNDARIES, choice.a) },
  ];
  return draws.of(wrong);
}
