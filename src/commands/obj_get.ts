import * as E from "fp-ts/lib/Either.js";
import { BPF_F_PATH_FD, BPF_F_RDONLY, BPF_F_WRONLY } from "../abi/constants.ts";
import { MAY_READ, MAY_WRITE, permits } from "../bpffs/permission.ts";
import { directory, pathAt, resolve } from "../bpffs/walk.ts";
import type { Mode } from "../kernel/files.ts";
import { refuse } from "../kernel/outcome.ts";
import { holdLink, holdMap, holdProg } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Command } from "./args.ts";
import { descriptor, modeOf } from "./ids.ts";

/** Source: kernel/bpf/syscall.c, bpf_obj_get, and kernel/bpf/inode.c. */
export const R = rules("OBJ_GET", {
  attr: ["EINVAL", "a byte after the last field is not zero"],
  bpf_fd: ["EINVAL", "`bpf_fd` is not 0"],
  file_flags: [
    "EINVAL",
    "`file_flags` has a bit other than BPF_F_RDONLY, BPF_F_WRONLY and (6.12 and later) BPF_F_PATH_FD",
  ],
  path_fd: ["EINVAL", "`path_fd` is set without BPF_F_PATH_FD", { since: "6.12" }],
  access: ["EINVAL", "`file_flags` has both BPF_F_RDONLY and BPF_F_WRONLY"],
  read_only: [
    "EROFS",
    "the access is to write and the file system (not only the mount) is read-only",
  ],
  permission: ["EACCES", "the mode of the file does not allow the access"],
  not_pin: ["EACCES", "the path names no pinned object"],
  link_access: [
    "EINVAL",
    "the pin is of a link, and `file_flags` has BPF_F_RDONLY or BPF_F_WRONLY",
  ],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

function wanted(mode: Mode): number {
  return (mode.readable ? MAY_READ : 0) | (mode.writable ? MAY_WRITE : 0);
}

/** BPF_OBJ_GET: a descriptor of the object that a path of a bpffs names. */
export const obj_get: Command<"OBJ_GET"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  if (attr.bpf_fd) return refuse(k, R.bpf_fd);
  const flags = (attr.file_flags ?? 0) >>> 0;
  const known = BPF_F_RDONLY | BPF_F_WRONLY |
    (has(k.version, DELTA.get_path_fd) ? BPF_F_PATH_FD : 0);
  if ((flags & ~known) !== 0) return refuse(k, R.file_flags);
  const byFd = (flags & BPF_F_PATH_FD) !== 0;
  if (!byFd && attr.path_fd) return refuse(k, R.path_fd);
  const mode = modeOf(flags);
  if (mode === undefined) return refuse(k, R.access);
  const path = pathAt(memory, attr.pathname);
  if (E.isLeft(path)) return refuse(k, path.left);
  const found = resolve(k, task, path.right, byFd ? directory(attr.path_fd) : undefined);
  if (E.isLeft(found)) return refuse(k, found.left);
  const { inode } = found.right;
  if (mode.writable && k.fs.superblocks.get(inode.sb)!.readOnly) return refuse(k, R.read_only);
  if (!permits(task, inode, wanted(mode))) return refuse(k, R.permission);
  if (inode.node.kind !== "pin") return refuse(k, R.not_pin);
  const { of, id } = inode.node;
  if (of === "link") {
    if (!mode.readable || !mode.writable) return refuse(k, R.link_access);
    return descriptor(holdLink(k, id), k, task, { of, id }, R.fd_limit);
  }
  if (of === "prog") return descriptor(holdProg(k, id), k, task, { of, id }, R.fd_limit);
  return descriptor(holdMap(k, id, true), k, task, { of, id, mode }, R.fd_limit);
};
