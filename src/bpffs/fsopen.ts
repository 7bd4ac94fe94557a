/**
 * The newer way to mount: fsopen, fsconfig, fsmount and move_mount, each a system call. Source:
 * fs/fsopen.c and fs/namespace.c.
 */
import * as E from "fp-ts/lib/Either.js";
import { PAGE_SIZE } from "../abi/limits.ts";
import { isNull, type Ptr, readString } from "../abi/memory.ts";
import * as MS from "../abi/mount_flags.ts";
import { capable } from "../kernel/capabilities.ts";
import type { FsContext } from "../kernel/contexts.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { addMount, attach } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdPlace, openInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { nsCapable } from "../kernel/userns.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { askingOf } from "./asking.ts";
import { createSuperblock, isModelled, lockMount } from "./mount.ts";
import { freshOptions, isTypeName, parseOption } from "./mount_options.ts";
import { pathAt, placeOf, resolve } from "./walk.ts";

/** `may_mount` */
function mayMount(k: Kernel, task: Task): boolean {
  return nsCapable(k, task.cred, k.fs.namespaces.get(task.ns)!.userns, "CAP_SYS_ADMIN");
}

export const FSOPEN = rules("fsopen", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  flags: ["EINVAL", "`flags` has a bit other than FSOPEN_CLOEXEC"],
  fault: ["EFAULT", "the type cannot be read"],
  type: ["ENODEV", "there is no file system of the type"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** fsopen(2): a file system in the making, which will belong to the caller's user namespace. */
export function fsopen(k: Kernel, task: Task, type: Ptr, flags: number): Outcome {
  if (!mayMount(k, task)) return refuse(k, FSOPEN.capability);
  if ((flags & ~MS.FSOPEN_CLOEXEC) !== 0) return refuse(k, FSOPEN.flags);
  const name = readString([], type, PAGE_SIZE);
  if (name === undefined) return refuse(k, FSOPEN.fault);
  if (name.length === PAGE_SIZE) return unmodelled(k, "the name of a type that is a page long");
  if (!isTypeName(name)) return refuse(k, FSOPEN.type);
  if (name !== "bpf") return unmodelled(k, "fsopen of anything but a bpffs");
  if (freeFd(task) === undefined) return refuse(k, FSOPEN.fd_limit);
  const { userns } = task.cred;
  const owned = has(k.version, DELTA.mount_owner);
  const options = owned ? freshOptions(task.cred.uid, task.cred.gid, 0) : freshOptions(0, 0, 0);
  const id = k.contexts.firstGap();
  const context: FsContext = { type: "bpf", userns, options, phase: "options", sb: undefined };
  const opened = { ...k, contexts: k.contexts.set(id, context) };
  const cloexec = (flags & MS.FSOPEN_CLOEXEC) !== 0;
  const { k: now, fd } = install(opened, task.number, { of: "context", id }, cloexec);
  return done(now, fd);
}

export const FSCONFIG = rules("fsconfig", {
  negative: ["EINVAL", "the descriptor is negative"],
  command: ["EOPNOTSUPP", "there is no such command"],
  arguments: [
    "EINVAL",
    "an argument that the command needs is NULL, or one that it has not is given",
  ],
  bad_fd: ["EBADF", "the descriptor is not open"],
  not_context: ["EINVAL", "the descriptor is not of fsopen"],
  fault: ["EFAULT", "the name or the value cannot be read"],
  too_long: ["EINVAL", "the name or the value has no NUL within 256 bytes"],
  phase: ["EBUSY", "the file system is created already, or failed to be"],
  capability: [
    "EPERM",
    "it is to be created, and the caller has no CAP_SYS_ADMIN: in the initial user namespace (before 6.12), or in that of who opened it",
  ],
  userns: [
    "EPERM",
    "it is to be created for a user namespace other than the initial one, which 6.1 does for nobody, and 6.12 for who has CAP_SYS_ADMIN in the initial one",
    { since: "6.1" },
  ],
});

/** strndup_user of the names and values of options */
const LONGEST = 256;

function textAt(ptr: Ptr): E.Either<Rule, string> {
  const text = readString([], ptr, LONGEST);
  if (text === undefined) return E.left(FSCONFIG.fault);
  return text.length === LONGEST ? E.left(FSCONFIG.too_long) : E.right(text);
}

/** fsconfig(2), for flags, strings and the creation. */
export function fsconfig(
  k: Kernel,
  task: Task,
  fd: number,
  cmd: number,
  key: Ptr,
  value: Ptr,
): Outcome {
  if ((fd | 0) < 0) return refuse(k, FSCONFIG.negative);
  if (cmd >>> 0 > MS.FSCONFIG_CMD_CREATE_EXCL) return refuse(k, FSCONFIG.command);
  const { FSCONFIG_SET_FLAG, FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE } = MS;
  if (![FSCONFIG_SET_FLAG, FSCONFIG_SET_STRING, FSCONFIG_CMD_CREATE].includes(cmd)) {
    return unmodelled(k, "fsconfig of other kinds");
  }
  const wantsKey = cmd !== FSCONFIG_CMD_CREATE;
  const wantsValue = cmd === FSCONFIG_SET_STRING;
  if (isNull(key) === wantsKey || isNull(value) === wantsValue) {
    return refuse(k, FSCONFIG.arguments);
  }
  const file = fileAt(k, task, fd);
  if (file === undefined) return refuse(k, FSCONFIG.bad_fd);
  if (file.object.of !== "context") return refuse(k, FSCONFIG.not_context);
  const { id } = file.object;
  if (!wantsKey) return create(k, task, id);
  const name = textAt(key);
  if (E.isLeft(name)) return refuse(k, name.left);
  const text = wantsValue ? textAt(value) : E.right(undefined);
  if (E.isLeft(text)) return refuse(k, text.left);
  const context = k.contexts.get(id)!;
  if (context.phase === "mounted") return unmodelled(k, "options after fsmount");
  if (context.phase !== "options") return refuse(k, FSCONFIG.phase);
  const asking = askingOf(k, task.cred, context.userns);
  const options = parseOption(asking, context.options, name.right, text.right);
  if (E.isLeft(options)) return refuse(k, options.left);
  return done(withContext(k, id, { ...context, options: options.right }));
}

function withContext(k: Kernel, id: number, context: FsContext): Kernel {
  return { ...k, contexts: k.contexts.set(id, context) };
}

/** FSCONFIG_CMD_CREATE. A refusal by the file system itself leaves nothing to go on with. */
function create(k: Kernel, task: Task, id: number): Outcome {
  const context = k.contexts.get(id)!;
  const { userns, phase } = context;
  if (phase !== "options") return refuse(k, FSCONFIG.phase);
  const delegates = has(k.version, DELTA.mount_delegate);
  const admin = capable(task.cred, "CAP_SYS_ADMIN");
  const may = delegates ? nsCapable(k, task.cred, userns, "CAP_SYS_ADMIN") : admin;
  if (!may) return refuse(k, FSCONFIG.capability);
  const failed = withContext(k, id, { ...context, phase: "failed" });
  const isForeign = userns !== 0 && has(k.version, DELTA.context_userns);
  if (isForeign && !(delegates && admin)) return refuse(failed, FSCONFIG.userns);
  const by: Task = { ...task, cred: { ...task.cred, userns } };
  const made = createSuperblock(k, by, context.type, context.options);
  const held = openInode(made.k, made.root);
  return done(withContext(held, id, { ...context, phase: "mount", sb: made.sb }));
}

export const FSMOUNT = rules("fsmount", {
  flags_first: [
    "EINVAL",
    "`flags` has a bit other than FSMOUNT_CLOEXEC and FSMOUNT_NAMESPACE",
    { since: "7.2" },
  ],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  flags: ["EINVAL", "`flags` has a bit other than FSMOUNT_CLOEXEC", { until: "6.18" }],
  bad_fd: ["EBADF", "the descriptor is not open"],
  not_context: ["EINVAL", "the descriptor is not of fsopen"],
  not_created: ["EINVAL", "the file system is not created yet, or failed to be"],
  phase: ["EBUSY", "it has a mount already"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** fsmount(2): a mount that is nowhere yet, held by a descriptor with O_PATH. */
export function fsmount(k: Kernel, task: Task, fd: number, flags: number): Outcome {
  if (has(k.version, DELTA.fsmount_namespace)) {
    if ((flags & ~(MS.FSMOUNT_CLOEXEC | MS.FSMOUNT_NAMESPACE)) !== 0) {
      return refuse(k, FSMOUNT.flags_first);
    }
    if ((flags & MS.FSMOUNT_NAMESPACE) !== 0) return unmodelled(k, "fsmount in a new namespace");
  }
  if (!mayMount(k, task)) return refuse(k, FSMOUNT.capability);
  if ((flags & ~MS.FSMOUNT_CLOEXEC) !== 0) return refuse(k, FSMOUNT.flags);
  const file = fileAt(k, task, fd);
  if (file === undefined) return refuse(k, FSMOUNT.bad_fd);
  if (file.object.of !== "context") return refuse(k, FSMOUNT.not_context);
  const context = k.contexts.get(file.object.id)!;
  if (context.sb === undefined) return refuse(k, FSMOUNT.not_created);
  if (context.phase !== "mount") return refuse(k, FSMOUNT.phase);
  if (context.userns !== 0 && !has(k.version, DELTA.context_userns)) {
    return unmodelled(k, "a bpffs of 5.10 in a user namespace: its root has no valid owner");
  }
  const mounted = withContext(k, file.object.id, { ...context, phase: "mounted" });
  if (freeFd(task) === undefined) return refuse(mounted, FSMOUNT.fd_limit);
  const { root } = k.fs.superblocks.get(context.sb)!;
  const added = addMount(mounted, {
    sb: context.sb,
    root,
    flags: MS.MS_RELATIME,
    source: context.options.source ?? "none",
    locked: false,
    kept: undefined,
  });
  const place = { mount: added.mount, inode: root };
  const cloexec = (flags & MS.FSMOUNT_CLOEXEC) !== 0;
  const object = { of: "inode", ...place, path: true } as const;
  const opened = install(holdPlace(added.k, place), task.number, object, cloexec);
  return done(opened.k, opened.fd);
}

export const MOVE_MOUNT = rules("move_mount", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  bad_fd: ["EBADF", "the descriptor is not open", { until: "6.12" }],
  bad_fd_last: ["EBADF", "the descriptor is not open; the path is looked up before", {
    since: "6.18",
  }],
});

/** move_mount(2) with MOVE_MOUNT_F_EMPTY_PATH: what fsmount made is put at a path. */
export function moveMount(k: Kernel, task: Task, fd: number, path: string): Outcome {
  if (!mayMount(k, task)) return refuse(k, MOVE_MOUNT.capability);
  const slot = task.fds.get(fd >>> 0);
  const late = has(k.version, DELTA.move_mount_to_first);
  if (slot === undefined && !late) return refuse(k, MOVE_MOUNT.bad_fd);
  const target = E.chain(() => resolve(k, task, path, undefined, false))(pathAt([], path));
  if (E.isLeft(target)) return refuse(k, target.left);
  if (slot === undefined) return refuse(k, MOVE_MOUNT.bad_fd_last);
  const { object } = k.files.get(slot.file)!;
  if (object.of !== "inode" || object.path !== true) {
    return unmodelled(k, "moving what fsmount did not make");
  }
  if (!isModelled(k, target.right)) {
    return unmodelled(k, "mounts elsewhere than on bpffs and tmpfs");
  }
  const mount = k.fs.mounts.get(object.mount)!;
  if (mount.ns !== undefined) return unmodelled(k, "moving a mount by its descriptor");
  const place = lockMount(k, task, target.right);
  if (E.isLeft(place) || place.right.inode.node.kind !== "dir") {
    return unmodelled(k, "places that nothing is mounted on");
  }
  return done(attach(k, object.mount, placeOf(place.right), task.ns));
}
