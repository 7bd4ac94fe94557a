import type { AttrOf } from "../abi/commands.ts";
import type { BtfType } from "../btf/types.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap, Contents, MapSpec } from "../kernel/maps.ts";
import {
  done,
  type IdPlace,
  type Outcome,
  refuse,
  type Unmodelled,
  unmodelled,
} from "../kernel/outcome.ts";
import { withMap } from "../kernel/refs.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";

/**
 * What a map type does, as `struct bpf_map_ops` has it. A refusal is the rule that refuses; an
 * effect is the map after it, or the kernel where more than the map changes.
 */
export interface MapKind {
  /** `map_alloc_check`: the attributes alone. */
  readonly allocCheck: (k: Kernel, task: Task, attr: CreateAttr) => Rule | undefined;
  /** `map_alloc`: what needs memory or the caller's capabilities. */
  readonly alloc: (k: Kernel, task: Task, attr: CreateAttr) => Allocated | Rule | Unmodelled;
  /** `map_check_btf`: the types that BTF gives keys and values; no key where none is given. */
  readonly checkBtf: (
    attr: CreateAttr,
    key: BtfType | undefined,
    value: BtfType,
  ) => Rule | undefined;
  /** The first `most` bytes of a key's value. */
  readonly lookup: (map: BpfMap, key: string, most: number) => string | Rule;
  /** Where ids of objects stand in the value of a key. */
  readonly idsIn?: (k: Kernel, map: BpfMap) => readonly IdPlace[];
  /** `flags` are the low 32 bits; `high` says that one of the upper 32 is set. */
  readonly update: (
    map: BpfMap,
    key: string,
    value: string,
    flags: number,
    high: boolean,
    caller: Caller,
  ) => BpfMap | Effect | Rule | Unmodelled;
  readonly remove: (map: BpfMap, key: string, caller: Caller) => BpfMap | Effect | Rule;
  /** The key after `key`, or the first where `key` is undefined. */
  readonly nextKey: (map: BpfMap, key: string | undefined) => string | Rule;
}

/** Who changes a map, in which kernel: a key or a value may hold descriptors. */
export interface Caller {
  readonly k: Kernel;
  readonly task: Task;
}

/** What a change of a map does where it changes more than the map, and what the call returns. */
export interface Effect {
  readonly k: Kernel;
  readonly ret: number;
}

/** A change of a map as the outcome of the call that asked for it. */
export function outcomeOf(k: Kernel, changed: BpfMap | Effect | Rule | Unmodelled): Outcome {
  // The usual change stands first: this is on the hot path.
  if ("spec" in changed) return done(withMap(k, changed));
  if ("ret" in changed) return done(changed.k, changed.ret);
  return isRule(changed) ? refuse(k, changed) : unmodelled(k, changed.what);
}

export type CreateAttr = AttrOf<"MAP_CREATE">;

/** What an allocation adds to a map. */
export interface Allocated {
  readonly contents: Contents;
  readonly hashrnd: number;
  readonly bucketMask: number;
  /** Bytes that 5.10 charges to RLIMIT_MEMLOCK. */
  readonly cost: number;
}

/** Whether an operation answered with a rule, that is, refused. */
export function isRule(answer: object | string): answer is Rule {
  return typeof answer === "object" && "errno" in answer;
}

/** The attributes as unsigned 32-bit numbers, absent ones 0. */
export function sizes(attr: CreateAttr): Pick<
  MapSpec,
  "map_type" | "key_size" | "value_size" | "max_entries" | "map_flags"
> {
  return {
    map_type: (attr.map_type ?? 0) >>> 0,
    key_size: (attr.key_size ?? 0) >>> 0,
    value_size: (attr.value_size ?? 0) >>> 0,
    max_entries: (attr.max_entries ?? 0) >>> 0,
    map_flags: (attr.map_flags ?? 0) >>> 0,
  };
}

export function round8(n: number): number {
  return Math.ceil(n / 8) * 8;
}

export function pages(bytes: number): number {
  return Math.ceil(bytes / 4096);
}

/** `bpf_map_flags_access_ok`: not both RDONLY_PROG and WRONLY_PROG. */
export function bothProgFlags(flags: number): boolean {
  return (flags & 0x180) === 0x180;
}
