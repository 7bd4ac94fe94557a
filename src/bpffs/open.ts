/** open(2) and openat(2) (fs/open.c, fs/namei.c path_openat), on a bpffs and around it. */
import * as E from "fp-ts/lib/Either.js";
import {
  __O_TMPFILE,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EMPTYPATH,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_TRUNC,
} from "../abi/file_flags.ts";
import { freeFd, install } from "../kernel/fds.ts";
import type { InodeFile, Mode } from "../kernel/files.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdPlace } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { CREATE, isReadOnly, mayCreate } from "./create.ts";
import { hasText } from "./map_text.ts";
import { isOwner, MAY_EXEC, MAY_READ, MAY_WRITE, permits } from "./permission.ts";
import { OPENED } from "./seq.ts";
import { truncated } from "./truncate.ts";
import {
  directory,
  type Found,
  isBpffs,
  lastPlace,
  PATH,
  pathAt,
  placeOf,
  resolve,
} from "./walk.ts";

export const OPEN = rules("open", {
  tmpfile_create: ["EINVAL", "`flags` has O_TMPFILE and O_CREAT", { until: "5.10" }],
  create_dir: ["EINVAL", "`flags` has O_CREAT and O_DIRECTORY", { since: "6.1" }],
  tmpfile_dir: ["EINVAL", "`flags` has the bit of O_TMPFILE without O_DIRECTORY"],
  tmpfile_access: ["EINVAL", "O_TMPFILE is not for writing"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
  tmpfile_read_only: ["EROFS", "O_TMPFILE on a read-only file system"],
  tmpfile_write: ["EACCES", "O_TMPFILE in a directory that may not be written to"],
  tmpfile: ["EOPNOTSUPP", "O_TMPFILE on a bpffs, which has no files without a name"],
  create_slash: ["EISDIR", "O_CREAT, and a slash follows the name"],
  create_read_only: ["EROFS", "O_CREAT of a name that does not exist, on a read-only file system"],
  create_write: ["EACCES", "O_CREAT of a new name in a directory that may not be written to"],
  create: ["EACCES", "O_CREAT of a new name on a bpffs: only OBJ_PIN makes files there"],
  exclusive: ["EEXIST", "O_CREAT and O_EXCL, and the name exists"],
  create_over_dir: ["EISDIR", "O_CREAT, and the path names a directory"],
  not_dir: ["ENOTDIR", "O_DIRECTORY, and the path names no directory"],
  truncate_read_only: [
    "EROFS",
    "O_TRUNC of a file, and the file system or the mount is read-only",
  ],
  link: ["ELOOP", "O_NOFOLLOW without O_PATH, and the path names a symlink"],
  dir_write: ["EISDIR", "a directory is opened for writing (O_TRUNC counts as that)"],
  read_only: ["EROFS", "the file is opened for writing and its file system is read-only"],
  permission: ["EACCES", "the mode of the file does not allow the access"],
  noatime: ["EPERM", "O_NOATIME, and the caller neither owns the file nor has CAP_FOWNER"],
  read_only_mount: ["EROFS", "the file is opened for writing and its mount is read-only"],
  pin: ["EIO", "a pin that has no text: a program, a link, or a map of whose values no BTF tells"],
  direct: ["EINVAL", "O_DIRECT, which neither directories nor the text of a map take"],
});

const PATH_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

export interface OpenCall {
  readonly path: string;
  readonly flags: number;
  /** Of a file that O_CREAT makes, which the model never does. */
  readonly mode?: number;
  /** AT_FDCWD (-100) or absent for the working directory. */
  readonly dirfd?: number;
}

/** open(2) and openat(2) */
export function open(k: Kernel, task: Task, call: OpenCall): Outcome {
  const opened = openIt(k, task, call);
  if ("answer" in opened) return opened;
  const { found, file, truncates } = opened;
  const cut = truncates ? truncated(k, task, found, 0) : k;
  const cloexec = (call.flags & O_CLOEXEC) !== 0;
  const { k: now, fd } = install(holdPlace(cut, placeOf(found)), task.number, file, cloexec);
  return done(now, fd);
}

/** What an open is about to give a descriptor to. */
export interface Opening {
  readonly found: Found;
  readonly file: InodeFile;
  readonly truncates: boolean;
}

/** Every check of an open, and what it would open. */
export function openIt(k: Kernel, task: Task, call: OpenCall): Opening | Outcome {
  const flags = (call.flags & O_PATH) !== 0 ? call.flags & PATH_FLAGS : call.flags;
  const wrong = checkFlags(k, flags);
  if (wrong !== undefined) return refuse(k, wrong);
  if ((flags & O_EMPTYPATH) !== 0 && has(k.version, DELTA.open_fd_first)) {
    return unmodelled(k, "O_EMPTYPATH");
  }
  const full = freeFd(task) === undefined;
  if (full && has(k.version, DELTA.open_fd_first)) return refuse(k, OPEN.fd_limit);
  const text = pathAt([], call.path);
  if (E.isLeft(text)) return refuse(k, text.left);
  if (full) return refuse(k, OPEN.fd_limit);
  const dirfd = call.dirfd === undefined ? undefined : directory(call.dirfd);
  if ((flags & __O_TMPFILE) !== 0) return tmpfile(k, task, call.path, flags, dirfd);
  if ((flags & O_PATH) !== 0) return pathOnly(k, task, call.path, flags, dirfd);
  return existing(k, task, call.path, flags, dirfd);
}

/** `build_open_flags` */
function checkFlags(k: Kernel, flags: number): Rule | undefined {
  const creates = (flags & O_CREAT) !== 0;
  const isTmpfile = (flags & __O_TMPFILE) !== 0;
  if (has(k.version, DELTA.open_create_dir)) {
    if (creates && (flags & O_DIRECTORY) !== 0) return OPEN.create_dir;
  } else if (isTmpfile && creates) return OPEN.tmpfile_create;
  if (!isTmpfile) return undefined;
  if ((flags & O_DIRECTORY) === 0) return OPEN.tmpfile_dir;
  return (flags & O_ACCMODE) === 0 ? OPEN.tmpfile_access : undefined;
}

/** `do_tmpfile`: nothing that the model has makes a file without a name. */
function tmpfile(
  k: Kernel,
  task: Task,
  path: string,
  flags: number,
  dirfd: number | undefined,
): Outcome {
  const found = resolve(k, task, path, dirfd, (flags & O_NOFOLLOW) === 0);
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  if (inode.node.kind !== "dir") return refuse(k, OPEN.not_dir);
  if (isReadOnly(k, found.right)) return refuse(k, OPEN.tmpfile_read_only);
  if (!permits(task, inode, MAY_WRITE | MAY_EXEC)) return refuse(k, OPEN.tmpfile_write);
  return isBpffs(k, inode) ? refuse(k, OPEN.tmpfile) : unmodelled(k, "files on other file systems");
}

/** `do_o_path`: no more than the walk is checked. */
function pathOnly(
  k: Kernel,
  task: Task,
  path: string,
  flags: number,
  dirfd: number | undefined,
): Opening | Outcome {
  const found = resolve(k, task, path, dirfd, (flags & O_NOFOLLOW) === 0);
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  if ((flags & O_DIRECTORY) !== 0 && inode.node.kind !== "dir") return refuse(k, OPEN.not_dir);
  const mode = { readable: false, writable: false };
  const file: InodeFile = { of: "inode", ...placeOf(found.right), mode, path: true };
  return { found: found.right, file, truncates: false };
}

/** `open_last_lookups` and `do_open` */
function existing(
  k: Kernel,
  task: Task,
  path: string,
  flags: number,
  dirfd: number | undefined,
): Opening | Outcome {
  const creates = (flags & O_CREAT) !== 0;
  const exclusive = creates && (flags & O_EXCL) !== 0;
  const follows = !exclusive && (flags & O_NOFOLLOW) === 0;
  const place = lastPlace(
    k,
    task,
    path,
    dirfd,
    follows,
    ({ slash }) => creates && slash ? OPEN.create_slash : undefined,
  );
  if (E.isLeft(place)) return refuse(k, place.left);
  const { parent, found, slash } = place.right;
  if (found === undefined) {
    return creates ? noFile(k, task, parent.dir) : refuse(k, PATH.absent);
  }
  if (exclusive) return refuse(k, OPEN.exclusive);
  const isDir = found.inode.node.kind === "dir";
  if (creates && isDir) return refuse(k, OPEN.create_over_dir);
  if (!isDir && slash) return refuse(k, PATH.not_dir);
  if (!isDir && (flags & O_DIRECTORY) !== 0) return refuse(k, OPEN.not_dir);
  const wrong = mayOpen(k, task, found, flags);
  return wrong === undefined ? opening(k, found, flags) : refuse(k, wrong);
}

/** Why O_CREAT makes no file in a directory, where nothing has the name. */
function noFile(k: Kernel, task: Task, dir: Found): Outcome {
  if (isReadOnly(k, dir)) return refuse(k, OPEN.create_read_only);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) {
    return refuse(k, refused === CREATE.write ? OPEN.create_write : refused);
  }
  return isBpffs(k, dir.inode)
    ? refuse(k, OPEN.create)
    : unmodelled(k, "files on other file systems");
}

