import {
  BPF_EXIST,
  BPF_F_LOCK,
  BPF_F_NO_COMMON_LRU,
  BPF_F_NO_PREALLOC,
  BPF_F_NUMA_NODE,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_F_ZERO_SEED,
  BPF_NOEXIST,
} from "../abi/constants.ts";
import { capable } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap, Entry, MapSpec } from "../kernel/maps.ts";
import { Radix } from "../kernel/radix.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { jhash } from "./jhash.ts";
import { bothProgFlags, type CreateAttr, type MapKind, round8, sizes } from "./kind.ts";
import { chargeable, overMemlock } from "./memlock.ts";

/** What BPF_MAP_TYPE_HASH refuses, in the kernel's order. Source: kernel/bpf/hashtab.c. */
export const HASH = rules("HASH", {
  create_zero_seed: ["EPERM", "`map_flags` has BPF_F_ZERO_SEED and the caller no CAP_SYS_ADMIN"],
  create_flags: ["EINVAL", "`map_flags` has a bit that no hash takes"],
  create_access: ["EINVAL", "`map_flags` has both BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG"],
  create_common_lru: ["EINVAL", "`map_flags` has BPF_F_NO_COMMON_LRU, which is for LRU hashes"],
  create_max_entries: ["EINVAL", "`max_entries` is 0"],
  create_key_size: ["EINVAL", "`key_size` is 0"],
  create_value_size: ["EINVAL", "`value_size` is 0"],
  create_key_stack: ["E2BIG", "`key_size` is above 512", { until: "5.10" }],
  create_value_kmalloc: [
    "E2BIG",
    "`value_size` is 4193744 or more: with a key of 512 bytes it would not fit a kmalloc",
    { until: "5.10" },
  ],
  create_elem_kmalloc: [
    "E2BIG",
    "`key_size` and `value_size` together are 4194256 or more, and do not fit a kmalloc",
    { since: "6.1" },
  ],
  create_buckets: ["E2BIG", "`max_entries` is above 2^27: the buckets would not fit 4 GiB"],
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
  create_memory: ["ENOMEM", "the buckets or the preallocated elements are larger than all memory"],
  create_btf_keyless: ["EINVAL", "BTF describes the values and not the keys"],
  lookup_absent: ["ENOENT", "the map has no such key"],
  update_flags: ["EINVAL", "`flags` without BPF_F_LOCK is above BPF_EXIST"],
  update_noexist: ["EEXIST", "`flags` is BPF_NOEXIST and the map has the key"],
  update_exist: ["ENOENT", "`flags` is BPF_EXIST and the map has no such key"],
  update_full: ["E2BIG", "the key is new and the map holds `max_entries` elements"],
  update_element: [
    "ENOMEM",
    "the map has BPF_F_NO_PREALLOC, and `key_size` and `value_size`, each rounded up to a multiple of 8, are together above 4194248: no element fits a kmalloc",
    { since: "6.1" },
  ],
  delete_absent: ["ENOENT", "the map has no such key"],
  next_key_end: ["ENOENT", "no element comes after the key (or the map is empty)"],
});

const KMALLOC_MAX = 4 * 2 ** 20;
const SIZEOF_HTAB_ELEM = 48;
/** What the allocator of elements (kernel/bpf/memalloc.c, since 6.1) puts in front of each. */
const LLIST_NODE_SZ = 8;
const SIZEOF_BUCKET = 16;
const MAX_BPF_STACK = 512;

const CREATE_FLAGS = BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | BPF_F_RDONLY |
  BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG | BPF_F_ZERO_SEED;

function allocCheck(k: Kernel, task: Task, attr: CreateAttr): Rule | undefined {
  const { key_size, value_size, max_entries, map_flags } = sizes(attr);
  if ((map_flags & BPF_F_ZERO_SEED) !== 0 && !capable(task.cred, "CAP_SYS_ADMIN")) {
    return HASH.create_zero_seed;
  }
  if ((map_flags & ~CREATE_FLAGS) !== 0) return HASH.create_flags;
  if (bothProgFlags(map_flags)) return HASH.create_access;
  if ((map_flags & BPF_F_NO_COMMON_LRU) !== 0) return HASH.create_common_lru;
  if (max_entries === 0) return HASH.create_max_entries;
  if (key_size === 0) return HASH.create_key_size;
  if (value_size === 0) return HASH.create_value_size;
  if (has(k.version, DELTA.elem_size)) {
    const limit = KMALLOC_MAX - SIZEOF_HTAB_ELEM;
    return key_size + value_size >= limit ? HASH.create_elem_kmalloc : undefined;
  }
  if (key_size > MAX_BPF_STACK) return HASH.create_key_stack;
  const limit = KMALLOC_MAX - MAX_BPF_STACK - SIZEOF_HTAB_ELEM;
  return value_size >= limit ? HASH.create_value_kmalloc : undefined;
}

function elementSize(key_size: number, value_size: number): number {
  return SIZEOF_HTAB_ELEM + round8(key_size) + round8(value_size);
}

