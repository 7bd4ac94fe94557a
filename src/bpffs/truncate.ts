/** truncate(2) (fs/open.c). A pin has a size of its own, which nothing reads and truncate sets. */
import * as E from "fp-ts/lib/Either.js";
import { S_ISGID, S_ISUID, S_IXGRP } from "../abi/file_flags.ts";
import { capable } from "../kernel/capabilities.ts";
import type { Inode } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { withInode } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { capableOver } from "../kernel/userns.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { isReadOnly } from "./create.ts";
import { MAY_WRITE, permits } from "./permission.ts";
import { type Found, isBpffs, pathAt, resolve } from "./walk.ts";

export const TRUNCATE = rules("truncate", {
  length: ["EINVAL", "the length is negative"],
  dir: ["EISDIR", "the path names a directory"],
  read_only: ["EROFS", "the file system is read-only, or (up to 6.12) the mount"],
  permission: ["EACCES", "the mode of the file does not allow writing"],
  read_only_mount: ["EROFS", "the mount is read-only", { since: "6.18" }],
});

/** truncate(2) */
export function truncate(k: Kernel, task: Task, path: string, length: number): Outcome {
  if (length < 0) return refuse(k, TRUNCATE.length);
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  if (inode.node.kind === "dir") return refuse(k, TRUNCATE.dir);
  if (!isBpffs(k, inode)) return unmodelled(k, "files on other file systems");
  const { readOnly } = k.fs.superblocks.get(inode.sb)!;
  const late = has(k.version, DELTA.truncate_mount_late);
  if (readOnly || (!late && isReadOnly(k, found.right))) return refuse(k, TRUNCATE.read_only);
  if (!permits(task, inode, MAY_WRITE)) return refuse(k, TRUNCATE.permission);
  if (isReadOnly(k, found.right)) return refuse(k, TRUNCATE.read_only_mount);
  return done(truncated(k, task, found.right, length));
}

/** `do_truncate`: the size, and the set-id bits that a change of a file takes away. */
export function truncated(k: Kernel, task: Task, { number, inode }: Found, size: number): Kernel {
  const mode = capable(task.cred, "CAP_FSETID") ? inode.mode : withoutSetId(task, inode);
  return withInode(k, number, { ...inode, mode, size });
}

/**
 * The mode of a file whose set-id bits are to go (`setattr_should_drop_suidgid`): for a member of
 * its group, the set-group-id bit is one only where the group may execute the file.
 */
export function withoutSetId(task: Task, inode: Inode): number {
  const mode = inode.mode & ~S_ISUID;
  const keeps = (mode & S_IXGRP) === 0 && keepsGroup(task, inode);
  return keeps ? mode : mode & ~S_ISGID;
}

/** `in_group_or_capable`: who may have the set-group-id bit of a group. */
export function keepsGroup({ cred }: Task, inode: Inode): boolean {
  return cred.gid === inode.gid || capableOver(cred, inode, "CAP_FSETID");
}
