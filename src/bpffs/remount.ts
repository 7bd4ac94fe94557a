/** mount(2) with MS_REMOUNT: other flags and options for what is mounted. */
import * as E from "fp-ts/lib/Either.js";
import * as MS from "../abi/mount_flags.ts";
import type { Mount, Superblock } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { MountOptions } from "../kernel/mount_options.ts";
import { withMount } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import type { Task } from "../kernel/task.ts";
import { nsCapable } from "../kernel/userns.ts";
import { askingOf } from "./asking.ts";
import { isReadOnly } from "./create.ts";
import { type Asked, ATIME, mountFlags } from "./mount_asked.ts";
import { freshOptions, parseData } from "./mount_options.ts";
import { MOUNT } from "./mount_rules.ts";
import type { Found } from "./walk.ts";

/** What MS_REMOUNT changes of them. */
const REMOUNTED = MS.MS_RDONLY | MS.MS_SYNCHRONOUS | MS.MS_MANDLOCK | MS.MS_LAZYTIME;

/** MS_REMOUNT: of the mount alone with MS_BIND, else of the file system and the mount. */
export function remount(k: Kernel, task: Task, target: Found, asked: Asked): Outcome {
  const mount = k.fs.mounts.get(target.mount)!;
  if (mount.ns !== task.ns) return refuse(k, MOUNT.not_ours);
  if (mount.root !== target.number) return refuse(k, MOUNT.not_mounted);
  const flags = changedFlags(asked.flags, mount.flags);
  if (!mayChange(mount, flags)) return refuse(k, MOUNT.locked_flags);
  const changed: Mount = { ...mount, flags };
  if ((asked.flags & MS.MS_BIND) !== 0) {
    const closes = (flags & MS.MS_RDONLY) !== 0 && !isReadOnly(k, target);
    if (closes && hasWriters(k, (number) => number === target.mount)) {
      return refuse(k, MOUNT.remount_busy);
    }
    return done(withMount(k, target.mount, changed));
  }
  const sb = k.fs.superblocks.get(mount.sb)!;
  if (sb.type !== "bpf" && asked.data !== "") return unmodelled(k, "options of a tmpfs");
  const fresh = freshOptions(task.cred.uid, task.cred.gid, asked.flags & REMOUNTED, REMOUNTED);
  const options = parseData(askingOf(k, task.cred, sb.userns), fresh, asked.data);
  if (E.isLeft(options)) return refuse(k, options.left);
  if (!nsCapable(k, task.cred, sb.userns, "CAP_SYS_ADMIN")) return refuse(k, MOUNT.remount_owner);
  const now = changedSuperblock(sb, options.right);
  const isShowing = (number: number) => k.fs.mounts.get(number)!.sb === mount.sb;
  if (now.readOnly && !sb.readOnly && (hasRemoved(k, mount.sb) || hasWriters(k, isShowing))) {
    return refuse(k, MOUNT.remount_busy);
  }
  const superblocks = k.fs.superblocks.set(mount.sb, now);
  return done(withMount({ ...k, fs: { ...k.fs, superblocks } }, target.mount, changed));
}

/** The same for MS_REMOUNT: where nothing is said of access times, they stay as they are. */
function changedFlags(flags: number, old: number): number {
  const says = MS.MS_NOATIME | MS.MS_NODIRATIME | MS.MS_RELATIME | MS.MS_STRICTATIME;
  const asked = mountFlags(flags);
  return (flags & says) !== 0 ? asked : (asked & ~ATIME) | (old & ATIME);
}

/** `can_change_locked_flags` */
function mayChange({ kept, flags: old }: Mount, flags: number): boolean {
  return kept === undefined || ((kept & ~flags) === 0 && (flags & ATIME) === (old & ATIME));
}

function changedSuperblock(sb: Superblock, { sbFlags, sbMask }: MountOptions): Superblock {
  const old = sb.flags | (sb.readOnly ? MS.MS_RDONLY : 0);
  const flags = (old & ~sbMask) | (sbFlags & sbMask);
  return { ...sb, readOnly: (flags & MS.MS_RDONLY) !== 0, flags: flags & ~MS.MS_RDONLY };
}

/** Whether a file that lost its last name is still there (`s_remove_count`). */
function hasRemoved(k: Kernel, number: number): boolean {
  return Array.from(k.fs.inodes.values()).some(({ sb, nlink }) => sb === number && nlink === 0);
}

/** Whether a file on one of the mounts is open for writing. */
function hasWriters(k: Kernel, counts: (mount: number) => boolean): boolean {
  return Array.from(k.files.values()).some(({ object }) =>
    object.of === "inode" && object.mode?.writable === true && counts(object.mount)
  );
}
