/** stat(2), lstat(2), fstat(2), readlink(2), getdents64(2): what a file system tells of what it has. */
import * as E from "fp-ts/lib/Either.js";
import { O_DIRECTORY, S_IFDIR, S_IFLNK, S_IFREG } from "../abi/file_flags.ts";
import { quad, word } from "../abi/words.ts";
import { anyFileAt } from "../kernel/fds.ts";
import type { Inode } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled, type Write } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { toldId } from "../kernel/userns.ts";
import { entriesOf } from "./create.ts";
import { openIt } from "./open.ts";
import { type Found, inodeAt, isBpffs, pathAt, resolve } from "./walk.ts";

function typeOf({ node }: Inode): number {
  if (node.kind === "dir") return S_IFDIR;
  return node.kind === "symlink" ? S_IFLNK : S_IFREG;
}

/** A tmpfs counts 20 bytes for every name in a directory, and two more of them. */
const DIRENT = 20;

/** A bpffs knows no sizes: not of directories, not of symlinks, and of a pin what truncate(2) said. */
function sizeOf(k: Kernel, inode: Inode): number {
  if (isBpffs(k, inode) || inode.node.kind === "file") return inode.size ?? 0;
  if (inode.node.kind === "symlink") return inode.node.target.length;
  return inode.nlink === 0 ? 0 : DIRENT * (2 + entriesOf(inode).size);
}

/** What is told of a file, however it was found. */
export function told(k: Kernel, { cred }: Task, { inode }: Pick<Found, "inode">): Outcome {
  const { type } = k.fs.superblocks.get(inode.sb)!;
  if (type !== "bpf" && type !== "tmpfs") return unmodelled(k, "stat of other file systems");
  const fields: readonly (readonly [string, number])[] = [
    ["mode", typeOf(inode) | inode.mode],
    ["uid", toldId(cred.ids.uid, inode.uid)],
    ["gid", toldId(cred.ids.gid, inode.gid)],
    ["nlink", inode.nlink],
  ];
  const words = fields.map(([field, value]): Write => ({ field, offset: 0, bytes: word(value) }));
  const size = { field: "size", offset: 0, bytes: quad(sizeOf(k, inode)) };
  return done(k, 0, [...words, size]);
}

/** stat(2), and lstat(2), which does not follow a symlink as the last name. */
export function stat(k: Kernel, task: Task, path: string, follows: boolean): Outcome {
  const found = E.chain(() => resolve(k, task, path, undefined, follows))(pathAt([], path));
  return E.isLeft(found) ? refuse(k, found.left) : told(k, task, found.right);
}

export const FSTAT = rules("fstat", { bad_fd: ["EBADF", "the descriptor is not open"] });

/** fstat(2), which O_PATH descriptors serve too. */
export function fstat(k: Kernel, task: Task, fd: number): Outcome {
  const object = anyFileAt(k, task, fd)?.object;
  if (object === undefined) return refuse(k, FSTAT.bad_fd);
  if (object.of !== "inode") return unmodelled(k, "stat of what is no file");
  return told(k, task, inodeAt(k, object));
}

export const READLINK = rules("readlink", {
  size: ["EINVAL", "the buffer's size is 0 or negative"],
  not_link: ["EINVAL", "the path names no symlink"],
});

/** readlink(2); what the buffer has no room for is left out. */
export function readlink(k: Kernel, task: Task, path: string, size: number): Outcome {
  if (size <= 0) return refuse(k, READLINK.size);
  const found = E.chain(() => resolve(k, task, path, undefined, false))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const { node } = found.right.inode;
  if (node.kind !== "symlink") return refuse(k, READLINK.not_link);
  const bytes = node.target.slice(0, size);
  return done(k, bytes.length, [{ field: "buf", offset: 0, bytes }]);
}

/**
 * The names in a directory: open(2) with O_DIRECTORY, getdents64(2) to the end, close(2). `ret` is
 * how many there are; `.` and `..` are left out, and they come sorted and with a NUL behind each.
 */
export function getdents(k: Kernel, task: Task, path: string): Outcome {
  const opened = openIt(k, task, { path, flags: O_DIRECTORY });
  if ("answer" in opened) return opened;
  const { inode } = opened.found;
  const { type } = k.fs.superblocks.get(inode.sb)!;
  if (type !== "bpf" && type !== "tmpfs") return unmodelled(k, "the names on other file systems");
  const names = [...entriesOf(inode).keys()].sort();
  const bytes = names.map((name) => name + "\0").join("");
  return done(k, names.length, [{ field: "names", offset: 0, bytes }]);
}
