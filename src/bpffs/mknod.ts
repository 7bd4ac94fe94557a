/** mknod(2) (fs/namei.c, do_mknodat): a bpffs makes no files but by OBJ_PIN. */
import * as E from "fp-ts/lib/Either.js";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from "../abi/file_flags.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { freePlace, mayCreate } from "./create.ts";
import { isBpffs, pathAt } from "./walk.ts";

export const MKNOD = rules("mknod", {
  dir: ["EPERM", "`mode` is of a directory"],
  type: ["EINVAL", "`mode` is of no type of file that mknod makes"],
  file: ["EACCES", "`mode` is of a regular file, and the directory is on a bpffs"],
  special: ["EPERM", "`mode` is of a device, FIFO or socket, and the directory is on a bpffs"],
});

const MADE: readonly number[] = [0, S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK];

/** mknod(2) of a node with device number 0. */
export function mknod(k: Kernel, task: Task, path: string, mode: number): Outcome {
  const type = mode & S_IFMT;
  if (type === S_IFDIR) return refuse(k, MKNOD.dir);
  if (!MADE.includes(type)) return refuse(k, MKNOD.type);
  const place = E.chain(() => freePlace(k, task, path))(pathAt([], path));
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  if (!isBpffs(k, dir.inode)) return unmodelled(k, "files on other file systems");
  return refuse(k, type === 0 || type === S_IFREG ? MKNOD.file : MKNOD.special);
}
