/** What the proposal of a file system for each map adds to a kernel. */
import { Map as PMap } from "immutable";
import type { Kernel } from "../../kernel/kernel.ts";
import { putProg } from "../../kernel/refs.ts";
import type { K as KeysK, Keys } from "../keys_as_files/state.ts";
import type { Proposed } from "../proposal.ts";

/** What the text leaves open, and the limits of Linux as a machine is to have them. */
export interface MapMountOptions {
  /** Files of keys are only read ("inspected"), or written and removed as well. */
  readonly writable: boolean;
  /** A program cannot be mounted, or has a tree without a name in it. */
  readonly programs: "refused" | "empty";
  /** OBJ_GET of the root of a mount gives a descriptor of its map. */
  readonly descriptors: boolean;
  /** `fs.mount-max`. */
  readonly mountMax: number;
  /** Numbers for file systems without a device. */
  readonly anonymous: number;
}

export const AS_WRITTEN: MapMountOptions = {
  writable: false,
  programs: "refused",
  descriptors: false,
  mountMax: 100_000,
  anonymous: 2 ** 20 - 1,
};

/** The superblock of a map or program. */
export interface Tree {
  readonly of: "map" | "prog";
  readonly id: number;
  readonly root: number;
  /** The options that it was mounted with first, without `fd`. */
  readonly given: string;
}

export interface MapMounts extends Keys {
  readonly options: MapMountOptions;
  /** By superblock. */
  readonly trees: PMap<number, Tree>;
}

export type K = Proposed<MapMounts>;

export function withMounts(k: Kernel, proposed: MapMounts): K {
  return { ...k, proposed };
}

/** The same kernel, as the proposal of keys as files sees it: it carries on what it does not know. */
export function asKeys(k: K): KeysK {
  return k as unknown as KeysK;
}

/** What a superblock that the kernel let go of held; the directory of a map's keys lets go itself. */
export function dropTrees(k: K): K {
  let now = k;
  for (const [sb, { of, id }] of k.proposed.trees) {
    if (k.fs.superblocks.get(sb) !== undefined) continue;
    now = withMounts(now, { ...now.proposed, trees: now.proposed.trees.delete(sb) });
    if (of === "prog") now = putProg(now, id) as K;
  }
  return now;
}

export function noMounts(keys: Keys, options: MapMountOptions): MapMounts {
  return { ...keys, options, trees: PMap<number, Tree>() };
}
