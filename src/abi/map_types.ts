import type { Version } from "../kernel/version.ts";
import { type Enumerator, enumerator } from "./enumerator.ts";

export const BPF_MAP_TYPE_UNSPEC = 0;
export const BPF_MAP_TYPE_HASH = 1;
export const BPF_MAP_TYPE_ARRAY = 2;
export const BPF_MAP_TYPE_PROG_ARRAY = 3;
export const BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4;
export const BPF_MAP_TYPE_PERCPU_HASH = 5;
export const BPF_MAP_TYPE_PERCPU_ARRAY = 6;
export const BPF_MAP_TYPE_STACK_TRACE = 7;
export const BPF_MAP_TYPE_CGROUP_ARRAY = 8;
export const BPF_MAP_TYPE_LRU_HASH = 9;
export const BPF_MAP_TYPE_LRU_PERCPU_HASH = 10;
export const BPF_MAP_TYPE_LPM_TRIE = 11;
export const BPF_MAP_TYPE_ARRAY_OF_MAPS = 12;
export const BPF_MAP_TYPE_HASH_OF_MAPS = 13;
export const BPF_MAP_TYPE_DEVMAP = 14;
export const BPF_MAP_TYPE_SOCKMAP = 15;
export const BPF_MAP_TYPE_CPUMAP = 16;
export const BPF_MAP_TYPE_XSKMAP = 17;
export const BPF_MAP_TYPE_SOCKHASH = 18;
/** The header's newer name of BPF_MAP_TYPE_CGROUP_STORAGE. */
export const BPF_MAP_TYPE_CGROUP_STORAGE_DEPRECATED = 19; // since 6.12
export const BPF_MAP_TYPE_CGROUP_STORAGE = 19;
export const BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20;
/** The header's newer name of BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE. */
export const BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE_DEPRECATED = 21; // since 6.12
export const BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21;
export const BPF_MAP_TYPE_QUEUE = 22;
export const BPF_MAP_TYPE_STACK = 23;
export const BPF_MAP_TYPE_SK_STORAGE = 24;
export const BPF_MAP_TYPE_DEVMAP_HASH = 25;
export const BPF_MAP_TYPE_STRUCT_OPS = 26;
export const BPF_MAP_TYPE_RINGBUF = 27;
export const BPF_MAP_TYPE_INODE_STORAGE = 28;
export const BPF_MAP_TYPE_TASK_STORAGE = 29; // since 6.1
export const BPF_MAP_TYPE_BLOOM_FILTER = 30; // since 6.1
export const BPF_MAP_TYPE_USER_RINGBUF = 31; // since 6.1
export const BPF_MAP_TYPE_CGRP_STORAGE = 32; // since 6.12
export const BPF_MAP_TYPE_ARENA = 33; // since 6.12
export const BPF_MAP_TYPE_INSN_ARRAY = 34; // since 7.2
export const BPF_MAP_TYPE_RHASH = 35; // since 7.2

