/** chmod(2), chown(2) and open(2), as far as a bpffs and its directories need them. */
import * as E from "fp-ts/lib/Either.js";
import { freeFd, install } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import type { Inode } from "../kernel/inodes.ts";
import { holdPlace, withInode } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import { capableOver, hasCapability, insideOf, outsideOf } from "../kernel/userns.ts";
import type { Task } from "../kernel/task.ts";
import { MAY_READ, MAY_WRITE, permits } from "./permission.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { isReadOnly } from "./create.ts";
import { isBpffs, pathAt, placeOf, resolve } from "./walk.ts";

export const CHMOD = rules("chmod", {
  read_only: ["EROFS", "the file system or the mount is read-only"],
  owner: ["EPERM", "the caller neither owns the file nor has CAP_FOWNER"],
});

/** chmod(2), for the permission and sticky bits. */
export function chmod(k: Kernel, task: Task, path: string, mode: number): Outcome {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const { number, inode } = found.right;
  if (isReadOnly(k, found.right)) return refuse(k, CHMOD.read_only);
  if ((mode & 0o6000) !== 0) return unmodelled(k, "set-id bits");
  if (!onBpffsOrTmpfs(k, inode.sb)) return unmodelled(k, "chmod elsewhere than bpffs and tmpfs");
  if (task.cred.uid !== inode.uid && !ownsByCapability(task, inode)) {
    return refuse(k, CHMOD.owner);
  }
  return done(withInode(k, number, { ...inode, mode: mode & 0o7777 }));
}

/** `inode_owner_or_capable`: the owner must be one of the task's user namespace. */
function ownsByCapability({ cred }: Task, inode: Inode): boolean {
  return insideOf(cred.ids.uid, inode.uid) !== undefined && hasCapability(cred, "CAP_FOWNER");
}

function onBpffsOrTmpfs(k: Kernel, sb: number): boolean {
  const { type } = k.fs.superblocks.get(sb)!;
  return type === "bpf" || type === "tmpfs";
}

export const CHOWN = rules("chown", {
  read_only: ["EROFS", "the file system or the mount is read-only"],
  unmapped: ["EINVAL", "an id is not one of the caller's user namespace"],
  capability: [
    "EPERM",
    "the caller has no CAP_CHOWN, and is not an owner who keeps the file and gives it to its own group",
  ],
});

/** (uid_t)-1 and (gid_t)-1: leave it as it is. */
const UNCHANGED = 0xffffffff;

/** chown(2), by who may give files away. */
export function chown(k: Kernel, task: Task, path: string, uid: number, gid: number): Outcome {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
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
  return done(withInode(k, number, { ...inode, uid: owner, gid: group }));
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

export const OPEN = rules("open", {
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
  dir_write: ["EISDIR", "a directory is opened for writing"],
  read_only: ["EROFS", "the file is opened for writing and its file system is read-only"],
  permission: ["EACCES", "the mode of the file does not allow the access"],
  read_only_mount: ["EROFS", "the file is opened for writing and its mount is read-only"],
  pin: ["EIO", "a pinned object cannot be opened by its path: OBJ_GET gets it"],
});

const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;

/** open(2) without O_CREAT, of a directory or a pinned object. */
export function open(k: Kernel, task: Task, path: string, flags: number): Outcome {
  const full = freeFd(task) === undefined;
  if (full && has(k.version, DELTA.open_fd_first)) return refuse(k, OPEN.fd_limit);
  const text = pathAt([], path);
  if (E.isLeft(text)) return refuse(k, text.left);
  if ((flags & O_ACCMODE) > 2 || (flags & ~(O_ACCMODE | O_CLOEXEC)) !== 0) {
    return unmodelled(k, "open flags other than the access mode and O_CLOEXEC");
  }
  if (full) return refuse(k, OPEN.fd_limit);
  const found = resolve(k, task, path);
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  const access = flags & O_ACCMODE;
  if (inode.node.kind === "dir" && access !== 0) return refuse(k, OPEN.dir_write);
  const want = access === 0 ? MAY_READ : access === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE;
  const { readOnly } = k.fs.superblocks.get(inode.sb)!;
  if (access !== 0 && readOnly) return refuse(k, OPEN.read_only);
  if (!permits(task, inode, want)) return refuse(k, OPEN.permission);
  if (access !== 0 && isReadOnly(k, found.right)) return refuse(k, OPEN.read_only_mount);
  if (inode.node.kind === "pin") return refuse(k, OPEN.pin);
  if (inode.node.kind !== "dir" && !isBpffs(k, inode)) return unmodelled(k, "other files");
  const cloexec = (flags & O_CLOEXEC) !== 0;
  const place = placeOf(found.right);
  const opened = install(holdPlace(k, place), task.number, { of: "inode", ...place }, cloexec);
  return done(opened.k, opened.fd);
}
