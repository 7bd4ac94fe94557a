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
  /**
   * Open files, working directories and mounts that hold it, and removed directories that were in
   * it and are still held.
   */
  readonly opens: number;
  /** What truncate(2) made of the size, which is 0 at first. */
  readonly size?: number;
  /** Extended attributes by their full names (7.2), the first one first. */
  readonly xattrs?: OrderedMap<string, string>;
}

/** What a bpffs lets a token delegate (`delegate_*`), as bit masks. */
export interface Delegation {
  readonly cmds: bigint;
  readonly maps: bigint;
  readonly progs: bigint;
  readonly attachs: bigint;
}

/** An instance of a file system. It lives as long as a mount of it does. */
export interface Superblock {
  readonly type: "rootfs" | "sysfs" | "tmpfs" | "bpf";
  readonly root: number;
  /** Nothing on it can be made, moved or removed, by whichever mount. */
  readonly readOnly: boolean;
  /** Options that are the superblock's and that nothing here looks at but `mounts`: SB_* bits. */
  readonly flags: number;
  readonly delegation: Delegation;
  /** The user namespace that it was made in. */
  readonly userns: number;
  /** The mount namespace that it was made in. */
  readonly ns: number;
}

/** A file or directory as it is seen by a mount. */
export interface Place {
  readonly mount: number;
  readonly inode: number;
}

/** A mount: a superblock, or a part of it, shown at a place. */
export interface Mount {
  readonly sb: number;
  /** The inode that it shows at its place: the root of its superblock, unless it was bound. */
  readonly root: number;
  /** Where it is mounted; none for the root of a namespace and for what was taken away. */
  readonly on: Place | undefined;
  /** The mount namespace that it is in; none once it is unmounted. */
  readonly ns: number | undefined;
  /** MS_RDONLY, MS_NOSUID and so on, as far as they are the mount's own. */
  readonly flags: number;
  readonly source: string;
  /** It cannot be taken away alone: it came from a namespace of more privilege. */
  readonly locked: boolean;
  /**
   * Flags that cannot be taken from it, for the same reason; its access time flags cannot be changed
   * then either.
   */
  readonly kept: number | undefined;
  /** Counts attachments, so that mounts on one mount have an order. */
  readonly attached: number;
  /** Open files and working directories on it. */
  readonly refs: number;
}

/** A mount namespace: what its tasks see under `/`. */
export interface MountNamespace {
  /** The mount that is its `/`. */
  readonly root: number;
  /** The user namespace that owns it. */
  readonly userns: number;
  /** Tasks in it; with the last one it goes, and its mounts. */
  readonly tasks: number;
}

/** The file systems and where they are mounted. */
export interface FileSystem {
  readonly inodes: Radix<Inode>;
  readonly nextInode: number;
  readonly superblocks: Radix<Superblock>;
  readonly nextSuperblock: number;
  /** In the order in which they were made, which is the order of /proc/mounts. */
  readonly mounts: Radix<Mount>;
  readonly nextMount: number;
  readonly namespaces: Radix<MountNamespace>;
  readonly nextNamespace: number;
}

export const NO_DELEGATION: Delegation = { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n };