/** What an access mode asks of the file's own; the odd one, 3, asks for both. */
const WANTS = [MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE] as const;

/** `may_open` */
function mayOpen(k: Kernel, task: Task, found: Found, flags: number): Rule | undefined {
  const { inode } = found;
  const { readOnly } = k.fs.superblocks.get(inode.sb)!;
  const isFile = inode.node.kind === "pin" || inode.node.kind === "file";
  if (isFile && (flags & O_TRUNC) !== 0 && isReadOnly(k, found)) return OPEN.truncate_read_only;
  const want = WANTS[flags & O_ACCMODE] | ((flags & O_TRUNC) !== 0 ? MAY_WRITE : 0);
  if (inode.node.kind === "symlink") return OPEN.link;
  if (inode.node.kind === "dir" && (want & MAY_WRITE) !== 0) return OPEN.dir_write;
  if ((want & MAY_WRITE) !== 0 && readOnly) return OPEN.read_only;
  if (!permits(task, inode, want)) return OPEN.permission;
  if ((flags & O_NOATIME) !== 0 && !isOwner(task, inode)) return OPEN.noatime;
  const writes = MODES[flags & O_ACCMODE].writable;
  return writes && isReadOnly(k, found) ? OPEN.read_only_mount : undefined;
}

/** What a descriptor may do: with the odd access mode, 3, nothing. */
const MODES: readonly Mode[] = [
  { readable: true, writable: false },
  { readable: false, writable: true },
  { readable: true, writable: true },
  { readable: false, writable: false },
];

/** `do_dentry_open`: the file's own open. */
function opening(k: Kernel, found: Found, flags: number): Opening | Outcome {
  const { node } = found.inode;
  const map = node.kind === "pin" && node.of === "map" ? k.maps.table.get(node.id) : undefined;
  const isText = map !== undefined && hasText(map);
  if (node.kind === "pin" && !isText) return refuse(k, OPEN.pin);
  if (node.kind === "file") return unmodelled(k, "files on other file systems");
  if ((flags & O_DIRECT) !== 0) return refuse(k, OPEN.direct);
  const mode = MODES[flags & O_ACCMODE];
  const file: InodeFile = {
    of: "inode",
    ...placeOf(found),
    mode,
    ...(isText && { seq: OPENED }),
  };
  return { found, file, truncates: (flags & O_TRUNC) !== 0 };
}