const alloc: MapKind["alloc"] = (k, task, attr) => {
  const { key_size, value_size, max_entries, map_flags } = sizes(attr);
  if (max_entries > 2 ** 27) return HASH.create_buckets;
  const buckets = 2 ** Math.ceil(Math.log2(max_entries));
  const element = elementSize(key_size, value_size);
  const cost = buckets * SIZEOF_BUCKET + element * (max_entries + k.config.cpus);
  if (!has(k.version, DELTA.memcg) && !chargeable(cost)) return HASH.create_charge;
  if (!has(k.version, DELTA.memcg) && overMemlock(k, task, cost)) return HASH.create_memlock;
  const prealloc = (map_flags & BPF_F_NO_PREALLOC) === 0;
  const area = prealloc ? element * (max_entries + k.config.cpus) : 0;
  if (Math.max(buckets * SIZEOF_BUCKET, area) > k.config.totalram) return HASH.create_memory;
  return {
    contents: { kind: "hash", buckets: Radix.empty(), count: 0 },
    hashrnd: (map_flags & BPF_F_ZERO_SEED) !== 0 ? 0 : seedOf(k),
    bucketMask: buckets - 1,
    cost,
  };
};

/** A seed for the next hash map: the boot's own, spread by the id that the map is about to get. */
function seedOf(k: Kernel): number {
  return (k.seeds.hashrnd + Math.imul(k.maps.cursor, 0x85ebca6b)) >>> 0;
}

type Hash = Extract<BpfMap["contents"], { kind: "hash" }>;

function find(entry: Entry | undefined, key: string): Entry | undefined {
  while (entry !== undefined && entry.key !== key) entry = entry.next;
  return entry;
}

function bucketOf(map: BpfMap, key: string): number {
  return (jhash(key, map.spec.hashrnd) & map.spec.bucketMask) >>> 0;
}

function lookup(map: BpfMap, key: string, most: number): string | Rule {
  const { buckets } = map.contents as Hash;
  return find(buckets.get(bucketOf(map, key)), key)?.value.slice(0, most) ??
    HASH.lookup_absent;
}

/** Linux checks the sizes before it rounds them up, so that a map may be made and never filled. */
function tooLarge({ map_flags, key_size, value_size }: MapSpec, version: Version): boolean {
  return (map_flags & BPF_F_NO_PREALLOC) !== 0 && has(version, DELTA.elem_size) &&
    elementSize(key_size, value_size) + LLIST_NODE_SZ > KMALLOC_MAX;
}

const update: MapKind["update"] = (map, key, value, flags, high, { k }) => {
  if (high || ((flags & ~BPF_F_LOCK) >>> 0) > BPF_EXIST) return HASH.update_flags;
  const { buckets, count } = map.contents as Hash;
  const bucket = bucketOf(map, key);
  const head = buckets.get(bucket);
  const old = find(head, key);
  if (old !== undefined && flags === BPF_NOEXIST) return HASH.update_noexist;
  if (old === undefined && flags === BPF_EXIST) return HASH.update_exist;
  if (old === undefined && count >= map.spec.max_entries) return HASH.update_full;
  if (tooLarge(map.spec, k.version)) return HASH.update_element;
  // The new element goes to the head of its bucket, also where it replaces one further down.
  const rest = old === undefined ? head : without(head!, key);
  return {
    ...map,
    contents: {
      kind: "hash",
      buckets: buckets.set(bucket, { key, value, next: rest }),
      count: old === undefined ? count + 1 : count,
    },
  };
};

/** The list without `key`, which is in it; a loop, because a bucket may be as long as the map. */
function without(entry: Entry, key: string): Entry | undefined {
  if (entry.key === key) return entry.next;
  const before: Entry[] = [];
  let at = entry;
  for (; at.key !== key; at = at.next!) before.push(at);
  return before.reduceRight<Entry | undefined>(
    (next, { key, value }) => ({ key, value, next }),
    at.next,
  );
}

function remove(map: BpfMap, key: string): BpfMap | Rule {
  const { buckets, count } = map.contents as Hash;
  const bucket = bucketOf(map, key);
  const head = buckets.get(bucket);
  if (find(head, key) === undefined) return HASH.delete_absent;
  const rest = without(head!, key);
  const left = rest === undefined ? buckets.delete(bucket) : buckets.set(bucket, rest);
  return { ...map, contents: { kind: "hash", buckets: left, count: count - 1 } };
}

function nextKey(map: BpfMap, key: string | undefined): string | Rule {
  const { buckets } = map.contents as Hash;
  let from = 0;
  if (key !== undefined) {
    const bucket = bucketOf(map, key);
    const here = find(buckets.get(bucket), key);
    if (here?.next !== undefined) return here.next.key;
    // A key that is not there starts over from the first bucket.
    if (here !== undefined) from = bucket + 1;
  }
  const next = buckets.nextIndex(from);
  return next === undefined ? HASH.next_key_end : buckets.get(next)!.key;
}

/** BPF_MAP_TYPE_HASH: keys of one size to values of one size, in buckets. */
export const hash: MapKind = {
  allocCheck,
  alloc,
  checkBtf: (_attr, key) => key === undefined ? HASH.create_btf_keyless : undefined,
  lookup,
  update,
  remove,
  nextKey,
};
