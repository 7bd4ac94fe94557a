/** chmod(2), chown(2) and their kin (fs/open.c, fs/attr.c), on a bpffs and a tmpfs. */
import * as E from "fp-ts/lib/Either.js";
import { S_IALLUGO, S_ISGID } from "../abi/file_flags.ts";
import { anyFileAt, fileAt } from "../kernel/fds.ts";
import type { Inode } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { withInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { capableOver, outsideOf } from "../kernel/userns.ts";
import { isReadOnly } from "./create.ts";
import { isOwner } from "./permission.ts";
import { keepsGroup, withoutSetId } from "./truncate.ts";
import { type Found, inodeAt, pathAt, resolve } from "./walk.ts";

/** What a call changes: what a path names, or what a descriptor is of. */
export type Target =
  | { readonly path: string; readonly follows?: boolean }
  | { readonly fd: number };

export const CHMOD = rules("chmod", {
  bad_fd: ["EBADF", "fchmod: the descriptor is not open, or was opened with O_PATH"],
  read_only: ["EROFS", "the file system or the mount is read-only"],
  owner: ["EPERM", "the caller neither owns the file nor has CAP_FOWNER"],
});

/** Finds the target of a call; `anyFd` where O_PATH descriptors serve too. */
function find(
  k: Kernel,
  task: Task,
  target: Target,
  badFd: Rule,
  anyFd = false,
): E.Either<Rule, Found | undefined> {
  if ("path" in target) {
    const { path, follows = true } = target;
    return E.chain(() => resolve(k, task, path, undefined, follows))(pathAt([], path));
  }
  const object = (anyFd ? anyFileAt : fileAt)(k, task, target.fd)?.object;
  if (object === undefined) return E.left(badFd);
  return E.right(object.of === "inode" ? inodeAt(k, object) : undefined);
}

/** chmod(2) and fchmod(2), which drop the set-group-id bit for who is not in the group. */
export function chmod(k: Kernel, task: Task, target: Target, mode: number): Outcome {
  const found = find(k, task, target, CHMOD.bad_fd);
  if (E.isLeft(found)) return refuse(k, found.left);
  if (found.right === undefined) return unmodelled(k, "chmod of what is no file");
  const { number, inode } = found.right;
  if (isReadOnly(k, found.right)) return refuse(k, CHMOD.read_only);
  if (!onBpffsOrTmpfs(k, inode.sb)) return unmodelled(k, "chmod elsewhere than bpffs and tmpfs");
  if (!isOwner(task, inode)) {
    return refuse(k, CHMOD.owner);
  }
  const kept = keepsGroup(task, inode) ? S_IALLUGO : S_IALLUGO & ~S_ISGID;
  return done(withInode(k, number, { ...inode, mode: mode & kept }));
}

function onBpffsOrTmpfs(k: Kernel, sb: number): boolean {
  const { type } = k.fs.superblocks.get(sb)!;
  return type === "bpf" || type === "tmpfs";
}

export const CHOWN = rules("chown", {
  bad_fd: ["EBADF", "fchown: the descriptor is not open, or was opened with O_PATH"],
  read_only: ["EROFS", "the file system or the mount is read-only"],
  unmapped: ["EINVAL", "an id is not one of the caller's user namespace"],
  capability: [
    "EPERM",
    "the caller has no CAP_CHOWN, and is not an owner who keeps the file and gives it to its own group",
  ],
  set_id: [
    "EPERM",
    "the file has a set-id bit, which it would lose, and the caller neither owns it nor has CAP_FOWNER",
  ],
});

/** (uid_t)-1 and (gid_t)-1: leave it as it is. */
const UNCHANGED = 0xffffffff;

/** chown(2), lchown(2) and fchown(2), by who may give files away. A file loses its set-id bits. */
export function chown(k: Kernel, task: Task, target: Target, uid: number, gid: number): Outcome {
  const found = find(k, task, target, CHOWN.bad_fd);
  if (E.isLeft(found)) return refuse(k, found.left);
  if (found.right === undefined) return unmodelled(k, "chown of what is no file");
  const { number, inode } = found.right;
  if (isReadOnly(k, found.right)) return refuse(k, CHOWN.read_only);
  if (!onBpffsOrTmpfs(k, inode.sb)) return unmodelled(k, "chown elsewhere than bpffs and tmpfs");
  const { ids } = task.cred;
  const owner = uid >>> 0 === UNCHANGED ? inode.uid : outsideOf(ids.uid, uid >>> 0);
  const group = gid >>> 0 === UNCHANGED ? inode.gid : outsideOf(ids.gid, gid >>> 0);
  if (owner === undefined || group === undefined) return refuse(k, CHOWN.unmapped);
  if (!mayGive(task, inode, uid, owner) || !mayRegroup(task, inode, gid, group)) {
    return refuse(k, CHOWN.capability);
  }
  const mode = inode.node.kind === "dir" ? inode.mode : withoutSetId(task, inode);
  if (mode !== inode.mode && !isOwner(task, inode)) return refuse(k, CHOWN.set_id);
  return done(withInode(k, number, { ...inode, uid: owner, gid: group, mode }));
}

/** `chown_ok`: an owner may give a file to itself; everybody may leave the owner as it is. */
function mayGive(task: Task, inode: Inode, asked: number, owner: number): boolean {
  if (asked >>> 0 === UNCHANGED || capableOver(task.cred, inode, "CAP_CHOWN")) return true;
  return task.cred.uid === inode.uid && owner === inode.uid;
}

/** `chgrp_ok`: an owner may give a file to its own group. */
function mayRegroup(task: Task, inode: Inode, asked: number, group: number): boolean {
  if (asked >>> 0 === UNCHANGED || capableOver(task.cred, inode, "CAP_CHOWN")) return true;
  return task.cred.uid === inode.uid && (group === inode.gid || group === task.cred.gid);
}
