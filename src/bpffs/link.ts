/** link(2) (fs/namei.c, do_linkat and vfs_link): another name for what a bpffs has. */
import * as E from "fp-ts/lib/Either.js";
import type { Inode } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { hasMountOn } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { withInode } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { enter, freePlace, mayCreate } from "./create.ts";
import { isOwner, MAY_READ, MAY_WRITE, permits } from "./permission.ts";
import { pathAt, resolve } from "./walk.ts";

export const LINK = rules("link", {
  cross: ["EXDEV", "the two paths are on different mounts, be it of one file system"],
  protected: [
    "EPERM",
    "with `fs.protected_hardlinks`, what the old path names is neither the caller's own nor a file without set-id bits that the caller may read and write, and the caller has no CAP_FOWNER",
  ],
  dir: ["EPERM", "the old path names a directory"],
});

/** link(2): a symlink as the last name of the old path is itself what gets the new name. */
export function link(k: Kernel, task: Task, path: string, to: string): Outcome {
  const old = E.chain(() => resolve(k, task, path, undefined, false))(pathAt([], path));
  if (E.isLeft(old)) return refuse(k, old.left);
  const place = E.chain(() => freePlace(k, task, to))(pathAt([], to));
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir, name } = place.right;
  const { number, inode } = old.right;
  if (old.right.mount !== dir.mount) return refuse(k, LINK.cross);
  if (k.config.protected_hardlinks === 1 && !mayLink(task, inode)) return refuse(k, LINK.protected);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  if (inode.node.kind === "dir") return refuse(k, LINK.dir);
  if (hasMountOn(k, number)) return unmodelled(k, "another name of a file that is a mount point");
  const linked = withInode(k, number, { ...inode, nlink: inode.nlink + 1 });
  return done(enter(linked, dir.number, name, number, false));
}

/** `may_linkat` and `safe_hardlink_source` */
function mayLink(task: Task, inode: Inode): boolean {
  if (isOwner(task, inode)) return true;
  const { kind } = inode.node;
  if (kind !== "pin" && kind !== "file") return false;
  const setId = (inode.mode & 0o4000) !== 0 || (inode.mode & 0o2010) === 0o2010;
  return !setId && permits(task, inode, MAY_READ | MAY_WRITE);
}
