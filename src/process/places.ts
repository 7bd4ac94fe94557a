/** chdir(2) and fchdir(2) (fs/open.c). */
import * as E from "fp-ts/lib/Either.js";
import { MAY_EXEC, permits } from "../bpffs/permission.ts";
import { type Found, inodeAt, pathAt, resolve } from "../bpffs/walk.ts";
import { anyFileAt, withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse } from "../kernel/outcome.ts";
import { closeInode, openInode } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";

export const CHDIR = rules("chdir", {
  not_dir: ["ENOTDIR", "the path names no directory"],
  search: ["EACCES", "the directory may not be searched"],
});

/** chdir(2) */
export function chdir(k: Kernel, task: Task, path: string): Outcome {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  if (found.right.inode.node.kind !== "dir") return refuse(k, CHDIR.not_dir);
  if (!permits(task, found.right.inode, MAY_EXEC)) return refuse(k, CHDIR.search);
  return done(moveTo(k, task, found.right));
}

export const FCHDIR = rules("fchdir", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  not_dir: ["ENOTDIR", "the descriptor is not a directory"],
  search: ["EACCES", "the directory may not be searched"],
});

/** fchdir(2), which takes O_PATH descriptors too. */
export function fchdir(k: Kernel, task: Task, fd: number): Outcome {
  const object = anyFileAt(k, task, fd)?.object;
  if (object === undefined) return refuse(k, FCHDIR.bad_fd);
  if (object.of !== "inode") return refuse(k, FCHDIR.not_dir);
  const found = inodeAt(k, object.inode);
  if (found.inode.node.kind !== "dir") return refuse(k, FCHDIR.not_dir);
  if (!permits(task, found.inode, MAY_EXEC)) return refuse(k, FCHDIR.search);
  return done(moveTo(k, task, found));
}

/** A working directory is held: it stays where it is removed, empty and without a way to names. */
function moveTo(k: Kernel, task: Task, { number }: Found): Kernel {
  const held = openInode(withTask(k, { ...task, cwd: number }), number);
  return closeInode(held, task.cwd);
}
