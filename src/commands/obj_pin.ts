import * as E from "fp-ts/lib/Either.js";
import { BPF_F_PATH_FD } from "../abi/constants.ts";
import { pin } from "../bpffs/pin.ts";
import { directory, pathAt } from "../bpffs/walk.ts";
import { fileAt } from "../kernel/fds.ts";
import { done, refuse } from "../kernel/outcome.ts";
import { holdObject } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, bpf_obj_pin, and kernel/bpf/inode.c. */
export const R = rules("OBJ_PIN", {
  attr: ["EINVAL", "a byte after the last field is not zero"],
  file_flags: ["EINVAL", "`file_flags` has a bit other than BPF_F_PATH_FD (6.12 and later)"],
  path_fd: ["EINVAL", "`path_fd` is set without BPF_F_PATH_FD", { since: "6.12" }],
  not_object: ["EINVAL", "`bpf_fd` is not a map, program or link, or not open at all"],
  not_bpffs: ["EPERM", "the directory is not on a bpffs"],
});

/** BPF_OBJ_PIN: gives an object a name in a bpffs, which keeps it alive. */
export const obj_pin: Command<"OBJ_PIN"> = (k, task, args) => {
  const { attr, memory } = args;
  if (args.tail) return refuse(k, R.attr);
  const flags = (attr.file_flags ?? 0) >>> 0;
  const knowsPathFd = has(k.version, DELTA.pin_path_fd);
  if ((flags & ~(knowsPathFd ? BPF_F_PATH_FD : 0)) !== 0) return refuse(k, R.file_flags);
  const byFd = (flags & BPF_F_PATH_FD) !== 0;
  if (!byFd && attr.path_fd) return refuse(k, R.path_fd);
  const object = fileAt(k, task, attr.bpf_fd)?.object;
  if (object?.of !== "map" && object?.of !== "prog" && object?.of !== "link") {
    return refuse(k, R.not_object);
  }
  const path = pathAt(memory, attr.pathname);
  if (E.isLeft(path)) return refuse(k, path.left);
  const held = holdObject(k, object);
  const { of, id } = object;
  const dirfd = byFd ? directory(attr.path_fd) : undefined;
  const pinned = pin(held, task, path.right, dirfd, { of, id }, R.not_bpffs);
  return E.isLeft(pinned) ? refuse(k, pinned.left) : done(pinned.right);
};
