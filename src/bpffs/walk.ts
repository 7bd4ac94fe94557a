/**
 * Path resolution as far as a bpffs and the directories above it need it (fs/namei.c). A refusal is
 * one of the rules of PATH; it is the same whichever call has the path.
 */
import * as E from "fp-ts/lib/Either.js";
import { AT_FDCWD, S_IALLUGO } from "../abi/file_flags.ts";
import { NAME_MAX, PATH_MAX } from "../abi/limits.ts";
import { type Memory, type Ptr, readString } from "../abi/memory.ts";
import { MS_NOSYMFOLLOW } from "../abi/mount_flags.ts";
import { anyFileAt } from "../kernel/fds.ts";
import type { Inode, Place } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { MAY_EXEC, permits } from "./permission.ts";

export const PATH = rules("PATH", {
  fault: ["EFAULT", "the path cannot be read"],
  too_long: ["ENAMETOOLONG", "the path has no NUL within 4,096 bytes"],
  empty: ["ENOENT", "the path is empty"],
  path_fd: ["EBADF", "the path is relative and the directory descriptor is not open"],
  path_fd_not_dir: ["ENOTDIR", "the path is relative and the descriptor is not a directory"],
  not_dir: ["ENOTDIR", "a name before the last is not a directory"],
  search: ["EACCES", "a directory on the way may not be searched"],
  dot: ["EPERM", "a name on a bpffs has a `.` in it"],
  name_too_long: [
    "ENAMETOOLONG",
    "a name has more than 255 bytes (on sysfs it just does not exist)",
  ],
  absent: ["ENOENT", "a name does not exist, or its directory was removed"],
  escaped: ["ENOENT", "`..` of a directory that was moved out of what its mount shows"],
  sticky_link: [
    "EACCES",
    "the last name is a symlink in a sticky directory that all may write to, and is neither the caller's nor the directory owner's (`fs.protected_symlinks`)",
  ],
  nosymfollow: ["ELOOP", "a symlink is to be followed and its mount has MS_NOSYMFOLLOW"],
  loop: ["ELOOP", "more than 40 symlinks on the way"],
});

const MAXSYMLINKS = 40;

export interface Found {
  /** The mount by which it is seen. */
  readonly mount: number;
  readonly number: number;
  readonly inode: Inode;
}

/** A name about to be looked up, in a directory that was found and may be searched. */
export interface Parent {
  readonly dir: Found;
  readonly name: string;
  /** A slash follows the name. */
  readonly slash: boolean;
}

type Walked<A> = E.Either<Rule, A>;

/** Reads a path argument (`getname`). */
export function pathAt(memory: Memory, ptr: Ptr | undefined): Walked<string> {
  const path = readString(memory, ptr, PATH_MAX);
  if (path === undefined) return E.left(PATH.fault);
  if (path.length === PATH_MAX) return E.left(PATH.too_long);
  return path === "" ? E.left(PATH.empty) : E.right(path);
}

export function inodeAt(k: Kernel, { mount, inode: number }: Place): Found {
  return { mount, number, inode: k.fs.inodes.get(number)! };
}

export function placeOf({ mount, number }: Found): Place {
  return { mount, inode: number };
}

/** The mount that hides a place, if one does. */
function mountOn(k: Kernel, { mount, inode }: Place): number | undefined {
  for (const [number, { on }] of k.fs.mounts.entries()) {
    if (on?.inode === inode && on.mount === mount) return number;
  }
  return undefined;
}

/** Steps through mounts: what is mounted on a place hides it. */
export function mountedOn(k: Kernel, place: Place): Place {
  const mount = mountOn(k, place);
  return mount === undefined ? place : mountedOn(k, { mount, inode: k.fs.mounts.get(mount)!.root });
}

/** The place that the root of a mount is mounted on, or itself where there is none. */
function mountPoint(k: Kernel, place: Place): Place {
  const { root, on } = k.fs.mounts.get(place.mount)!;
  return root !== place.inode || on === undefined ? place : mountPoint(k, on);
}

/** `..`: through the mount that the directory is the root of. */
function parentOf(k: Kernel, dir: Found): Walked<Found> {
  const at = mountPoint(k, placeOf(dir));
  const { node } = k.fs.inodes.get(at.inode)!;
  const mount = k.fs.mounts.get(at.mount)!;
  // The root of a mount that is mounted nowhere is its own parent.
  const isTop = at.inode === mount.root || node.kind !== "dir";
  const up = isTop ? at.inode : node.parent;
  if (!isTop && !isBelow(k, up, mount.root)) return E.left(PATH.escaped);
  return E.right(inodeAt(k, mountedOn(k, { mount: at.mount, inode: up })));
}

