import {
  BPF_EXIST,
  BPF_F_INNER_MAP,
  BPF_F_LOCK,
  BPF_F_MMAPABLE,
  BPF_F_NUMA_NODE,
  BPF_F_PRESERVE_ELEMS,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_NOEXIST,
} from "../abi/constants.ts";
import { INT_MAX } from "../abi/limits.ts";
import { word, wordAt } from "../abi/words.ts";
import { perfmonCapable } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap } from "../kernel/maps.ts";
import { Radix } from "../kernel/radix.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { bothProgFlags, type CreateAttr, type MapKind, round8, sizes } from "./kind.ts";
import { chargeable, overMemlock } from "./memlock.ts";

/** What BPF_MAP_TYPE_ARRAY refuses, in the kernel's order. Source: kernel/bpf/arraymap.c. */
export const ARRAY = rules("ARRAY", {
  create_max_entries: ["EINVAL", "`max_entries` is 0"],
  create_key_size: ["EINVAL", "`key_size` is not 4"],
  create_value_size: ["EINVAL", "`value_size` is 0"],
  create_flags: ["EINVAL", "`map_flags` has a bit that no array takes"],
  create_access: ["EINVAL", "`map_flags` has both BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG"],
  create_preserve: ["EINVAL", "`map_flags` has BPF_F_PRESERVE_ELEMS"],
  create_value_kmalloc: ["E2BIG", "`value_size` is above 4 MiB", { until: "5.10" }],
  create_value_int_max: ["E2BIG", "`value_size` is above INT_MAX", { since: "6.1" }],
  create_speculation: [
    "E2BIG",
    "`max_entries` is above 2^31 and the caller has no CAP_PERFMON: the size is rounded up to a power of two against speculation, and overflows",
  ],
  create_charge: [
    "E2BIG",
    "the memory of the map is 2^32 - 4097 bytes or more, and cannot be charged in 32 bits",
    { until: "5.10" },
  ],
  create_memlock: [
    "EPERM",
    "the memory of the map, with that of the user's other maps and programs, is above RLIMIT_MEMLOCK (in whole pages)",
    { until: "5.10" },
  ],
  create_memory: ["ENOMEM", "the elements together are larger than all memory"],
  create_btf_keyless: [
    "EINVAL",
    "BTF describes the values alone, and `max_entries` is not 1 or the values are no DATASEC",
  ],
  create_btf_key: ["EINVAL", "BTF describes the keys as something else than an INT of 32 bits"],
  lookup_index: ["ENOENT", "the index is `max_entries` or larger"],
  update_flags: ["EINVAL", "`flags` without BPF_F_LOCK is above BPF_EXIST"],
  update_index: ["E2BIG", "the index is `max_entries` or larger"],
  update_noexist: ["EEXIST", "`flags` has BPF_NOEXIST: every element of an array exists"],
  delete_never: ["EINVAL", "an element of an array cannot be deleted"],
  next_key_last: ["ENOENT", "the key is the last index"],
});

const KMALLOC_MAX = 4 * 2 ** 20;
/** sizeof(struct bpf_array) up to its elements: what is added to the elements' own size. */
const HEADER = 320;

const CREATE_FLAGS = BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_RDONLY | BPF_F_WRONLY |
  BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG | BPF_F_PRESERVE_ELEMS | BPF_F_INNER_MAP;

function allocCheck(k: Kernel, _task: Task, attr: CreateAttr): Rule | undefined {
  const { key_size, value_size, max_entries, map_flags } = sizes(attr);
  if (max_entries === 0) return ARRAY.create_max_entries;
  if (key_size !== 4) return ARRAY.create_key_size;
  if (value_size === 0) return ARRAY.create_value_size;
  if ((map_flags & ~CREATE_FLAGS) !== 0) return ARRAY.create_flags;
  if (bothProgFlags(map_flags)) return ARRAY.create_access;
  if ((map_flags & BPF_F_PRESERVE_ELEMS) !== 0) return ARRAY.create_preserve;
  if (!has(k.version, DELTA.value_size)) {
    return value_size > KMALLOC_MAX ? ARRAY.create_value_kmalloc : undefined;
  }
  return value_size > INT_MAX ? ARRAY.create_value_int_max : undefined;
}

/** The bytes of the elements, rounded as the kernel allocates them. */
function areaOf(elements: number, value_size: number, map_flags: number): number {
  const data = elements * round8(value_size);
  return (map_flags & BPF_F_MMAPABLE) === 0
    ? HEADER + data
    : Math.ceil(HEADER / 4096) * 4096 + Math.ceil(data / 4096) * 4096;
}

const alloc: MapKind["alloc"] = (k, task, attr) => {
  const { value_size, max_entries, map_flags } = sizes(attr);
  const spared = has(k.version, DELTA.mitigations) && k.config.mitigations_off;
  const masked = !spared && !perfmonCapable(task.cred);
  if (masked && max_entries > 2 ** 31) return ARRAY.create_speculation;
  const elements = masked ? 2 ** Math.ceil(Math.log2(max_entries)) : max_entries;
  const cost = areaOf(elements, value_size, map_flags);
  if (!has(k.version, DELTA.array_memcg) && !chargeable(cost)) return ARRAY.create_charge;
  if (!has(k.version, DELTA.array_memcg) && overMemlock(k, task, cost)) return ARRAY.create_memlock;
  if (cost > k.config.totalram) return ARRAY.create_memory;
  return {
    contents: { kind: "array", elements: Radix.empty() },
    hashrnd: 0,
    bucketMask: 0,
    cost,
  };
};

/** An array's key is a u32; without one the array is a section of variables. */
const checkBtf: MapKind["checkBtf"] = (attr, key, value) => {
  if (key === undefined) {
    const isSection = sizes(attr).max_entries === 1 && value.kind === "DATASEC";
    return isSection ? undefined : ARRAY.create_btf_keyless;
  }
  const isWord = key.kind === "INT" && key.bits === 32 && key.offset === 0;
  return isWord ? undefined : ARRAY.create_btf_key;
};

function lookup(map: BpfMap, key: string, most: number): string | Rule {
  const index = wordAt(key, 0);
  if (index >= map.spec.max_entries) return ARRAY.lookup_index;
  return elementsOf(map).get(index)?.slice(0, most) ?? "\0".repeat(most);
}

const update: MapKind["update"] = (map, key, value, flags, high) => {
  if (high || ((flags & ~BPF_F_LOCK) >>> 0) > BPF_EXIST) return ARRAY.update_flags;
  const index = wordAt(key, 0);
  if (index >= map.spec.max_entries) return ARRAY.update_index;
  if ((flags & BPF_NOEXIST) !== 0) return ARRAY.update_noexist;
  const elements = elementsOf(map).set(index, value);
  return { ...map, contents: { kind: "array", elements } };
};

function nextKey(map: BpfMap, key: string | undefined): string | Rule {
  const index = key === undefined ? 0xffffffff : wordAt(key, 0);
  if (index >= map.spec.max_entries) return word(0);
  if (index === map.spec.max_entries - 1) return ARRAY.next_key_last;
  return word(index + 1);
}

function elementsOf(map: BpfMap): Radix<string> {
  return (map.contents as Extract<BpfMap["contents"], { kind: "array" }>).elements;
}

/** BPF_MAP_TYPE_ARRAY: `max_entries` values by index, all there from the start and zero. */
export const array: MapKind = {
  allocCheck,
  alloc,
  checkBtf,
  lookup,
  update,
  remove: () => ARRAY.delete_never,
  nextKey,
};
