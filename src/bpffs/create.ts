import * as E from "fp-ts/lib/Either.js";
import type { Map as PMap } from "immutable";
import { MS_RDONLY } from "../abi/mount_flags.ts";
import type { Inode, Node } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { withInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { insideOf } from "../kernel/userns.ts";
import { MAY_EXEC, MAY_WRITE, permits } from "./permission.ts";
import { type Found, lookup, type Parent, walkToParent } from "./walk.ts";

/** What every call refuses that makes a name (fs/namei.c, filename_create and may_create). */
export const CREATE = rules("CREATE", {
  special: ["EEXIST", "the path ends in `.`, `..` or is `/`"],
  exists: ["EEXIST", "the name exists"],
  slash: ["ENOENT", "a slash follows the name and what is made is not a directory"],
  read_only: ["EROFS", "the file system is read-only"],
  overflow: [
    "EOVERFLOW",
    "the file system belongs to a user namespace that has not the caller's uid or gid",
  ],
  write: ["EACCES", "the directory may not be written to"],
});

/** Finds the free place for a new name, or says why there is none. */
export function freePlace(
  k: Kernel,
  task: Task,
  path: string,
  options: { readonly directory?: boolean; readonly dirfd?: number | undefined } = {},
): E.Either<Rule, Parent> {
  const walked = walkToParent(k, task, path, options.dirfd);
  if (E.isLeft(walked)) return walked;
  const { dir, name, slash } = walked.right;
  if (name === "/" || name === "." || name === "..") return E.left(CREATE.special);
  const found = lookup(k, dir, name);
  if (E.isLeft(found)) return found;
  if (found.right !== undefined) return E.left(CREATE.exists);
  if (slash && options.directory !== true) return E.left(CREATE.slash);
  return isReadOnly(k, dir) ? E.left(CREATE.read_only) : walked;
}

/** Whether the file system of a file, or the mount by which it is seen, takes no changes. */
export function isReadOnly(k: Kernel, { mount, inode }: Found): boolean {
  const isShownSo = (k.fs.mounts.get(mount)!.flags & MS_RDONLY) !== 0;
  return isShownSo || k.fs.superblocks.get(inode.sb)!.readOnly;
}

/** Why nothing may be made in a directory (`may_create`), once the place is found. */
export function mayCreate(k: Kernel, task: Task, { inode }: Found): Rule | undefined {
  const { ids } = k.userns.get(k.fs.superblocks.get(inode.sb)!.userns)!;
  const { uid, gid } = task.cred;
  if (insideOf(ids.uid, uid) === undefined || insideOf(ids.gid, gid) === undefined) {
    return CREATE.overflow;
  }
  return permits(task, inode, MAY_WRITE | MAY_EXEC) ? undefined : CREATE.write;
}

/** Puts a new inode under a name. */
export function addName(k: Kernel, parent: Parent, made: Omit<Inode, "sb" | "opens">): Kernel {
  const number = k.fs.nextInode;
  const inode: Inode = { ...made, sb: parent.dir.inode.sb, opens: 0 };
  const fs = { ...k.fs, inodes: k.fs.inodes.set(number, inode), nextInode: number + 1 };
  return enter({ ...k, fs }, parent.dir.number, parent.name, number, made.node.kind === "dir");
}

type Dir = Extract<Node, { kind: "dir" }>;

export function entriesOf(inode: Inode): PMap<string, number> {
  return (inode.node as Dir).entries;
}

/** Enters a name in a directory; a subdirectory's `..` is one more link to it. */
export function enter(
  k: Kernel,
  dirNumber: number,
  name: string,
  number: number,
  isDir: boolean,
): Kernel {
  const dir = k.fs.inodes.get(dirNumber)!;
  const node: Node = { ...(dir.node as Dir), entries: entriesOf(dir).set(name, number) };
  return withInode(k, dirNumber, { ...dir, node, nlink: dir.nlink + (isDir ? 1 : 0) });
}

export function leave(k: Kernel, dirNumber: number, name: string, isDir: boolean): Kernel {
  const dir = k.fs.inodes.get(dirNumber)!;
  const node: Node = { ...(dir.node as Dir), entries: entriesOf(dir).delete(name) };
  return withInode(k, dirNumber, { ...dir, node, nlink: dir.nlink - (isDir ? 1 : 0) });
}

/** Owner and mode of a new inode: a set-group-id directory passes its group on. */
export function owned(task: Task, dir: Inode, mode: number, isDir: boolean) {
  const inherits = (dir.mode & 0o2000) !== 0;
  return {
    uid: task.cred.uid,
    gid: inherits ? dir.gid : task.cred.gid,
    mode: isDir && inherits ? mode | 0o2000 : mode,
  };
}
