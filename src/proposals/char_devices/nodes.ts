/** Device nodes: mknod(2), stat(2), link(2) and open(2), as Linux has them (fs/namei.c). */
import * as E from "fp-ts/lib/Either.js";
import { word } from "../../abi/words.ts";
import { OPEN } from "../../bpffs/open.ts";
import { addName, CREATE, enter, freePlace, mayCreate, owned } from "../../bpffs/create.ts";
import { MAY_READ, MAY_WRITE, permits } from "../../bpffs/permission.ts";
import { type Found, isBpffs, pathAt, resolve } from "../../bpffs/walk.ts";
import { capable } from "../../kernel/capabilities.ts";
import { freeFd, install } from "../../kernel/fds.ts";
import { type Mode, RDONLY, RDWR, WRONLY } from "../../kernel/files.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { openInode, withInode } from "../../kernel/refs.ts";
import { rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { DeviceCall } from "./call.ts";
import {
  BPF_MAP_MAJOR,
  BPF_PROG_MAJOR,
  type DeviceNode,
  deviceNumber,
  type K,
  withDevices,
} from "./state.ts";

type CallOf<Op extends DeviceCall["op"]> = Extract<DeviceCall, { op: Op }>;

/** Source: fs/namei.c, do_mknodat and vfs_mknod. */
export const MKNOD = rules("mknod", {
  capability: [
    "EPERM",
    "the caller has no CAP_MKNOD in the first user namespace, and the device is not 0:0",
  ],
  no_devices: ["EPERM", "the file system has no device nodes (bpffs, but for the driver's own)"],
});

/** mknod(2) with S_IFCHR. */
export function mknod(k: K, task: Task, call: CallOf<"mknod">): Outcome {
  const text = pathAt([], call.path);
  if (E.isLeft(text)) return refuse(k, text.left);
  const place = freePlace(k, task, call.path);
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  if (!mayCreate(task, dir)) return refuse(k, CREATE.write);
  const node: DeviceNode = { major: call.major & 0xfff, minor: call.minor & 0xfffff };
  if (deviceNumber(node) !== 0 && !capable(task.cred, "CAP_MKNOD")) {
    return refuse(k, MKNOD.capability);
  }
  const ours = isBpffs(k, dir.inode) && k.proposed.reading === "own_fs";
  const { type } = k.fs.superblocks.get(dir.inode.sb)!;
  if (type !== "tmpfs" && !ours) return refuse(k, MKNOD.no_devices);
  const made = owned(task, dir.inode, call.mode & 0o1777 & ~task.umask, false);
  const after = addName(k, place.right, { node: { kind: "file" }, nlink: 1, ...made });
  const nodes = k.proposed.nodes.set(k.fs.nextInode, node);
  return done(withDevices(after, { ...k.proposed, nodes }));
}

/** The device node that a path leads to; undefined where it leads to something else or nowhere. */
export function deviceAt(k: K, task: Task, path: string): Found & DeviceNode | undefined {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return undefined;
  const node = k.proposed.nodes.get(found.right.number);
  return node && { ...found.right, ...node };
}

/** stat(2), of which only the number of a device is told. */
export function stat(k: K, task: Task, { path }: CallOf<"stat">): Outcome | undefined {
  const device = deviceAt(k, task, path);
  if (device === undefined) return undefined;
  return done(k, 0, [{ field: "rdev", offset: 0, bytes: word(deviceNumber(device)) }]);
}

/** Source: fs/namei.c, do_linkat. */
export const LINK = rules("link", {
  other_fs: ["EXDEV", "the new name is on another file system"],
});

/** link(2): one more name of the same node. */
export function link(k: K, task: Task, { path, to }: CallOf<"link">): Outcome | undefined {
  const device = deviceAt(k, task, path);
  if (device === undefined) return undefined;
  const place = freePlace(k, task, to);
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir, name } = place.right;
  if (dir.inode.sb !== device.inode.sb) return refuse(k, LINK.other_fs);
  if (!mayCreate(task, dir)) return refuse(k, CREATE.write);
  const linked = withInode(k, device.number, { ...device.inode, nlink: device.inode.nlink + 1 });
  return done(enter(linked, dir.number, name, device.number, false));
}

/** Source: fs/namei.c, may_open; fs/char_dev.c, chrdev_open. */
export const OPEN_DEV = rules("open_dev", {
  nodev: ["EACCES", "no device can be opened on the file system (`nodev`, or a user's own mount)"],
  no_driver: ["ENXIO", "no driver has the number"],
  elsewhere: ["ENXIO", "the driver serves nodes on its own file system only"],
});

const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;
const MODES: readonly Mode[] = [RDONLY, WRONLY, RDWR];

/** open(2) of a device node; everything else is the kernel's. */
export function open(k: K, task: Task, path: string, flags: number): Outcome | undefined {
  const device = deviceAt(k, task, path);
  const access = flags & O_ACCMODE;
  if (device === undefined || (flags & ~(O_ACCMODE | O_CLOEXEC)) !== 0 || access > 2) {
    return undefined;
  }
  if (freeFd(task) === undefined) return refuse(k, OPEN.fd_limit);
  if (k.proposed.nodev.get(device.inode.sb)) return refuse(k, OPEN_DEV.nodev);
  const want = access === 0 ? MAY_READ : access === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE;
  if (!permits(task, device.inode, want)) return refuse(k, OPEN.permission);
  if (device.major !== BPF_MAP_MAJOR && device.major !== BPF_PROG_MAJOR) {
    return refuse(k, OPEN_DEV.no_driver);
  }
  if (k.proposed.reading === "own_fs" && !isBpffs(k, device.inode)) {
    return refuse(k, OPEN_DEV.elsewhere);
  }
  const file = k.nextFile;
  const held = openInode(k, device.number);
  const object = { of: "inode", inode: device.number } as const;
  const opened = install(held, task.number, object, (flags & O_CLOEXEC) !== 0);
  const files = k.proposed.files.set(file, { inode: device.number, mode: MODES[access] });
  return done(withDevices(opened.k, { ...k.proposed, files }), opened.fd);
}
