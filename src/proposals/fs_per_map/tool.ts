/** What a shell does with a mounted map, and what the kernel keeps for it. */
import type { Kernel } from "../../kernel/kernel.ts";
import type { Machine } from "../../machine/machine.ts";
import { cat, ls } from "../keys_as_files/tool.ts";
import type { MapMountCall } from "./call.ts";

type MapMountMachine = Machine<MapMountCall>;

/** `ls PATH`, or what refused it. */
export function lsMount(
  machine: MapMountMachine,
  path: string,
): readonly string[] | MapMountMachine["result"] {
  return ls(machine, path);
}

/** `cat PATH`, or what refused it. */
export function catMount(
  machine: MapMountMachine,
  path: string,
): string | MapMountMachine["result"] {
  return cat(machine, path);
}

/** Objects of the kernel that names cost. */
export interface Footprint {
  readonly superblocks: number;
  readonly mounts: number;
  readonly inodes: number;
}

/** What a kernel has of them. */
export function footprint({ fs }: Kernel): Footprint {
  return { superblocks: fs.superblocks.size, mounts: fs.mounts.size, inodes: fs.inodes.size };
}

/**
 * Bytes of the structs alone, as the BTF of 6.18.44 (x86-64) gives their sizes; each inode has a
 * dentry. What hangs below them (LRU lists, per-CPU counters, security blobs) comes on top.
 */
export const STRUCT_BYTES = { super_block: 1472, mount: 352, inode: 616, dentry: 192 } as const;

/** The least that a kernel keeps in memory for so much. */
export function bytesFor({ superblocks, mounts, inodes }: Footprint): number {
  const { super_block, mount, inode, dentry } = STRUCT_BYTES;
  return superblocks * super_block + mounts * mount + inodes * (inode + dentry);
}
