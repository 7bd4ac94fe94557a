/** Calls on maps, drawn. */
import {
  type AttrOf,
  BPF_F_MMAPABLE,
  BPF_F_NO_PREALLOC,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_F_ZERO_SEED,
  type Machine,
  type Ptr,
  room,
} from "bpfspec";
import type { Choice } from "./choices.ts";
import { BOUNDARIES, FLAGS, isWrong, one, wrongPlace } from "./pools.ts";
import { fdOf, someFd } from "./state.ts";

const KEY_SIZES = [4, 4, 4, 1, 3, 8, 13, 16];
const VALUE_SIZES = [4, 8, 1, 3, 16, 100];
const ENTRIES = [1, 2, 3, 4, 5, 8, 16];
const NAMES = ["", "m", "a_map.1", "fifteen_letters", "caf\xe9"];
const BAD_NAMES = ["sixteen_letters_", "with space", "a-b", "a/b", "\xd7", "x\x01"];
const HASH_FLAGS = [
  0,
  BPF_F_NO_PREALLOC,
  BPF_F_ZERO_SEED,
  BPF_F_ZERO_SEED | BPF_F_NO_PREALLOC,
  BPF_F_RDONLY,
  BPF_F_WRONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY_PROG | BPF_F_ZERO_SEED,
];
const ARRAY_FLAGS = [0, 0, BPF_F_MMAPABLE, BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_RDONLY_PROG];

type Create = AttrOf<"MAP_CREATE">;

/** MAP_CREATE of a small hash or array, or of something that is wrong in one field. */
export function create(choice: Choice): Create {
  const isHash = choice.a % 2 === 0;
  const right: Create = {
    map_type: isHash ? 1 : 2,
    key_size: isHash ? one(KEY_SIZES, choice.b) : 4,
    value_size: one(VALUE_SIZES, choice.c),
    max_entries: one(ENTRIES, choice.d),
    map_flags: isHash ? one(HASH_FLAGS, choice.b) : one(ARRAY_FLAGS, choice.b),
    map_name: one(NAMES, choice.c),
  };
  return isWrong(choice) ? spoiled(right, choice) : right;
}

const SPOILS: readonly ((right: Create, choice: Choice) => Create)[] = [
  (right, { a }) => ({ ...right, map_type: one([0, 36, 37, 1000, 0xffffffff], a) }),
  (right, { a }) => ({ ...right, key_size: one(BOUNDARIES, a) }),
  (right, { a }) => ({ ...right, value_size: one(BOUNDARIES, a) }),
  (right, { a }) => ({ ...right, max_entries: one(BOUNDARIES, a) }),
  (right, { a }) => ({ ...right, map_flags: one(FLAGS, a) }),
  (right, { a }) => ({ ...right, map_flags: right.map_flags! | one(FLAGS, a) }),
  (right, { a }) => ({ ...right, map_name: one(BAD_NAMES, a) }),
  (right, { a }) => ({ ...right, map_flags: 4, numa_node: one([0, 1, 64, 0xffffffff], a) }),
  (right, { a }) => ({ ...right, btf_fd: one([0, 3, 99], a), btf_value_type_id: 1 }),
  (right) => ({ ...right, btf_key_type_id: 1 }),
  (right) => ({ ...right, btf_vmlinux_value_type_id: 1 }),
  (right, { a }) => ({ ...right, map_extra: one([1, 15, 2 ** 40], a) }),
  (right, { a }) => ({ ...right, map_flags: 65536, map_token_fd: one([0, 3, 99], a) }),
  (right) => ({ ...right, excl_prog_hash: new Uint8Array(32).fill(7), excl_prog_hash_size: 32 }),
  (right, { a }) => ({
    ...right,
    excl_prog_hash: new Uint8Array(16),
    excl_prog_hash_size: one([0, 31, 32], a),
  }),
  (right) => ({ ...right, excl_prog_hash_size: 32 }),
];

