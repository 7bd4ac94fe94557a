/** mount(2), as far as a bpffs and its neighbours need it. Source: fs/namespace.c. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { PAGE_SIZE, PATH_MAX } from "../abi/limits.ts";
import { isNull, type Ptr, readString } from "../abi/memory.ts";
import * as MS from "../abi/mount_flags.ts";
import type { Inode, Superblock } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { MountOptions } from "../kernel/mount_options.ts";
import { addMount, attach, copyTree, isWithin, withMount } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { nsCapable } from "../kernel/userns.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { askingOf } from "./asking.ts";
import { type Asked, type MountCall, mountFlags, SB_FLAGS } from "./mount_asked.ts";
import { freshOptions, isTypeName, parseData } from "./mount_options.ts";
import { MOUNT } from "./mount_rules.ts";
import { remount } from "./remount.ts";
import { type Found, inodeAt, mountedOn, pathAt, placeOf, resolve } from "./walk.ts";

const OURS = MS.MS_SHARED | MS.MS_PRIVATE | MS.MS_SLAVE | MS.MS_UNBINDABLE;

/** A string argument: undefined for NULL (`copy_mount_string`). */
function stringAt(ptr: Ptr | undefined): E.Either<Rule, string | undefined> {
  if (isNull(ptr)) return E.right(undefined);
  const text = readString([], ptr, PATH_MAX);
  if (text === undefined) return E.left(MOUNT.fault);
  return text.length === PATH_MAX ? E.left(MOUNT.too_long) : E.right(text);
}

/** The data: a page at most, up to its NUL (`copy_mount_options`). */
function dataAt(ptr: Ptr | undefined): E.Either<Rule, string> {
  if (isNull(ptr)) return E.right("");
  const text = readString([], ptr, PAGE_SIZE);
  return text === undefined ? E.left(MOUNT.data_fault) : E.right(text.slice(0, PAGE_SIZE - 1));
}

/** mount(2) */
export function mount(k: Kernel, task: Task, call: MountCall): Outcome {
  const type = stringAt(call.type);
  if (E.isLeft(type)) return refuse(k, type.left);
  const source = stringAt(call.source);
  if (E.isLeft(source)) return refuse(k, source.left);
  const data = dataAt(call.data);
  if (E.isLeft(data)) return refuse(k, data.left);
  const found = E.chain(() => resolve(k, task, call.target))(pathAt([], call.target));
  if (E.isLeft(found)) return refuse(k, found.left);
  const flags = withoutMagic((call.flags ?? 0) >>> 0);
  if ((flags & MS.MS_NOUSER) !== 0) return refuse(k, MOUNT.nouser);
  const { userns } = k.fs.namespaces.get(task.ns)!;
  if (!nsCapable(k, task.cred, userns, "CAP_SYS_ADMIN")) return refuse(k, MOUNT.capability);
  if (!isModelled(k, found.right)) return unmodelled(k, "mounts elsewhere than on bpffs and tmpfs");
  const asked = { source: source.right, type: type.right, data: data.right, flags };
  return perform(k, task, found.right, asked);
}

const MS_MGC_MSK = 0xffff0000;
const MS_MGC_VAL = 0xc0ed0000;

/** The upper half was a magic number once, and may still be. */
function withoutMagic(flags: number): number {
  return (flags & MS_MGC_MSK) >>> 0 === MS_MGC_VAL ? flags & ~MS_MGC_MSK : flags;
}

/** The mount point of the bpffs and of the tmpfs that are there at boot. */
const BOOT_PLACES: readonly number[] = [2, 5];

/** Whether the model knows what stands at a place: not so of the root's and of sysfs's directories. */
export function isModelled(k: Kernel, { mount: number, inode, ...found }: Found): boolean {
  const { type } = k.fs.superblocks.get(inode.sb)!;
  const { ns } = k.fs.mounts.get(number)!;
  return type === "bpf" || type === "tmpfs" ||
    (BOOT_PLACES.includes(found.number) && ns !== undefined);
}

function perform(k: Kernel, task: Task, target: Found, asked: Asked): Outcome {
  const { flags } = asked;
  if ((flags & MS.MS_REMOUNT) !== 0) return remount(k, task, target, asked);
  if ((flags & MS.MS_BIND) !== 0) return bind(k, task, target, asked);
  if ((flags & OURS) !== 0) return unmodelled(k, "the propagation of mounts");
  if ((flags & MS.MS_MOVE) !== 0) return move(k, task, target, asked);
  return newMount(k, task, target, asked);
}

