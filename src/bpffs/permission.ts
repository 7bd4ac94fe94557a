import { hasCapability } from "../kernel/capabilities.ts";
import type { Inode } from "../kernel/inodes.ts";
import type { Task } from "../kernel/task.ts";
import { capableOver, insideOf } from "../kernel/userns.ts";

export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** `inode_permission`: whether the task may do all of `want` (MAY_* bits) with the inode. */
export function permits(task: Task, inode: Inode, want: number): boolean {
  const { uid, gid } = task.cred;
  const shift = uid === inode.uid ? 6 : gid === inode.gid ? 3 : 0;
  if (((inode.mode >> shift) & want) === want) return true;
  const isDir = inode.node.kind === "dir";
  const executable = isDir || (inode.mode & 0o111) !== 0;
  if (
    capableOver(task.cred, inode, "CAP_DAC_OVERRIDE") && (executable || (want & MAY_EXEC) === 0)
  ) {
    return true;
  }
  const searches = isDir ? (want & MAY_WRITE) === 0 : want === MAY_READ;
  return searches && capableOver(task.cred, inode, "CAP_DAC_READ_SEARCH");
}

/** `check_sticky`: whether a sticky directory keeps the task from taking this name out. */
export function stickyForbids(task: Task, dir: Inode, victim: Inode): boolean {
  if ((dir.mode & 0o1000) === 0) return false;
  if (task.cred.uid === victim.uid || task.cred.uid === dir.uid) return false;
  return !capableOver(task.cred, victim, "CAP_FOWNER");
}

/** `inode_owner_or_capable`: for CAP_FOWNER the owner must be one of the task's user namespace. */
export function isOwner({ cred }: Task, inode: Inode): boolean {
  if (cred.uid === inode.uid) return true;
  return insideOf(cred.ids.uid, inode.uid) !== undefined && hasCapability(cred, "CAP_FOWNER");
}
