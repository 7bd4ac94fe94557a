/** Random types, and maps that they describe: what a pinned map shows as text hangs on both. */
import { atLeast, type AttrOf, btf, type BtfMember, type BtfSource, type Version } from "bpfspec";

/** A stream of small numbers from a seed. */
export type Draw = (below: number) => number;

/** The same seed gives the same numbers. */
export function drawing(seed: number): Draw {
  let state = (seed * 2654435761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 12)) >>> 0) % below;
  };
}

/** Types with their sizes; 0 where a type has none that a member could have. */
interface Types {
  readonly sources: BtfSource[];
  readonly sizes: number[];
}

function add(types: Types, source: BtfSource, size: number): number {
  types.sources.push(source);
  types.sizes.push(size);
  return types.sources.length;
}

function basic(types: Types, version: Version): void {
  const int = (name: string, size: number, encoding: number) =>
    add(types, { kind: "INT", name, size, encoding }, size);
  int("int", 4, 1);
  int("unsigned", 4, 0);
  int("char", 1, 1);
  int("u8", 1, 0);
  int("bool", 1, 4);
  int("ascii", 1, 2);
  int("long", 8, 1);
  int("u64", 8, 0);
  int("short", 2, 1);
  int("u16", 2, 0);
  int("s128", 16, 1);
  add(types, { kind: "INT", name: "odd", size: 4, bits: 24 }, 4);
  const values = [{ name: "A", value: 0 }, { name: "B", value: 1 }, { name: "C", value: 65 }];
  for (const size of [4, 4, 1, 8]) {
    add(types, { kind: "ENUM", name: `e${types.sizes.length}`, size, values }, size);
  }
  if (!atLeast(version, "6.1")) return;
  add(types, { kind: "ENUM", name: "signed", size: 4, kind_flag: true, values }, 4);
  add(types, { kind: "ENUM64", name: "e64", size: 8, values }, 8);
  add(types, { kind: "ENUM64", name: "s64", size: 8, kind_flag: true, values }, 8);
  add(types, { kind: "FLOAT", name: "float", size: 4 }, 4);
}

/** A type made of those before it. */
function derived(types: Types, draw: Draw, n: number): void {
  const target = 1 + draw(types.sizes.length);
  const size = types.sizes[target - 1];
  const name = `t${n}`;
  switch (draw(9)) {
    case 0:
      add(types, { kind: "TYPEDEF", name, type: target }, size);
      return;
    case 1:
      add(types, { kind: "CONST", type: target }, size);
      return;
    case 2:
      add(types, { kind: "PTR", type: target }, 8);
      return;
    case 3:
    case 4: {
      const nelems = 1 + draw(6);
      add(types, { kind: "ARRAY", type: target, index: 2, nelems }, nelems * size);
      return;
    }
    case 5: {
      const members = fields(types, draw, 1 + draw(3)).map((each) => ({ ...each, offset: 0 }));
      const largest = Math.max(...members.map((each) => types.sizes[each.type - 1]));
      add(types, { kind: "UNION", name, size: largest, members }, largest);
      return;
    }
    case 6: {
      const bits = bitFields(draw);
      add(types, { kind: "STRUCT", name, size: 8, kind_flag: true, members: bits }, 8);
      return;
    }
    default: {
      const members = fields(types, draw, draw(5));
      const last = members[members.length - 1];
      const end = last === undefined ? 0 : last.offset! / 8 + types.sizes[last.type - 1];
      const whole = Math.max(Math.ceil(end / 8) * 8, 0);
      add(types, { kind: "STRUCT", name, size: whole, members }, whole);
    }
  }
}

/** Members one after the other, each at a multiple of 8 bytes or right behind the one before. */
function fields(types: Types, draw: Draw, n: number): BtfMember[] {
  let at = 0;
  return Array.from({ length: n }, (_, i) => {
    const type = 1 + draw(types.sizes.length);
    const size = types.sizes[type - 1];
    const step = size % 8 === 0 || size > 8 ? 8 : size === 0 ? 1 : size;
    at = Math.ceil(at / step) * step;
    const member = { name: draw(8) === 0 ? "" : `m${i}`, type, offset: at * 8 };
    at += size;
    return member;
  });
}

/** Bit fields of ints in eight bytes. */
function bitFields(draw: Draw): BtfMember[] {
  let offset = 0;
  const members: BtfMember[] = [];
  for (let i = 0; i < 4; i++) {
    const bitfield_size = 1 + draw(12);
    members.push({ name: `b${i}`, type: 1 + draw(2), offset, bitfield_size });
    offset += bitfield_size + draw(3);
  }
  return members;
}

/** What to load and what to make of it. */
export interface Typed {
  readonly bytes: Uint8Array;
  readonly maps: readonly AttrOf<"MAP_CREATE">[];
}

const LARGEST_VALUE = 512;

/** Random types, and maps of them whose BTF has descriptor `fd`. */
export function typedMaps(version: Version, seed: number, fd: number): Typed {
  const draw = drawing(seed);
  const types: Types = { sources: [], sizes: [] };
  basic(types, version);
  const first = types.sizes.length;
  const count = 6 + draw(10);
  for (let n = 0; n < count; n++) {
    derived(types, draw, n);
    const size = types.sizes[types.sizes.length - 1];
    if (size === 0 || size > LARGEST_VALUE) {
      types.sources.pop();
      types.sizes.pop();
    }
  }
  const some = () =>
    draw(4) === 0 ? draw(first) : types.sizes.length - 1 - draw(Math.min(5, count));
  const [value, key, other] = [some(), some(), some()];
  const maps: AttrOf<"MAP_CREATE">[] = [
    {
      map_type: 2,
      key_size: 4,
      value_size: types.sizes[value],
      max_entries: 1 + draw(5),
      btf_fd: fd,
      btf_key_type_id: 1 + draw(2),
      btf_value_type_id: value + 1,
    },
    {
      map_type: 1,
      key_size: types.sizes[key],
      value_size: types.sizes[other],
      max_entries: 8,
      map_flags: one([0, 64, 64, 65], draw),
      btf_fd: fd,
      btf_key_type_id: key + 1,
      btf_value_type_id: other + 1,
    },
  ];
  if (draw(3) === 0) maps.push(section(types, draw, fd));
  return { bytes: btf(types.sources), maps };
}

/** A map of global variables: one element, and no key that BTF tells of. */
function section(types: Types, draw: Draw, fd: number): AttrOf<"MAP_CREATE"> {
  const placed = fields(types, draw, 1 + draw(3));
  const vars = placed.map(({ type, offset = 0 }, i) => {
    const variable = add(types, { kind: "VAR", name: `v${i}`, type, linkage: 1 }, 0);
    return { type: variable, offset: offset / 8, size: types.sizes[type - 1] };
  });
  const last = vars[vars.length - 1];
  const size = last.offset + last.size;
  const btf_value_type_id = add(types, { kind: "DATASEC", name: ".data", size, vars }, size);
  return {
    map_type: 2,
    key_size: 4,
    value_size: size,
    max_entries: 1,
    btf_fd: fd,
    btf_value_type_id,
  };
}

function one<T>(list: readonly T[], draw: Draw): T {
  return list[draw(list.length)];
}

const BYTES: readonly number[] = [0, 0, 0, 1, 65, 66, 32, 97, 0x27, 0x7f, 0x80, 0xa0, 0xe9, 0xff];

/** Bytes that show something: zeros, letters, borders. */
export function bytesOf(draw: Draw, size: number): Uint8Array {
  const plain = draw(4) === 0;
  return Uint8Array.from({ length: size }, () => plain ? draw(256) : one(BYTES, draw));
}
