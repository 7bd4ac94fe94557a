/** System calls that make and remove names (fs/namei.c), on a bpffs or a tmpfs. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import type { Node } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { detachMounts, isMountPoint } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { keepOrFree, openInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { addName, entriesOf, freePlace, isReadOnly, leave, mayCreate, owned } from "./create.ts";
import { MAY_EXEC, MAY_WRITE, permits, stickyForbids } from "./permission.ts";
import { type Found, inodeAt, lookup, type Parent, PATH, pathAt, walkToParent } from "./walk.ts";

/** What every call refuses that takes a name away (fs/namei.c, may_delete). */
export const DELETE = rules("DELETE", {
  read_only: ["EROFS", "the file system is read-only; checked before the name is looked up"],
  write: ["EACCES", "the directory may not be written to"],
  sticky: ["EPERM", "the directory is sticky and neither it nor the file is the caller's"],
});

export const RMDIR = rules("rmdir", {
  dot: ["EINVAL", "the path ends in `.`"],
  dotdot: ["ENOTEMPTY", "the path ends in `..`"],
  root: ["EBUSY", "the path is `/`"],
  not_dir: ["ENOTDIR", "the path names no directory"],
  busy: ["EBUSY", "something is mounted on the directory, in the caller's mount namespace"],
  not_empty: ["ENOTEMPTY", "the directory has entries"],
});

export const UNLINK = rules("unlink", {
  special: ["EISDIR", "the path ends in `.`, `..` or is `/`"],
  slash_dir: ["EISDIR", "a slash follows the name of a directory"],
  slash: ["ENOTDIR", "a slash follows the name of something else"],
  dir: ["EISDIR", "the path names a directory"],
  busy: ["EBUSY", "something is mounted on the file, in the caller's mount namespace"],
});

/** Whether the model may change the file system that a directory is on. */
export function changeable(k: Kernel, dir: Found): boolean {
  const { type } = k.fs.superblocks.get(dir.inode.sb)!;
  return type === "bpf" || type === "tmpfs";
}

export const ELSEWHERE = "changes to a file system other than bpffs and tmpfs";

/** mkdir(2) */
export function mkdir(k: Kernel, task: Task, path: string, mode: number): Outcome {
  const named = pathAt([], path);
  if (E.isLeft(named)) return refuse(k, named.left);
  const place = freePlace(k, task, path, { directory: true });
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  if (!changeable(k, dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  const bits = mode & 0o1777 & ~task.umask;
  const node: Node = { kind: "dir", entries: PMap<string, number>(), parent: dir.number };
  return done(
    addName(k, place.right, { node, nlink: 2, ...owned(task, dir.inode, bits, true) }),
  );
}

/** symlink(2) */
export function symlink(k: Kernel, task: Task, target: string, path: string): Outcome {
  for (const text of [target, path]) {
    const named = pathAt([], text);
    if (E.isLeft(named)) return refuse(k, named.left);
  }
  const place = freePlace(k, task, path);
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  if (!changeable(k, dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  const node: Node = { kind: "symlink", target };
  return done(
    addName(k, place.right, { node, nlink: 1, ...owned(task, dir.inode, 0o777, false) }),
  );
}

/** Why a name may not be taken out of its directory, if so. */
export function mayDelete(task: Task, dir: Found, victim: Found): Rule | undefined {
  if (!permits(task, dir.inode, MAY_WRITE | MAY_EXEC)) return DELETE.write;
  return stickyForbids(task, dir.inode, victim.inode) ? DELETE.sticky : undefined;
}

/** The inode that a name itself stands for, mounts on it left aside. */
export function named(k: Kernel, parent: Parent): E.Either<Rule, Found> {
  const found = lookup(k, parent.dir, parent.name);
  if (E.isLeft(found)) return found;
  if (found.right === undefined) return E.left(PATH.absent);
  const inode = entriesOf(parent.dir.inode).get(parent.name)!;
  return E.right(inodeAt(k, { mount: parent.dir.mount, inode }));
}

/** unlink(2) */
export function unlink(k: Kernel, task: Task, path: string): Outcome {
  const text = pathAt([], path);
  if (E.isLeft(text)) return refuse(k, text.left);
  const parent = walkToParent(k, task, path);
  if (E.isLeft(parent)) return refuse(k, parent.left);
  const { dir, name, slash } = parent.right;
  if (name === "/" || name === "." || name === "..") return refuse(k, UNLINK.special);
  if (isReadOnly(k, dir)) return refuse(k, DELETE.read_only);
  const victim = named(k, parent.right);
  if (E.isLeft(victim)) return refuse(k, victim.left);
  const isDir = victim.right.inode.node.kind === "dir";
  if (slash) return refuse(k, isDir ? UNLINK.slash_dir : UNLINK.slash);
  if (!changeable(k, dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayDelete(task, dir, victim.right);
  if (refused !== undefined) return refuse(k, refused);
  if (isDir) return refuse(k, UNLINK.dir);
  if (isMountPoint(k, task.ns, victim.right.number)) return refuse(k, UNLINK.busy);
  return done(drop(k, dir.number, name, victim.right));
}

/** Takes a name out and lets go of what it named. */
export function drop(k: Kernel, dir: number, name: string, victim: Found): Kernel {
  const left = detachMounts(leave(k, dir, name, false), victim.number);
  const inode = left.fs.inodes.get(victim.number)!;
  return keepOrFree(left, victim.number, { ...inode, nlink: inode.nlink - 1 });
}

/** rmdir(2) */
export function rmdir(k: Kernel, task: Task, path: string): Outcome {
  const text = pathAt([], path);
  if (E.isLeft(text)) return refuse(k, text.left);
  const parent = walkToParent(k, task, path);
  if (E.isLeft(parent)) return refuse(k, parent.left);
  const { dir, name } = parent.right;
  if (name === "..") return refuse(k, RMDIR.dotdot);
  if (name === ".") return refuse(k, RMDIR.dot);
  if (name === "/") return refuse(k, RMDIR.root);
  if (isReadOnly(k, dir)) return refuse(k, DELETE.read_only);
  const victim = named(k, parent.right);
  if (E.isLeft(victim)) return refuse(k, victim.left);
  const isBusy = isMountPoint(k, task.ns, victim.right.number);
  if (!isBusy && !changeable(k, dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayDelete(task, dir, victim.right);
  if (refused !== undefined) return refuse(k, refused);
  if (victim.right.inode.node.kind !== "dir") return refuse(k, RMDIR.not_dir);
  if (isBusy) return refuse(k, RMDIR.busy);
  if (entriesOf(victim.right.inode).size > 0) return refuse(k, RMDIR.not_empty);
  return done(dropDir(k, dir.number, name, victim.right.number));
}

/** Takes a directory away; while it is open, it holds the one it was in, which is still its `..`. */
export function dropDir(k: Kernel, dir: number, name: string, number: number): Kernel {
  const left = detachMounts(openInode(leave(k, dir, name, true), dir), number);
  return keepOrFree(left, number, { ...left.fs.inodes.get(number)!, nlink: 0 });
}
