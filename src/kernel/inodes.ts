import type { Map as PMap, OrderedMap } from "immutable";
import type { Radix } from "./radix.ts";

/** What a node of a file system is. */
export type Node =
  | { readonly kind: "dir"; readonly entries: PMap<string, number>; readonly parent: number }
  | { readonly kind: "symlink"; readonly target: string }
  /** A pinned object of a bpffs. */
  | { readonly kind: "pin"; readonly of: "map" | "prog" | "link"; readonly id: number }
  | { readonly kind: "file" };

export interface Inode {
  readonly node: Node;
  /** Permission bits, with set-id and sticky bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The superblock it belongs to. */
  readonly sb: number;
  /** Names and, for a directory, its own `.` and its subdirectories' `..`. */
  readonly nlink: number;
  /** Open files and working directories that hold it, and removed directories that were in it and are still held. */
  readonly opens: number;
  /** What truncate(2) made of the size, which is 0 at first. */
  readonly size?: number;
  /** Extended attributes by their full names (7.2), the first one first. */
  readonly xattrs?: OrderedMap<string, string>;
}

/** A mounted file system instance. */
export interface Superblock {
  readonly type: "rootfs" | "sysfs" | "tmpfs" | "bpf";
  readonly root: number;
  /** Nothing on it can be made, moved or removed. */
  readonly readOnly: boolean;
}

/** The file systems and where they are mounted. */
export interface FileSystem {
  readonly inodes: Radix<Inode>;
  readonly nextInode: number;
  readonly superblocks: Radix<Superblock>;
  /** Superblock mounted on a directory, by the directory's inode. */
  readonly mounts: Radix<number>;
  readonly root: number;
}