/** Every map type, `value` = index. */
export const MAP_TYPES = [
  enumerator("BPF_MAP_TYPE_UNSPEC", BPF_MAP_TYPE_UNSPEC),
  enumerator("BPF_MAP_TYPE_HASH", BPF_MAP_TYPE_HASH),
  enumerator("BPF_MAP_TYPE_ARRAY", BPF_MAP_TYPE_ARRAY),
  enumerator("BPF_MAP_TYPE_PROG_ARRAY", BPF_MAP_TYPE_PROG_ARRAY),
  enumerator("BPF_MAP_TYPE_PERF_EVENT_ARRAY", BPF_MAP_TYPE_PERF_EVENT_ARRAY),
  enumerator("BPF_MAP_TYPE_PERCPU_HASH", BPF_MAP_TYPE_PERCPU_HASH),
  enumerator("BPF_MAP_TYPE_PERCPU_ARRAY", BPF_MAP_TYPE_PERCPU_ARRAY),
  enumerator("BPF_MAP_TYPE_STACK_TRACE", BPF_MAP_TYPE_STACK_TRACE),
  enumerator("BPF_MAP_TYPE_CGROUP_ARRAY", BPF_MAP_TYPE_CGROUP_ARRAY),
  enumerator("BPF_MAP_TYPE_LRU_HASH", BPF_MAP_TYPE_LRU_HASH),
  enumerator("BPF_MAP_TYPE_LRU_PERCPU_HASH", BPF_MAP_TYPE_LRU_PERCPU_HASH),
  enumerator("BPF_MAP_TYPE_LPM_TRIE", BPF_MAP_TYPE_LPM_TRIE),
  enumerator("BPF_MAP_TYPE_ARRAY_OF_MAPS", BPF_MAP_TYPE_ARRAY_OF_MAPS),
  enumerator("BPF_MAP_TYPE_HASH_OF_MAPS", BPF_MAP_TYPE_HASH_OF_MAPS),
  enumerator("BPF_MAP_TYPE_DEVMAP", BPF_MAP_TYPE_DEVMAP),
  enumerator("BPF_MAP_TYPE_SOCKMAP", BPF_MAP_TYPE_SOCKMAP),
  enumerator("BPF_MAP_TYPE_CPUMAP", BPF_MAP_TYPE_CPUMAP),
  enumerator("BPF_MAP_TYPE_XSKMAP", BPF_MAP_TYPE_XSKMAP),
  enumerator("BPF_MAP_TYPE_SOCKHASH", BPF_MAP_TYPE_SOCKHASH),
  enumerator("BPF_MAP_TYPE_CGROUP_STORAGE", BPF_MAP_TYPE_CGROUP_STORAGE),
  enumerator("BPF_MAP_TYPE_REUSEPORT_SOCKARRAY", BPF_MAP_TYPE_REUSEPORT_SOCKARRAY),
  enumerator("BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE", BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE),
  enumerator("BPF_MAP_TYPE_QUEUE", BPF_MAP_TYPE_QUEUE),
  enumerator("BPF_MAP_TYPE_STACK", BPF_MAP_TYPE_STACK),
  enumerator("BPF_MAP_TYPE_SK_STORAGE", BPF_MAP_TYPE_SK_STORAGE),
  enumerator("BPF_MAP_TYPE_DEVMAP_HASH", BPF_MAP_TYPE_DEVMAP_HASH),
  enumerator("BPF_MAP_TYPE_STRUCT_OPS", BPF_MAP_TYPE_STRUCT_OPS),
  enumerator("BPF_MAP_TYPE_RINGBUF", BPF_MAP_TYPE_RINGBUF),
  enumerator("BPF_MAP_TYPE_INODE_STORAGE", BPF_MAP_TYPE_INODE_STORAGE),
  enumerator("BPF_MAP_TYPE_TASK_STORAGE", BPF_MAP_TYPE_TASK_STORAGE, "6.1"),
  enumerator("BPF_MAP_TYPE_BLOOM_FILTER", BPF_MAP_TYPE_BLOOM_FILTER, "6.1"),
  enumerator("BPF_MAP_TYPE_USER_RINGBUF", BPF_MAP_TYPE_USER_RINGBUF, "6.1"),
  enumerator("BPF_MAP_TYPE_CGRP_STORAGE", BPF_MAP_TYPE_CGRP_STORAGE, "6.12"),
  enumerator("BPF_MAP_TYPE_ARENA", BPF_MAP_TYPE_ARENA, "6.12"),
  enumerator("BPF_MAP_TYPE_INSN_ARRAY", BPF_MAP_TYPE_INSN_ARRAY, "7.2"),
  enumerator("BPF_MAP_TYPE_RHASH", BPF_MAP_TYPE_RHASH, "7.2"),
] as const satisfies readonly Enumerator[];

/** The uapi name of a map type. */
export type MapTypeName = (typeof MAP_TYPES)[number]["name"];

/** The first number that is no map type (the header's `__MAX_BPF_MAP_TYPE`). */
export const MAX_MAP_TYPE: Readonly<Record<Version, number>> = {
  "5.10": 29,
  "6.1": 32,
  "6.12": 34,
  "6.18": 34,
  "7.2": 36,
};
