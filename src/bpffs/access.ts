/** access(2) and faccessat2(2) (fs/open.c, do_faccessat). */
import * as E from "fp-ts/lib/Either.js";
import { AT_EACCESS, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from "../abi/file_flags.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { isReadOnly } from "./create.ts";
import { MAY_WRITE, permits } from "./permission.ts";
import { directory, pathAt, resolve } from "./walk.ts";

export const ACCESS = rules("access", {
  mode: ["EINVAL", "`mode` has a bit other than R_OK, W_OK and X_OK"],
  flags: [
    "EINVAL",
    "`flags` has a bit other than AT_EACCESS, AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH",
  ],
  read_only: ["EROFS", "W_OK, and the file system is read-only"],
  permission: ["EACCES", "the mode of the file does not allow the access"],
  read_only_mount: ["EROFS", "W_OK, and the mount is read-only"],
});

export interface AccessCall {
  readonly path: string;
  readonly mode: number;
  readonly flags?: number;
  readonly dirfd?: number;
}

/** access(2), and faccessat2(2) where `flags` or `dirfd` is given. */
export function access(k: Kernel, task: Task, call: AccessCall): Outcome {
  const { path, mode, flags = 0 } = call;
  if ((mode & ~7) !== 0) return refuse(k, ACCESS.mode);
  if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) {
    return refuse(k, ACCESS.flags);
  }
  if ((flags & AT_EMPTY_PATH) !== 0 && path === "") return unmodelled(k, "AT_EMPTY_PATH");
  const caller = (flags & AT_EACCESS) !== 0 ? task : asReal(task);
  const dirfd = call.dirfd === undefined ? undefined : directory(call.dirfd);
  const follows = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  const found = E.chain(() => resolve(k, caller, path, dirfd, follows))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  const writes = (mode & MAY_WRITE) !== 0;
  if (writes && k.fs.superblocks.get(inode.sb)!.readOnly) return refuse(k, ACCESS.read_only);
  if (!permits(caller, inode, mode)) return refuse(k, ACCESS.permission);
  return writes && isReadOnly(k, found.right) ? refuse(k, ACCESS.read_only_mount) : done(k);
}

/**
 * `access_override_creds`: without AT_EACCESS the question is what the task could do with its real
 * ids. Root is taken to have all that it may have, and nobody else to have any capability.
 */
function asReal(task: Task): Task {
  const { cred } = task;
  const effective = cred.uid === 0 ? cred.permitted : 0n;
  return { ...task, cred: { ...cred, effective } };
}