/** MAP_CREATE of a map whose keys and values BTF describes, or misdescribes. */
export function createTyped(m: Machine, choice: Choice): Create {
  const right = create({ ...choice, wrong: 1 });
  const btf_fd = fdOf(m, "btf", choice.a) ?? someFd(m, choice.a);
  const { key_size, value_size } = right;
  return {
    ...right,
    key_size: choice.b % 3 === 0 ? key_size : 4,
    value_size: one([4, 8, 4, value_size!, 16], choice.c),
    max_entries: one([1, 1, 4], choice.d),
    btf_fd: isWrong(choice) ? someFd(m, choice.b) : btf_fd,
    btf_key_type_id: one([1, 1, 1, 0, 2], choice.b),
    btf_value_type_id: one([1, 2, 3, 4, 5, 6, 7, 99, 0], choice.c),
  };
}

function spoiled(right: Create, choice: Choice): Create {
  return SPOILS[wrongPlace(choice, SPOILS.length)](right, choice);
}

/** A key that the map behind a descriptor may have. */
function keyFor(size: number, drawn: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(size, 4096));
  bytes[0] = drawn % 7;
  if (drawn % 11 === 0) bytes[bytes.length - 1] = 0x80;
  return bytes;
}

function sizesAt(m: Machine, fd: number): { key: number; value: number } {
  const slot = m.kernel.tasks.get(m.task)?.fds.get(fd);
  const object = slot === undefined ? undefined : m.kernel.files.get(slot.file)?.object;
  const map = object?.of === "map" ? m.kernel.maps.table.get(object.id) : undefined;
  return map === undefined
    ? { key: 4, value: 8 }
    : { key: map.spec.key_size, value: map.spec.value_size };
}

type Elem = AttrOf<"MAP_UPDATE_ELEM">;

const ELEM_FLAGS = [0, 0, 0, 1, 2];
const BAD_POINTERS: readonly Ptr[] = [0, 1, 0xffff800000000000n];

/** The attr of an element call, with what it needs of key, value and flags. */
export function element(
  m: Machine,
  choice: Choice,
  needs: { readonly value?: "in" | "out"; readonly flags?: boolean },
): Elem {
  const fd = fdOf(m, "map", choice.a) ?? someFd(m, choice.a);
  const size = sizesAt(m, fd);
  const value = new Uint8Array(Math.min(size.value, 4096)).fill(choice.c % 256);
  const right: Elem = {
    map_fd: fd,
    key: keyFor(size.key, choice.b),
    ...(needs.value === "in" ? { value } : {}),
    ...(needs.value === "out" ? { value: room(Math.min(size.value, 4096)) } : {}),
    ...(needs.flags === true ? { flags: one(ELEM_FLAGS, choice.d) } : {}),
  };
  return isWrong(choice) ? spoiledElement(right, m, choice) : right;
}

function spoiledElement(right: Elem, m: Machine, choice: Choice): Elem {
  const short = (ptr: Ptr | undefined) =>
    ptr instanceof Uint8Array ? ptr.slice(0, -1) : room(((ptr as { room: number })?.room ?? 1) - 1);
  switch (wrongPlace(choice, 8)) {
    case 0:
      return { ...right, map_fd: someFd(m, choice.b) };
    case 1:
      return { ...right, key: one(BAD_POINTERS, choice.b) };
    case 2:
      return { ...right, key: short(right.key) };
    case 3:
      return { ...right, value: one(BAD_POINTERS, choice.b) };
    case 4:
      return { ...right, value: short(right.value) };
    case 5:
      return { ...right, flags: one([3, 4, 5, 6, 8, 16, 0xffffffff], choice.b) };
    case 6:
      return { ...right, flags: 2n ** BigInt(32 + choice.b % 32) };
    default:
      return { ...right, flags: 7 };
  }
}

/** The attr of GET_NEXT_KEY. */
export function nextKey(m: Machine, choice: Choice): AttrOf<"MAP_GET_NEXT_KEY"> {
  const { map_fd, key } = element(m, choice, {});
  const size = sizesAt(m, map_fd ?? 0).key;
  const out = choice.d % 13 === 0 ? Math.max(size - 1, 0) : size;
  return {
    map_fd,
    key: choice.c % 3 === 0 ? 0 : key,
    next_key: choice.d % 17 === 0 ? 1 : room(Math.min(out, 4096)),
  };
}
