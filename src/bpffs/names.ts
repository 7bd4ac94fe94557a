/** System calls that make, move and remove names (fs/namei.c), on a bpffs or a tmpfs. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import type { Inode, Node } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { keepOrFree, openInode, withInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import {
  addName,
  enter,
  entriesOf,
  freePlace,
  isReadOnly,
  leave,
  mayCreate,
  owned,
} from "./create.ts";
import { MAY_EXEC, MAY_WRITE, permits, stickyForbids } from "./permission.ts";
import { detachMounts, isMountPoint } from "../kernel/mounts.ts";
import { DELTA, has } from "../versions/deltas.ts";
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
function changeable(k: Kernel, dir: Found): boolean {
  const { type } = k.fs.superblocks.get(dir.inode.sb)!;
  return type === "bpf" || type === "tmpfs";
}

const ELSEWHERE = "changes to a file system other than bpffs and tmpfs";

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
function mayDelete(task: Task, dir: Found, victim: Found): Rule | undefined {
  if (!permits(task, dir.inode, MAY_WRITE | MAY_EXEC)) return DELETE.write;
  return stickyForbids(task, dir.inode, victim.inode) ? DELETE.sticky : undefined;
}

/** The inode that a name itself stands for, mounts on it left aside. */
function named(k: Kernel, parent: Parent): E.Either<Rule, Found> {
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
function drop(k: Kernel, dir: number, name: string, victim: Found): Kernel {
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
function dropDir(k: Kernel, dir: number, name: string, number: number): Kernel {
  const left = detachMounts(openInode(leave(k, dir, name, true), dir), number);
  return keepOrFree(left, number, { ...left.fs.inodes.get(number)!, nlink: 0 });
}

export const RENAME = rules("rename", {
  cross: ["EXDEV", "the two paths are on different mounts, be it of one file system"],
  special: ["EBUSY", "one of the paths ends in `.`, `..` or is `/`"],
  over_parent_first: [
    "ENOTEMPTY",
    "the new path is a directory on the way to the old one",
    { since: "7.2" },
  ],
  old_slash: ["ENOTDIR", "a slash follows the old name and it is no directory"],
  new_slash: ["ENOTDIR", "a slash follows the new name and the old one is no directory"],
  into_itself: ["EINVAL", "the new path is below the directory that is moved"],
  over_parent: ["ENOTEMPTY", "the new path is a directory on the way to the old one", {
    until: "6.18",
  }],
  over_file: ["ENOTDIR", "a directory would replace something else"],
  over_dir: ["EISDIR", "something else would replace a directory"],
  moved_dir: ["EACCES", "a directory changes its parent and may itself not be written to"],
  busy: [
    "EBUSY",
    "something is mounted on what is moved or would be replaced, in the caller's mount namespace",
  ],
  not_empty: ["ENOTEMPTY", "the directory that would be replaced has entries"],
});

/** Whether `number` is `dir` or above it, within one file system. */
function isAncestor(k: Kernel, number: number, dir: number): boolean {
  if (number === dir) return true;
  const node = k.fs.inodes.get(dir)!.node as Extract<Node, { kind: "dir" }>;
  return node.parent !== dir && isAncestor(k, number, node.parent);
}

function isSpecial({ name }: Parent): boolean {
  return name === "/" || name === "." || name === "..";
}

/** rename(2) */
export function rename(k: Kernel, task: Task, from: string, to: string): Outcome {
  const source = E.chain((text: string) => walkToParent(k, task, text))(pathAt([], from));
  if (E.isLeft(source)) return refuse(k, source.left);
  const target = E.chain((text: string) => walkToParent(k, task, text))(pathAt([], to));
  if (E.isLeft(target)) return refuse(k, target.left);
  if (source.right.dir.mount !== target.right.dir.mount) return refuse(k, RENAME.cross);
  if (isSpecial(source.right) || isSpecial(target.right)) return refuse(k, RENAME.special);
  if (isReadOnly(k, source.right.dir)) return refuse(k, DELETE.read_only);
  return move(k, task, source.right, target.right);
}

function move(k: Kernel, task: Task, source: Parent, target: Parent): Outcome {
  const old = named(k, source);
  if (E.isLeft(old)) return refuse(k, old.left);
  const there = lookup(k, target.dir, target.name);
  if (E.isLeft(there)) return refuse(k, there.left);
  const victim = there.right === undefined ? undefined : named(k, target);
  const over = victim !== undefined && E.isRight(victim) ? victim.right : undefined;
  const isDir = old.right.inode.node.kind === "dir";
  const isAbove = over?.inode.node.kind === "dir" && isAncestor(k, over.number, source.dir.number);
  if (isAbove && has(k.version, DELTA.rename_trap_first)) {
    return refuse(k, RENAME.over_parent_first);
  }
  if (!isDir && source.slash) return refuse(k, RENAME.old_slash);
  if (!isDir && target.slash) return refuse(k, RENAME.new_slash);
  if (isDir && isAncestor(k, old.right.number, target.dir.number)) {
    return refuse(k, RENAME.into_itself);
  }
  if (isAbove) return refuse(k, RENAME.over_parent);
  if (over?.number === old.right.number) return done(k);
  if (!changeable(k, source.dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayMove(k, task, source, target, old.right, over);
  return refused !== undefined
    ? refuse(k, refused)
    : done(moved(k, source, target, old.right, over));
}

function mayMove(
  k: Kernel,
  task: Task,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
): Rule | undefined {
  const isDir = old.inode.node.kind === "dir";
  const gone = mayDelete(task, source.dir, old);
  if (gone !== undefined) return gone;
  if (over === undefined) {
    const refused = mayCreate(k, task, target.dir);
    if (refused !== undefined) return refused;
  } else {
    const replaced = mayDelete(task, target.dir, over);
    if (replaced !== undefined) return replaced;
    const overDir = over.inode.node.kind === "dir";
    if (isDir && !overDir) return RENAME.over_file;
    if (!isDir && overDir) return RENAME.over_dir;
  }
  const leaves = isDir && source.dir.number !== target.dir.number;
  if (leaves && !permits(task, old.inode, MAY_WRITE)) return RENAME.moved_dir;
  const isBusy = [old, over].some((each) =>
    each !== undefined && isMountPoint(k, task.ns, each.number)
  );
  if (isBusy) return RENAME.busy;
  const full = over !== undefined && isDir && entriesOf(over.inode).size > 0;
  return full ? RENAME.not_empty : undefined;
}

function moved(
  k: Kernel,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
): Kernel {
  const isDir = old.inode.node.kind === "dir";
  const cleared = over === undefined
    ? k
    : isDir
    ? dropDir(k, target.dir.number, target.name, over.number)
    : drop(k, target.dir.number, target.name, over);
  const left = leave(cleared, source.dir.number, source.name, isDir);
  const entered = enter(left, target.dir.number, target.name, old.number, isDir);
  const inode: Inode = entered.fs.inodes.get(old.number)!;
  if (inode.node.kind !== "dir") return entered;
  const node = { ...inode.node, parent: target.dir.number };
  return withInode(entered, old.number, { ...inode, node });
}
