/** What the proposal of a file system for each map adds to a kernel. */
import { Map as PMap } from "immutable";
import type { FileSystem } from "../../kernel/inodes.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Radix } from "../../kernel/radix.ts";
import { putProg } from "../../kernel/refs.ts";
import { dropDir } from "../keys_as_files/expand.ts";
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

type Mounts = FileSystem["mounts"];

export interface MapMounts extends Keys {
  readonly options: MapMountOptions;
  /** By superblock. */
  readonly trees: PMap<number, Tree>;
  /** The mount namespace of each task that left the first one. */
  readonly space: PMap<number, number>;
  /** The namespace whose mounts the kernel has; those of the others are kept here. */
  readonly current: number;
  readonly spaces: PMap<number, Mounts>;
}

export type K = Proposed<MapMounts>;

export function withMounts(k: Kernel, proposed: MapMounts): K {
  return { ...k, proposed };
}

/** The same kernel, as the proposal of keys as files sees it: it carries on what it does not know. */
export function asKeys(k: K): KeysK {
  return k as unknown as KeysK;
}

export function spaceOf({ proposed }: K, task: number): number {
  return proposed.space.get(task) ?? 0;
}

/** The kernel as a task sees it: with the mounts of its own namespace. */
export function enter(k: K, task: number): K {
  const space = spaceOf(k, task);
  const { current, spaces } = k.proposed;
  if (space === current) return k;
  const mounts = spaces.get(space)!;
  const fs = { ...k.fs, mounts };
  const left = spaces.set(current, k.fs.mounts).delete(space);
  return withMounts({ ...k, fs }, { ...k.proposed, current: space, spaces: left });
}

/** A task in a namespace of its own, which begins as a copy of the one that it leaves. */
export function leaveSpace(k: K, task: number): K {
  const { current, spaces, space } = k.proposed;
  const numbers = [current, ...spaces.keys()];
  const next = Math.max(...numbers) + 1;
  return withMounts(k, {
    ...k.proposed,
    space: space.set(task, next),
    current: next,
    spaces: spaces.set(current, k.fs.mounts),
  });
}

/** Every table of mounts that there is. */
export function allMounts(k: K): readonly Mounts[] {
  return [k.fs.mounts, ...k.proposed.spaces.values()];
}

/** Namespaces in which nobody is left lose their mounts. The machine never leaves its first one. */
export function dropSpaces(k: K): K {
  const { current, spaces } = k.proposed;
  const lived = new Set([0]);
  for (const { number, alive } of k.tasks.values()) if (alive) lived.add(spaceOf(k, number));
  if (lived.has(current) && [...spaces.keys()].every((space) => lived.has(space))) return k;
  const left = spaces.filter((_, space) => lived.has(space));
  if (lived.has(current)) return withMounts(k, { ...k.proposed, spaces: left });
  const mounts = left.get(0)!;
  const proposed = { ...k.proposed, current: 0, spaces: left.delete(0) };
  return withMounts({ ...k, fs: { ...k.fs, mounts } }, proposed);
}

/** A directory that is removed in one namespace takes the mounts on it in the others along. */
export function dropPlaces(k: K): K {
  const isThere = (at: number) => (k.fs.inodes.get(at)?.nlink ?? 0) > 0;
  const gone = allMounts(k).some((mounts) =>
    Array.from(mounts.entries()).some(([at]) => !isThere(at))
  );
  if (!gone) return k;
  const kept = (mounts: Mounts) =>
    Array.from(mounts.entries()).reduce(
      (left, [at]) => isThere(at) ? left : left.delete(at),
      mounts,
    );
  const proposed = { ...k.proposed, spaces: k.proposed.spaces.map(kept) };
  return withMounts({ ...k, fs: { ...k.fs, mounts: kept(k.fs.mounts) } }, proposed);
}

/** Superblocks that are mounted nowhere and of which nothing is open let go of their object. */
export function dropTrees(k: K): K {
  const mounted = new Set(allMounts(k).flatMap((mounts) => Array.from(mounts.values())));
  let now = k;
  for (const [sb, tree] of k.proposed.trees) {
    if (!mounted.has(sb) && !isOpen(now, tree)) now = dropTree(now, sb, tree);
  }
  return now;
}

/** Whether the root or a file of a tree is open. */
export function isOpen(k: K, { root }: Tree): boolean {
  if (k.fs.inodes.get(root)!.opens > 0) return true;
  return Array.from(k.proposed.files.values()).some(({ dir }) => dir === root);
}

function dropTree(k: K, sb: number, { of, id, root }: Tree): K {
  const fs = {
    ...k.fs,
    inodes: k.fs.inodes.delete(root),
    superblocks: k.fs.superblocks.delete(sb),
  };
  const without = withMounts({ ...k, fs }, { ...k.proposed, trees: k.proposed.trees.delete(sb) });
  if (of === "prog") return putProg(without, id) as K;
  const dir = without.proposed.dirs.get(root)!;
  return dropDir(asKeys(without), root, dir) as unknown as K;
}

export function noMounts(keys: Keys, options: MapMountOptions): MapMounts {
  return {
    ...keys,
    options,
    trees: PMap<number, Tree>(),
    space: PMap<number, number>(),
    current: 0,
    spaces: PMap<number, Radix<number>>(),
  };
}