/** Whether a directory is `top` or below it (`path_connected`). */
function isBelow(k: Kernel, number: number, top: number): boolean {
  if (number === top) return true;
  const { node } = k.fs.inodes.get(number)!;
  return node.kind === "dir" && node.parent !== number && isBelow(k, node.parent, top);
}

/** `/` as the task sees it. */
function rootOf(k: Kernel, task: Task): Found {
  const { root } = k.fs.namespaces.get(task.ns)!;
  return inodeAt(k, { mount: root, inode: k.fs.mounts.get(root)!.root });
}

/** Where a path starts: the root, the working directory, or a directory descriptor. */
function start(k: Kernel, task: Task, path: string, dirfd: number | undefined): Walked<Found> {
  if (path.startsWith("/")) return E.right(rootOf(k, task));
  if (dirfd === undefined) return E.right(inodeAt(k, task.cwd));
  const file = anyFileAt(k, task, dirfd);
  if (file === undefined) return E.left(PATH.path_fd);
  if (file.object.of !== "inode") return E.left(PATH.path_fd_not_dir);
  const found = inodeAt(k, file.object);
  return found.inode.node.kind === "dir" ? E.right(found) : E.left(PATH.path_fd_not_dir);
}

/** The directory of sysfs that is there for a bpffs; its lookup finds nothing, be it to make a name. */
const SYS_FS_BPF = 5;

/** One name in a directory that may be searched; undefined where the name is free. */
export function lookup(k: Kernel, dir: Found, name: string): Walked<Found | undefined> {
  const node = dir.inode.node;
  if (node.kind !== "dir") return E.left(PATH.not_dir);
  if (dir.inode.nlink === 0) return E.left(PATH.absent);
  const number = node.entries.get(name);
  if (number !== undefined) {
    return E.right(inodeAt(k, mountedOn(k, { mount: dir.mount, inode: number })));
  }
  if (dir.number === SYS_FS_BPF) return E.left(PATH.absent);
  if (isBpffs(k, dir.inode) && (dir.inode.mode & S_IALLUGO) !== 0 && name.includes(".")) {
    return E.left(PATH.dot);
  }
  const limited = k.fs.superblocks.get(dir.inode.sb)!.type !== "sysfs";
  return limited && name.length > NAME_MAX ? E.left(PATH.name_too_long) : E.right(undefined);
}

export function isBpffs(k: Kernel, inode: Inode): boolean {
  return k.fs.superblocks.get(inode.sb)!.type === "bpf";
}

/** The names of a path and whether a slash follows the last one. */
function split(path: string): { names: readonly string[]; slash: boolean } {
  return { names: path.split("/").filter((name) => name !== ""), slash: path.endsWith("/") };
}

interface Budget {
  links: number;
}

/**
 * Walks to the directory of the last name. For a path without a name (`/`) or ending in `.` or
 * `..`, the name is that special one.
 */
export function walkToParent(
  k: Kernel,
  task: Task,
  path: string,
  dirfd?: number,
): Walked<Parent> {
  return parentWithin(k, task, start(k, task, path, dirfd), path, { links: 0 });
}

function parentWithin(
  k: Kernel,
  task: Task,
  from: Walked<Found>,
  path: string,
  budget: Budget,
): Walked<Parent> {
  const { names, slash } = split(path);
  let at = from;
  for (const name of names.slice(0, -1)) {
    if (E.isLeft(at)) return at;
    at = step(k, task, at.right, name, budget, false);
    if (E.isRight(at) && at.right.inode.node.kind !== "dir") return E.left(PATH.not_dir);
  }
  if (E.isLeft(at)) return at;
  const last = names[names.length - 1] ?? "/";
  if (last !== "/" && !permits(task, at.right.inode, MAY_EXEC)) return E.left(PATH.search);
  return E.right({ dir: at.right, name: last, slash });
}

/**
 * One step of a walk: through `.` and `..`, a mount, and whatever a symlink says. `last` where the
 * name is the path's last one, or the last one of what a symlink there says.
 */
function step(
  k: Kernel,
  task: Task,
  dir: Found,
  name: string,
  budget: Budget,
  last: boolean,
): Walked<Found> {
  if (!permits(task, dir.inode, MAY_EXEC)) return E.left(PATH.search);
  if (name === ".") return E.right(dir);
  if (name === "..") return parentOf(k, dir);
  const found = lookup(k, dir, name);
  if (E.isLeft(found)) return found;
  if (found.right === undefined) return E.left(PATH.absent);
  return follow(k, task, dir, found.right, budget, last);
}

