/** umount2(2). Source: fs/namespace.c, ksys_umount and do_umount. */
import * as E from "fp-ts/lib/Either.js";
import { MNT_DETACH, MNT_EXPIRE, MNT_FORCE, UMOUNT_NOFOLLOW } from "../abi/mount_flags.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { childrenOf, umountTree } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { nsCapable } from "../kernel/userns.ts";
import { pathAt, resolve } from "./walk.ts";

export const UMOUNT = rules("umount", {
  flags: ["EINVAL", "`flags` has a bit that umount2 does not know"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  not_mounted: ["EINVAL", "nothing is mounted there: the path is not the root of a mount"],
  not_ours: ["EINVAL", "the mount is not in the caller's mount namespace"],
  locked: ["EINVAL", "the mount is locked to its place"],
  force: [
    "EPERM",
    "MNT_FORCE, and the caller has no CAP_SYS_ADMIN over the user namespace of the file system",
  ],
  expire_flags: ["EINVAL", "MNT_EXPIRE with MNT_FORCE or MNT_DETACH"],
  expire_busy: ["EBUSY", "MNT_EXPIRE, and a file on the mount or something mounted on it is held"],
  busy: [
    "EBUSY",
    "without MNT_DETACH: a file on the mount is open, a task works in it, or something is mounted on it",
  ],
});

const KNOWN = MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW;

/** umount2(2) */
export function umount(k: Kernel, task: Task, path: string, flags: number): Outcome {
  if ((flags & ~KNOWN) !== 0) return refuse(k, UMOUNT.flags);
  const follow = (flags & UMOUNT_NOFOLLOW) === 0;
  const found = E.chain(() => resolve(k, task, path, undefined, follow))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const { mount: number, number: inode } = found.right;
  const mount = k.fs.mounts.get(number)!;
  const { userns } = k.fs.namespaces.get(task.ns)!;
  if (!nsCapable(k, task.cred, userns, "CAP_SYS_ADMIN")) return refuse(k, UMOUNT.capability);
  if (mount.root !== inode) return refuse(k, UMOUNT.not_mounted);
  if (mount.ns !== task.ns) return refuse(k, UMOUNT.not_ours);
  if (mount.locked) return refuse(k, UMOUNT.locked);
  const owner = k.fs.superblocks.get(mount.sb)!.userns;
  if ((flags & MNT_FORCE) !== 0 && !nsCapable(k, task.cred, owner, "CAP_SYS_ADMIN")) {
    return refuse(k, UMOUNT.force);
  }
  return take(k, number, flags);
}

function take(k: Kernel, number: number, flags: number): Outcome {
  const mount = k.fs.mounts.get(number)!;
  const isHeld = mount.refs > 0 || childrenOf(k, number).length > 0;
  if ((flags & MNT_EXPIRE) !== 0) {
    if ((flags & (MNT_FORCE | MNT_DETACH)) !== 0) return refuse(k, UMOUNT.expire_flags);
    return isHeld ? refuse(k, UMOUNT.expire_busy) : unmodelled(k, "mounts that expire");
  }
  const below = mount.on === undefined ? undefined : k.fs.mounts.get(mount.on.mount)!;
  if (below === undefined) return unmodelled(k, "umount of the root");
  if ((flags & MNT_DETACH) === 0 && isHeld) return refuse(k, UMOUNT.busy);
  if (k.fs.superblocks.get(below.sb)!.type === "rootfs") {
    return unmodelled(k, "what stands below the mounts of the boot");
  }
  return done(umountTree(k, number));
}