/** A place that something can be mounted on: the topmost at the target (`lock_mount`). */
export function lockMount(k: Kernel, task: Task, target: Found): E.Either<Rule, Found> {
  const { ns } = k.fs.mounts.get(target.mount)!;
  if (target.inode.nlink === 0) return E.left(MOUNT.detached);
  if (ns === undefined && has(k.version, DELTA.mount_detached)) return E.left(MOUNT.detached);
  if (ns === undefined) return E.left(MOUNT.detached_old);
  if (ns !== task.ns) return E.left(MOUNT.target_not_ours);
  return E.right(inodeAt(k, mountedOn(k, placeOf(target))));
}

function isDir({ inode }: Found): boolean {
  return inode.node.kind === "dir";
}

/** The path that is to be bound or moved. */
function sourceOf(k: Kernel, task: Task, asked: Asked): E.Either<Rule, Found> {
  if (!asked.source) return E.left(MOUNT.no_source);
  return E.chain(() => resolve(k, task, asked.source!))(pathAt([], asked.source));
}

const ELSEWHERE = "binding or moving what is neither bpffs nor tmpfs";
const HARD_LINKED = "mounts on a file that has several names";

/** MS_BIND: another mount of what the source shows; with MS_REC of what is mounted below as well. */
function bind(k: Kernel, task: Task, target: Found, asked: Asked): Outcome {
  const source = sourceOf(k, task, asked);
  if (E.isLeft(source)) return refuse(k, source.left);
  const from = source.right;
  const old = k.fs.mounts.get(from.mount)!;
  const place = lockMount(k, task, target);
  if (E.isLeft(place)) return refuse(k, place.left);
  if (!isOwned(k, from)) return unmodelled(k, ELSEWHERE);
  if (old.ns !== task.ns) return refuse(k, MOUNT.source_not_ours);
  const recurse = (asked.flags & MS.MS_REC) !== 0;
  const below = (inode: number) => isUnder(k, inode, from.number);
  if (!recurse && hasLocked(k, from.mount, below)) return refuse(k, MOUNT.locked);
  if (isDir(place.right) !== isDir(from)) return refuse(k, MOUNT.not_dir);
  if (!isDir(from) && place.right.inode.nlink > 1) return unmodelled(k, HARD_LINKED);
  const copied = copyTree(k, from.mount, from.number, { below: recurse ? below : () => false });
  const top = copied.k.fs.mounts.get(copied.mount)!;
  const free = withMount(copied.k, copied.mount, { ...top, locked: false });
  return done(attach(free, copied.mount, placeOf(place.right), task.ns));
}

function isOwned(k: Kernel, { inode }: Found): boolean {
  const { type } = k.fs.superblocks.get(inode.sb)!;
  return type === "bpf" || type === "tmpfs";
}

/** Whether a file is a directory or below it. */
function isUnder(k: Kernel, number: number, top: number): boolean {
  if (number === top) return true;
  const { node } = k.fs.inodes.get(number)!;
  if (node.kind === "dir") return node.parent !== number && isUnder(k, node.parent, top);
  // Files do not know their directory.
  return Array.from(k.fs.inodes.entries()).some(([dir, each]) =>
    each.node.kind === "dir" && each.node.entries.includes(number) && isUnder(k, dir, top)
  );
}

function hasLocked(k: Kernel, mount: number, below: (inode: number) => boolean): boolean {
  return Array.from(k.fs.mounts.values()).some(({ on, locked }) =>
    locked && on?.mount === mount && below(on.inode)
  );
}