function follow(
  k: Kernel,
  task: Task,
  dir: Found,
  at: Found,
  budget: Budget,
  last: boolean,
): Walked<Found> {
  const { node } = at.inode;
  if (node.kind !== "symlink") return E.right(at);
  if (++budget.links > MAXSYMLINKS) return E.left(PATH.loop);
  if (last && stickyLink(k, task, dir.inode, at.inode)) return E.left(PATH.sticky_link);
  if (refusesLinks(k, at)) return E.left(PATH.nosymfollow);
  const from = node.target.startsWith("/") ? rootOf(k, task) : dir;
  return walkFrom(k, task, from, node.target, budget, last);
}

/** Whether no symlink of its mount is followed. */
function refusesLinks(k: Kernel, { mount }: Found): boolean {
  return (k.fs.mounts.get(mount)!.flags & MS_NOSYMFOLLOW) !== 0;
}

/** `may_follow_link` */
function stickyLink(k: Kernel, task: Task, dir: Inode, link: Inode): boolean {
  if (k.config.protected_symlinks === 0 || link.uid === task.cred.uid) return false;
  return (dir.mode & 0o1002) === 0o1002 && dir.uid !== link.uid;
}

function walkFrom(
  k: Kernel,
  task: Task,
  from: Found,
  path: string,
  budget: Budget,
  last: boolean,
  follows = true,
): Walked<Found> {
  const parent = parentWithin(k, task, E.right(from), path, budget);
  if (E.isLeft(parent)) return parent;
  const { dir, name, slash } = parent.right;
  if (name === "/") return E.right(dir);
  if (!follows && !slash && !isSpecial(name)) return present(lookup(k, dir, name));
  const found = step(k, task, dir, name, budget, last);
  if (E.isLeft(found) || !slash) return found;
  return found.right.inode.node.kind === "dir" ? found : E.left(PATH.not_dir);
}

/** `.` and `..`, which no directory has to look up, and the `/` of a path without a name. */
export function isSpecial(name: string): boolean {
  return name === "/" || name === "." || name === "..";
}

function present(found: Walked<Found | undefined>): Walked<Found> {
  return E.chain((there: Found | undefined): Walked<Found> =>
    there === undefined ? E.left(PATH.absent) : E.right(there)
  )(found);
}

/**
 * Resolves a path to what it names, through symlinks (`user_path_at` with LOOKUP_FOLLOW); where it
 * does not follow, a symlink as the last name is what is named.
 */
export function resolve(
  k: Kernel,
  task: Task,
  path: string,
  dirfd?: number,
  follows = true,
): Walked<Found> {
  const from = start(k, task, path, dirfd);
  if (E.isLeft(from)) return from;
  return walkFrom(k, task, from.right, path, { links: 0 }, true, follows);
}

/** The place that a path ends at: a name, and what is there. */
export interface Last {
  readonly parent: Parent;
  readonly found: Found | undefined;
  /** A slash stood behind a name: only a directory will do. */
  readonly slash: boolean;
}

/**
 * Walks to the last name as open(2) does: through a symlink there to the name that it says, which
 * need not exist. `stop` refuses a name before it is looked up.
 */
export function lastPlace(
  k: Kernel,
  task: Task,
  path: string,
  dirfd: number | undefined,
  follows: boolean,
  stop: (parent: Parent) => Rule | undefined,
): Walked<Last> {
  const budget: Budget = { links: 0 };
  let from = start(k, task, path, dirfd);
  for (let [at, slash] = [path, false];;) {
    const walked = parentWithin(k, task, from, at, budget);
    if (E.isLeft(walked)) return walked;
    const parent = walked.right;
    const { dir, name } = parent;
    if (isSpecial(name)) {
      const up = name === ".." ? parentOf(k, dir) : E.right(dir);
      return E.map((found: Found): Last => ({ parent, found, slash: false }))(up);
    }
    const stopped = stop(parent);
    if (stopped !== undefined) return E.left(stopped);
    slash ||= parent.slash;
    const found = lookup(k, dir, name);
    if (E.isLeft(found)) return found;
    const node = found.right?.inode.node;
    if (node?.kind !== "symlink" || (!follows && !slash)) {
      return E.right({ parent, found: found.right, slash });
    }
    if (++budget.links > MAXSYMLINKS) return E.left(PATH.loop);
    if (stickyLink(k, task, dir.inode, found.right!.inode)) return E.left(PATH.sticky_link);
    if (refusesLinks(k, found.right!)) return E.left(PATH.nosymfollow);
    at = node.target;
    from = E.right(at.startsWith("/") ? rootOf(k, task) : dir);
  }
}

/** A directory descriptor as the walk takes it: AT_FDCWD stands for the working directory. */
export function directory(fd: number | undefined): number | undefined {
  return ((fd ?? 0) | 0) === AT_FDCWD ? undefined : fd ?? 0;
}
