/** The new commands of bpf(2): to bind an object to a device, to fetch it, and to take it away. */
import { fileAt, freeFd, install } from "../../kernel/fds.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { holdObject } from "../../kernel/refs.ts";
import { rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { CallOf } from "./call.ts";
import {
  bindAt,
  bindingKey,
  BPF_MAP_MAJOR,
  type DeviceFile,
  type K,
  releaseAt,
  withDevices,
} from "./state.ts";

/** The order is ours: attr, then the fields as they stand in it, then what is wrong with the pair. */
export const BIND_DEV = rules("BIND_DEV", {
  attr: ["EINVAL", "a byte after `dev_fd` is not zero"],
  bad_fd: ["EBADF", "`bpf_fd` is not an open descriptor"],
  not_object: ["EINVAL", "`bpf_fd` is neither a map nor a program"],
  bad_dev_fd: ["EBADF", "`dev_fd` is not an open descriptor"],
  not_device: ["EINVAL", "`dev_fd` is no device of one of the two majors"],
  other_kind: ["EINVAL", "a map is to be bound to a device of programs, or the other way round"],
  unwritable: ["EPERM", "the device is not open for writing"],
  bound: ["EBUSY", "something is bound already"],
});

export const FETCH_DEV = rules("FETCH_DEV", {
  attr: ["EINVAL", "a byte after `dev_fd` is not zero"],
  bpf_fd: ["EINVAL", "`bpf_fd` is not 0"],
  bad_dev_fd: ["EBADF", "`dev_fd` is not an open descriptor"],
  not_device: ["EINVAL", "`dev_fd` is no device of one of the two majors"],
  unbound: ["ENOENT", "nothing is bound"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

export const UNBIND_DEV = rules("UNBIND_DEV", {
  command: ["EINVAL", "the reading has no such command: only bindings by number need it"],
  attr: ["EINVAL", "a byte after `dev_fd` is not zero"],
  bad_dev_fd: ["EBADF", "`dev_fd` is not an open descriptor"],
  not_device: ["EINVAL", "`dev_fd` is no device of one of the two majors"],
  unwritable: ["EPERM", "the device is not open for writing"],
  unbound: ["ENOENT", "nothing is bound"],
});

interface Device extends DeviceFile {
  /** The number of the open file. */
  readonly file: number;
  readonly of: "map" | "prog";
}

/** The device that a descriptor is of; undefined where it is of something else. */
function deviceOf(k: K, task: Task, fd: number): Device | undefined {
  const { file } = task.fds.get(fd >>> 0)!;
  const opened = k.proposed.files.get(file);
  if (opened === undefined) return undefined;
  const { major } = k.proposed.nodes.get(opened.inode)!;
  return { ...opened, file, of: major === BPF_MAP_MAJOR ? "map" : "prog" };
}

/** BPF_BIND_DEV: from now on the device stands for the object. */
export function bind(k: K, task: Task, { bpf_fd, dev_fd, tail }: CallOf<"bind_dev">): Outcome {
  if (tail) return refuse(k, BIND_DEV.attr);
  const object = fileAt(k, task, bpf_fd)?.object;
  if (object === undefined) return refuse(k, BIND_DEV.bad_fd);
  if (object.of !== "map" && object.of !== "prog") return refuse(k, BIND_DEV.not_object);
  if (fileAt(k, task, dev_fd) === undefined) return refuse(k, BIND_DEV.bad_dev_fd);
  const device = deviceOf(k, task, dev_fd);
  if (device === undefined) return refuse(k, BIND_DEV.not_device);
  if (device.of !== object.of) return refuse(k, BIND_DEV.other_kind);
  if (!device.mode.writable) return refuse(k, BIND_DEV.unwritable);
  const key = bindingKey(k, device.file);
  if (k.proposed.bound.get(key) !== undefined) return refuse(k, BIND_DEV.bound);
  return done(bindAt(k, key, object));
}

/** BPF_FETCH_DEV: a descriptor of what the device stands for, with the access of `dev_fd`. */
export function fetchDev(k: K, task: Task, { bpf_fd, dev_fd, tail }: CallOf<"fetch_dev">): Outcome {
  if (tail) return refuse(k, FETCH_DEV.attr);
  if (bpf_fd !== 0) return refuse(k, FETCH_DEV.bpf_fd);
  if (fileAt(k, task, dev_fd) === undefined) return refuse(k, FETCH_DEV.bad_dev_fd);
  const device = deviceOf(k, task, dev_fd);
  if (device === undefined) return refuse(k, FETCH_DEV.not_device);
  const object = k.proposed.bound.get(bindingKey(k, device.file));
  if (object === undefined) return refuse(k, FETCH_DEV.unbound);
  if (freeFd(task) === undefined) return refuse(k, FETCH_DEV.fd_limit);
  const { of, id } = object;
  const file = of === "map" ? { of, id, mode: device.mode } : { of, id };
  const opened = install(holdObject(k, object), task.number, file);
  return done(opened.k, opened.fd);
}

/** BPF_UNBIND_DEV, which the text has not: the device stands for nothing again. */
export function unbind(k: K, task: Task, { dev_fd, tail }: CallOf<"unbind_dev">): Outcome {
  if (k.proposed.reading !== "number") return refuse(k, UNBIND_DEV.command);
  if (tail) return refuse(k, UNBIND_DEV.attr);
  if (fileAt(k, task, dev_fd) === undefined) return refuse(k, UNBIND_DEV.bad_dev_fd);
  const device = deviceOf(k, task, dev_fd);
  if (device === undefined) return refuse(k, UNBIND_DEV.not_device);
  if (!device.mode.writable) return refuse(k, UNBIND_DEV.unwritable);
  const key = bindingKey(k, device.file);
  if (k.proposed.bound.get(key) === undefined) return refuse(k, UNBIND_DEV.unbound);
  return done(releaseAt(k, key));
}

/** Forgets files that were closed and nodes that are gone, and lets go of what they alone bound. */
export function settle(before: K, after: K): K {
  let k = after;
  if (k.files !== before.files) k = forgetFiles(k);
  return k.fs === before.fs ? k : forgetNodes(k);
}

function forgetFiles(k: K): K {
  const closed = Array.from(k.proposed.files.entries()).filter(([file]) => !k.files.get(file));
  return closed.reduce((left, [file]) => {
    const released = left.proposed.reading === "file" ? releaseAt(left, file) : left;
    return withDevices(released, {
      ...released.proposed,
      files: released.proposed.files.delete(file),
    });
  }, k);
}

function forgetNodes(k: K): K {
  const gone = Array.from(k.proposed.nodes.entries()).filter(([node]) => !k.fs.inodes.get(node));
  return gone.reduce((left, [node]) => {
    const released = inInode(left) ? releaseAt(left, node) : left;
    return withDevices(released, {
      ...released.proposed,
      nodes: released.proposed.nodes.delete(node),
    });
  }, k);
}

function inInode({ proposed }: K): boolean {
  return proposed.reading === "inode" || proposed.reading === "own_fs";
}

/** What is bound in inodes goes with those that leave memory: a disk has no place for it. */
export function dropCaches(k: K): Outcome {
  if (!inInode(k)) return done(k);
  const lost = Array.from(k.proposed.nodes.entries()).filter(([node]) => {
    const { sb, opens } = k.fs.inodes.get(node)!;
    return opens === 0 && k.proposed.disks.get(sb);
  });
  return done(lost.reduce((left: K, [node]) => releaseAt(left, node), k) as Kernel);
}
