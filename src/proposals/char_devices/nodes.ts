/** Device nodes: mknod(2), stat(2), link(2) and open(2), as Linux has them (fs/namei.c). */
import * as E from "fp-ts/lib/Either.js";
import { O_ACCMODE, O_CLOEXEC, S_IFCHR, S_IFMT } from "../../abi/file_flags.ts";
import { MS_NODEV } from "../../abi/mount_flags.ts";
import { word, wordAt } from "../../abi/words.ts";
import { addName, CREATE, freePlace, mayCreate, owned } from "../../bpffs/create.ts";
import { LINK, link as linkKernel } from "../../bpffs/link.ts";
import { OPEN } from "../../bpffs/open.ts";
import { isOwner, MAY_READ, MAY_WRITE, permits } from "../../bpffs/permission.ts";
import { stat as statKernel } from "../../bpffs/stat.ts";
import { type Found, isBpffs, pathAt, placeOf, resolve } from "../../bpffs/walk.ts";
import { capable } from "../../kernel/capabilities.ts";
import { freeFd, install } from "../../kernel/fds.ts";
import { type InodeFile, type Mode, RDONLY, RDWR, WRONLY } from "../../kernel/files.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { holdPlace } from "../../kernel/refs.ts";
import { rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { CallOf } from "./call.ts";
import {
  BPF_MAP_MAJOR,
  BPF_PROG_MAJOR,
  type DeviceNode,
  deviceNumber,
  type K,
  withDevices,
} from "./state.ts";

/** Source: fs/namei.c, do_mknodat and vfs_mknod. */
export const MKNOD_DEV = rules("mknod_dev", {
  capability: [
    "EPERM",
    "the caller has no CAP_MKNOD in the first user namespace, and the device is not 0:0",
  ],
  no_devices: ["EPERM", "the file system has no device nodes (bpffs, but for the driver's own)"],
});

/** mknod(2) with S_IFCHR. */
export function mknod(k: K, task: Task, call: CallOf<"mknod_dev">): Outcome {
  const text = pathAt([], call.path);
  if (E.isLeft(text)) return refuse(k, text.left);
  const place = freePlace(k, task, call.path);
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  const node: DeviceNode = { major: call.major & 0xfff, minor: call.minor & 0xfffff };
  if (deviceNumber(node) !== 0 && !capable(task.cred, "CAP_MKNOD")) {
    return refuse(k, MKNOD_DEV.capability);
  }
  const ours = isBpffs(k, dir.inode) && k.proposed.reading === "own_fs";
  const { type } = k.fs.superblocks.get(dir.inode.sb)!;
  if (type !== "tmpfs" && !ours) return refuse(k, MKNOD_DEV.no_devices);
  const made = owned(task, dir.inode, call.mode & 0o1777 & ~task.umask, false);
  const after = addName(k, place.right, { node: { kind: "file" }, nlink: 1, ...made });
  const nodes = k.proposed.nodes.set(k.fs.nextInode, node);
  return done(withDevices(after, { ...k.proposed, nodes }));
}

/** The device node that a path leads to; undefined where it leads to something else or nowhere. */
export function deviceAt(
  k: K,
  task: Task,
  path: string,
  follows = true,
): Found & DeviceNode | undefined {
  const found = E.chain(() => resolve(k, task, path, undefined, follows))(pathAt([], path));
  if (E.isLeft(found)) return undefined;
  const node = k.proposed.nodes.get(found.right.number);
  return node && { ...found.right, ...node };
}

/** stat(2) and lstat(2) of a device: the type is another, and its number is told. */
export function stat(k: K, task: Task, path: string, follows: boolean): Outcome | undefined {
  const device = deviceAt(k, task, path, follows);
  if (device === undefined) return undefined;
  const { writes, ...told } = statKernel(k, task, path, follows);
  const changed = writes.map((write) => {
    if (write.field !== "mode") return write;
    return { ...write, bytes: word((wordAt(write.bytes, 0) & ~S_IFMT) | S_IFCHR) };
  });
  const rdev = { field: "rdev", offset: 0, bytes: word(deviceNumber(device)) };
  return { ...told, writes: [...changed, rdev] };
}

/** link(2) of a device: with `fs.protected_hardlinks` nobody but its owner makes one. */
export function link(k: K, task: Task, path: string, to: string): Outcome | undefined {
  const device = deviceAt(k, task, path, false);
  if (device === undefined || k.config.protected_hardlinks === 0) return undefined;
  if (isOwner(task, device.inode)) return undefined;
  const { answer, ...rest } = linkKernel(k, task, path, to);
  const late: readonly unknown[] = [CREATE.overflow, CREATE.write];
  const refusedBefore = answer.kind === "refusal" && !late.includes(answer.rule);
  return refusedBefore ? { answer, ...rest } : refuse(k, LINK.protected);
}

/** Source: fs/namei.c, may_open; fs/char_dev.c, chrdev_open. */
export const OPEN_DEV = rules("open_dev", {
  nodev: ["EACCES", "no device can be opened on the file system (`nodev`, or a user's own mount)"],
  no_driver: ["ENXIO", "no driver has the number"],
  elsewhere: ["ENXIO", "the driver serves nodes on its own file system only"],
});

const MODES: readonly Mode[] = [RDONLY, WRONLY, RDWR];

/** MNT_NODEV of the mount; SB_I_NODEV of what was made in a user namespace of somebody's own. */
function isNodev(k: K, { mount, inode }: Found): boolean {
  if ((k.fs.mounts.get(mount)!.flags & MS_NODEV) !== 0) return true;
  return k.fs.superblocks.get(inode.sb)!.userns !== 0;
}

/** open(2) of a device node; everything else is the kernel's. */
export function open(k: K, task: Task, path: string, flags: number): Outcome | undefined {
  const device = deviceAt(k, task, path);
  const access = flags & O_ACCMODE;
  if (device === undefined || (flags & ~(O_ACCMODE | O_CLOEXEC)) !== 0 || access > 2) {
    return undefined;
  }
  if (freeFd(task) === undefined) return refuse(k, OPEN.fd_limit);
  if (isNodev(k, device)) return refuse(k, OPEN_DEV.nodev);
  const want = access === 0 ? MAY_READ : access === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE;
  if (!permits(task, device.inode, want)) return refuse(k, OPEN.permission);
  if (device.major !== BPF_MAP_MAJOR && device.major !== BPF_PROG_MAJOR) {
    return refuse(k, OPEN_DEV.no_driver);
  }
  if (k.proposed.reading === "own_fs" && !isBpffs(k, device.inode)) {
    return refuse(k, OPEN_DEV.elsewhere);
  }
  const file = k.nextFile;
  const object: InodeFile = { of: "inode", ...placeOf(device), mode: MODES[access] };
  const held = holdPlace(k, object);
  const opened = install(held, task.number, object, (flags & O_CLOEXEC) !== 0);
  const files = k.proposed.files.set(file, { inode: device.number, mode: MODES[access] });
  return done(withDevices(opened.k, { ...k.proposed, files }), opened.fd);
}
