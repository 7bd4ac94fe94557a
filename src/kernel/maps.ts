import type { Radix } from "./radix.ts";

/** An element of a hash bucket; the newest stands first, as in the kernel's own lists. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly next: Entry | undefined;
}

/** What a map holds, by the kind of map. Keys and values are latin-1 strings. */
export type Contents =
  /** Elements that were written; one that is absent is all zeros. */
  | { readonly kind: "array"; readonly elements: Radix<string> }
  | { readonly kind: "hash"; readonly buckets: Radix<Entry>; readonly count: number }
  | StructOpsContents;

/** A struct of the kernel's that programs implement. */
export interface StructOpsContents {
  readonly kind: "struct_ops";
  /** The type of the value in the kernel's own BTF. */
  readonly value_id: number;
  /** BPF_STRUCT_OPS_STATE_*: 0 INIT, 1 INUSE, 2 TOBEFREE, 3 READY. */
  readonly state: number;
  /** As it was written, with the programs' ids for their descriptors. */
  readonly value: string;
  /** The ids of the programs; the map holds each. */
  readonly progs: readonly number[];
}

/** How BTF describes the keys and values of a map. */
export interface MapBtf {
  /** The BTF object; the map holds it. */
  readonly id: number;
  readonly key_type_id: number;
  readonly value_type_id: number;
}

/** What a map was created with and keeps for life. */
export interface MapSpec {
  readonly map_type: number;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  /** As OBJ_GET_INFO_BY_FD tells them: without RDONLY and WRONLY, which belong to the descriptor. */
  readonly map_flags: number;
  /** Up to 15 bytes. */
  readonly name: string;
  /** The seed of the hash function (0 with BPF_F_ZERO_SEED), for hash maps. */
  readonly hashrnd: number;
  /** The largest bucket number: a power of two less one, for hash maps. */
  readonly bucketMask: number;
  /** SHA-256 of the only program that may use it (6.18), 32 bytes. */
  readonly excl_prog_hash: string | undefined;
  readonly btf: MapBtf | undefined;
  /** Bytes charged to RLIMIT_MEMLOCK (5.10). */
  readonly charge: number;
  /** Who is charged (5.10). */
  readonly owner: number;
}

/** A map of the kernel, with its elements and with what keeps it. */
export interface BpfMap {
  readonly id: number;
  readonly spec: MapSpec;
  readonly contents: Contents;
  readonly frozen: boolean;
  /** `refcnt`: everything that keeps the map alive. */
  readonly refs: number;
  /** `usercnt`: those of them that user space holds (descriptors, pins). */
  readonly urefs: number;
  /** Writable mappings. */
  readonly writers: number;
}