/** MS_MOVE: what is mounted at the source stands at the target instead, with all that is on it. */
function move(k: Kernel, task: Task, target: Found, asked: Asked): Outcome {
  const source = sourceOf(k, task, asked);
  if (E.isLeft(source)) return refuse(k, source.left);
  const from = source.right;
  const old = k.fs.mounts.get(from.mount)!;
  const early = has(k.version, DELTA.mount_move_early);
  if (early && old.root !== from.number) return refuse(k, MOUNT.move_not_mounted);
  if (early && isDir(from) !== isDir(target)) return refuse(k, MOUNT.move_kind);
  const place = lockMount(k, task, target);
  if (E.isLeft(place)) return refuse(k, place.left);
  if (old.ns !== task.ns) return refuse(k, MOUNT.source_not_ours);
  if (old.locked) return refuse(k, MOUNT.locked);
  if (old.root !== from.number || isDir(from) !== isDir(place.right)) {
    return refuse(k, MOUNT.move_root);
  }
  if (isWithin(k, place.right.mount, from.mount)) return refuse(k, MOUNT.move_below);
  const stood = old.on === undefined ? undefined : k.fs.mounts.get(old.on.mount);
  const type = stood === undefined ? "rootfs" : k.fs.superblocks.get(stood.sb)!.type;
  if (!isOwned(k, from) || type === "rootfs") return unmodelled(k, ELSEWHERE);
  if (!isDir(from) && place.right.inode.nlink > 1) return unmodelled(k, HARD_LINKED);
  return done(attach(k, from.mount, placeOf(place.right), task.ns));
}

/** A new file system at the target. */
function newMount(k: Kernel, task: Task, target: Found, asked: Asked): Outcome {
  const { type, source } = asked;
  if (type === undefined) return refuse(k, MOUNT.no_type);
  if (!isTypeName(type)) return refuse(k, MOUNT.type);
  if (type !== "bpf" && type !== "tmpfs") return unmodelled(k, "file systems of other types");
  const { userns } = task.cred;
  const owned = type === "tmpfs" || has(k.version, DELTA.mount_owner);
  const [uid, gid] = owned ? [task.cred.uid, task.cred.gid] : [0, 0];
  const fresh = freshOptions(uid, gid, asked.flags & SB_FLAGS);
  const named = has(k.version, DELTA.mount_source) || type !== "bpf" ? source : undefined;
  const start: MountOptions = { ...fresh, source: named };
  if (type === "tmpfs" && asked.data !== "") return unmodelled(k, "options of a tmpfs");
  const options = parseData(askingOf(k, task.cred, userns), start, asked.data);
  if (E.isLeft(options)) return refuse(k, options.left);
  if (type === "bpf" && userns !== 0) return refuse(k, MOUNT.userns);
  const made = instanceFor(k, task, type, options.right);
  const place = lockMount(made.k, task, target);
  if (E.isLeft(place)) return refuse(k, place.left);
  if (place.right.number === made.root) return refuse(k, MOUNT.same);
  if (!isDir(place.right)) return refuse(k, MOUNT.not_dir);
  const added = addMount(made.k, {
    sb: made.sb,
    root: made.root,
    flags: mountFlags(asked.flags),
    source: options.right.source ?? "none",
    locked: false,
    kept: undefined,
  });
  return done(attach(added.k, added.mount, placeOf(place.right), task.ns));
}

/** A new instance; in the machine of Linux 4.4 the one that the mount namespace has already. */
function instanceFor(
  k: Kernel,
  task: Task,
  type: "bpf" | "tmpfs",
  options: MountOptions,
): Instance {
  if (type === "bpf" && k.config.bpffs_singleton) {
    for (const [sb, { type, ns, root }] of k.fs.superblocks.entries()) {
      if (type === "bpf" && ns === task.ns) return { k, sb, root };
    }
  }
  return createSuperblock(k, task, type, options);
}

interface Instance {
  readonly k: Kernel;
  readonly sb: number;
  readonly root: number;
}

/** A new instance with an empty root, which nothing shows yet. */
export function createSuperblock(
  k: Kernel,
  { ns, cred: { userns } }: Task,
  type: "bpf" | "tmpfs",
  options: MountOptions,
): Instance {
  const [sb, root] = [k.fs.nextSuperblock, k.fs.nextInode];
  const { uid, gid, mode, sbFlags, delegation } = options;
  const node: Inode["node"] = { kind: "dir", entries: PMap<string, number>(), parent: root };
  const inode: Inode = { node, mode: mode | 0o1000, uid, gid, sb, nlink: 2, opens: 0 };
  const readOnly = (sbFlags & MS.MS_RDONLY) !== 0;
  const flags = sbFlags & ~MS.MS_RDONLY;
  const superblock: Superblock = { type, root, readOnly, flags, delegation, userns, ns };
  const fs = {
    ...k.fs,
    inodes: k.fs.inodes.set(root, inode),
    nextInode: root + 1,
    superblocks: k.fs.superblocks.set(sb, superblock),
    nextSuperblock: sb + 1,
  };
  return { k: { ...k, fs }, sb, root };
}
