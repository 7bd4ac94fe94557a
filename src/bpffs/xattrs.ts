/**
 * Extended attributes (fs/xattr.c): setxattr(2), getxattr(2), listxattr(2), removexattr(2) and their
 * `l` and `f` forms. A bpffs has them from 7.2 on, those of `trusted.` and of `security.`.
 */
import * as E from "fp-ts/lib/Either.js";
import { OrderedMap } from "immutable";
import { XATTR_NAME_MAX, XATTR_SIZE_MAX } from "../abi/limits.ts";
import { capable } from "../kernel/capabilities.ts";
import { fileAt } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { withInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Target } from "./attributes.ts";
import { isReadOnly } from "./create.ts";
import { MAY_READ, MAY_WRITE, permits } from "./permission.ts";
import { type Found, inodeAt, isBpffs, pathAt, resolve } from "./walk.ts";

export const XATTR = rules("xattr", {
  flags: ["EINVAL", "setxattr: `flags` has a bit other than XATTR_CREATE and XATTR_REPLACE"],
  name: ["ERANGE", "the name is empty or has more than 255 bytes"],
  size: ["E2BIG", "setxattr: the value has more than 65,536 bytes"],
  bad_fd: ["EBADF", "the descriptor is not open, or was opened with O_PATH"],
  read_only: ["EROFS", "setxattr, removexattr: the file system is read-only"],
  trusted_write: ["EPERM", "a `trusted.` attribute is changed without CAP_SYS_ADMIN"],
  trusted_read: ["ENODATA", "a `trusted.` attribute is asked for without CAP_SYS_ADMIN"],
  link_write: ["EPERM", "a `user.` attribute of a symlink is changed"],
  link_read: ["ENODATA", "a `user.` attribute of a symlink is asked for"],
  sticky: [
    "EPERM",
    "a `user.` attribute of a sticky directory is changed, and the caller neither owns it nor has CAP_FOWNER",
  ],
  permission: [
    "EACCES",
    "an attribute other than of `trusted.`, `security.` and `system.`, and the mode of the file does not allow to read or write it",
  ],
  security: ["EPERM", "a `security.` attribute is changed without CAP_SYS_ADMIN"],
  unsupported: [
    "EOPNOTSUPP",
    "a bpffs does not have attributes of that kind (until 6.18 none, from 7.2 on `trusted.` and `security.`)",
  ],
  prefix: ["EINVAL", "the name is `trusted.` or `security.` and nothing more", { since: "7.2" }],
  limit: [
    "ENOSPC",
    "setxattr: the file would have more than 128 `security.` attributes, or more than 131,072 bytes in them (with the old value and the new one, where one replaces the other)",
    { since: "7.2" },
  ],
  exists: ["EEXIST", "setxattr with XATTR_CREATE: the attribute exists", { since: "7.2" }],
  absent: [
    "ENODATA",
    "the file does not have the attribute (setxattr: with XATTR_REPLACE)",
    { since: "7.2" },
  ],
  range: ["ERANGE", "the buffer has a size, and the value or list is longer", { since: "7.2" }],
});

const XATTR_CREATE = 1;
const XATTR_REPLACE = 2;

type Wanted = Outcome | Found;

function isFound(wanted: Wanted): wanted is Found {
  return "inode" in wanted;
}

/** Finds the file that a call is on; a change of what is on a read-only file system ends here. */
function find(k: Kernel, task: Task, target: Target, mask = MAY_READ): Wanted {
  if ("path" in target) {
    const { path, follows = true } = target;
    const found = E.chain(() => resolve(k, task, path, undefined, follows))(pathAt([], path));
    return E.isLeft(found) ? refuse(k, found.left) : onBpffs(k, found.right, mask);
  }
  const object = fileAt(k, task, target.fd)?.object;
  if (object === undefined) return refuse(k, XATTR.bad_fd);
  return object.of === "inode"
    ? onBpffs(k, inodeAt(k, object), mask)
    : unmodelled(k, "attributes of what is no file");
}

function onBpffs(k: Kernel, found: Found, mask: number): Wanted {
  if (mask === MAY_WRITE && isReadOnly(k, found)) return refuse(k, XATTR.read_only);
  return isBpffs(k, found.inode) ? found : unmodelled(k, "attributes on other file systems");
}

function badName(name: string): boolean {
  return name === "" || name.length > XATTR_NAME_MAX;
}

/** Names that security modules have ideas of their own about. */
const OTHERS = /^(security\.(capability|selinux|SMACK64.*|apparmor|ima|evm)|system\.posix_acl_.*)$/;

/** `xattr_permission`, and what capabilities do as a security module. */
function mayAccess(k: Kernel, task: Task, { inode }: Found, name: string, mask: number) {
  const writes = mask === MAY_WRITE;
  const admin = capable(task.cred, "CAP_SYS_ADMIN");
  if (OTHERS.test(name)) return "attributes that security modules or ACLs are kept in";
  if (name.startsWith("trusted.")) {
    if (admin) return undefined;
    return writes ? XATTR.trusted_write : XATTR.trusted_read;
  }
  if (name.startsWith("security.")) {
    if (!writes || admin) return undefined;
    // 6.1 leaves out the question where a BPF security module is compiled in.
    return k.version === "6.1" ? "security attributes without CAP_SYS_ADMIN" : XATTR.security;
  }
  if (name.startsWith("system.")) return undefined;
  if (name.startsWith("user.")) {
    if (inode.node.kind === "symlink") return writes ? XATTR.link_write : XATTR.link_read;
    const owns = task.cred.uid === inode.uid || capable(task.cred, "CAP_FOWNER");
    const sticky = inode.node.kind === "dir" && (inode.mode & 0o1000) !== 0;
    if (sticky && writes && !owns) return XATTR.sticky;
  }
  return permits(task, inode, mask) ? undefined : XATTR.permission;
}

/** `xattr_resolve_name`: whether the file system has attributes of that kind. */
function supported(k: Kernel, name: string): Rule | undefined {
  if (!has(k.version, DELTA.xattrs)) return XATTR.unsupported;
  if (name === "trusted." || name === "security.") return XATTR.prefix;
  return /^(trusted|security)\./.test(name) ? undefined : XATTR.unsupported;
}

/** Everything before the attribute itself is looked at. */
function check(k: Kernel, task: Task, found: Found, name: string, mask: number) {
  const wrong = mayAccess(k, task, found, name, mask);
  if (typeof wrong === "string") return unmodelled(k, wrong);
  const refused = wrong ?? supported(k, name);
  return refused === undefined ? undefined : refuse(k, refused);
}

/** The attributes of a file. */
function attributesOf({ inode }: Found): OrderedMap<string, string> {
  return inode.xattrs ?? OrderedMap<string, string>();
}

function changed(k: Kernel, { number, inode }: Found, xattrs: OrderedMap<string, string>): Outcome {
  return done(withInode(k, number, { ...inode, xattrs }));
}

function badValue(name: string, value: string, flags: number): Rule | undefined {
  if ((flags & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return XATTR.flags;
  if (badName(name)) return XATTR.name;
  return value.length > XATTR_SIZE_MAX ? XATTR.size : undefined;
}

/** setxattr(2), lsetxattr(2), fsetxattr(2) */
export function setxattr(
  k: Kernel,
  task: Task,
  target: Target,
  name: string,
  value: string,
  flags: number,
): Outcome {
  const bad = badValue(name, value, flags);
  if (bad !== undefined && argsFirst(k, target)) return refuse(k, bad);
  const found = find(k, task, target, MAY_WRITE);
  if (!isFound(found)) return found;
  if (bad !== undefined) return refuse(k, bad);
  const refused = check(k, task, found, name, MAY_WRITE);
  if (refused !== undefined) return refused;
  const xattrs = attributesOf(found);
  if (name.startsWith("security.") && isFull(xattrs, value)) return refuse(k, XATTR.limit);
  const exists = xattrs.has(name);
  if (exists && (flags & XATTR_CREATE) !== 0) return refuse(k, XATTR.exists);
  if (!exists && (flags & XATTR_REPLACE) !== 0) return refuse(k, XATTR.absent);
  return changed(k, found, xattrs.set(name, value));
}

/** Whether a change looks at its arguments before it looks for the file. */
function argsFirst(k: Kernel, target: Target): boolean {
  const change = "path" in target ? DELTA.xattr_args_first : DELTA.getxattr_name_first;
  return has(k.version, change);
}

const MAX_NR = 128;
const MAX_SIZE = 128 * 1024;

/** `simple_xattr_limits_inc`, which counts the new value before it lets go of an old one. */
function isFull(xattrs: OrderedMap<string, string>, value: string): boolean {
  let [count, size] = [1, value.length];
  for (const [name, held] of xattrs) {
    if (!name.startsWith("security.")) continue;
    count++;
    size += held.length;
  }
  return count > MAX_NR || size > MAX_SIZE;
}

/** getxattr(2), lgetxattr(2), fgetxattr(2): with a size of 0, how long the value is. */
export function getxattr(
  k: Kernel,
  task: Task,
  target: Target,
  name: string,
  size: number,
): Outcome {
  if (badName(name) && has(k.version, DELTA.getxattr_name_first)) return refuse(k, XATTR.name);
  const found = find(k, task, target);
  if (!isFound(found)) return found;
  if (badName(name)) return refuse(k, XATTR.name);
  const refused = check(k, task, found, name, MAY_READ);
  if (refused !== undefined) return refused;
  const value = attributesOf(found).get(name);
  return value === undefined ? refuse(k, XATTR.absent) : told(k, value, size);
}

function told(k: Kernel, bytes: string, size: number): Outcome {
  if (size === 0) return done(k, bytes.length);
  if (bytes.length > size) return refuse(k, XATTR.range);
  return done(k, bytes.length, [{ field: "buf", offset: 0, bytes }]);
}

/** listxattr(2), llistxattr(2), flistxattr(2): the names, each with a NUL behind it. */
export function listxattr(k: Kernel, task: Task, target: Target, size: number): Outcome {
  const found = find(k, task, target);
  if (!isFound(found)) return found;
  const all = capable(task.cred, "CAP_SYS_ADMIN");
  const names = [...attributesOf(found).keys()].filter((name) =>
    all || !name.startsWith("trusted.")
  );
  const list = names.map((name) => `${name}\0`).join("");
  if (list.length > XATTR_SIZE_MAX) return unmodelled(k, "more names than a list can have");
  return told(k, list, size);
}

/** removexattr(2), lremovexattr(2), fremovexattr(2) */
export function removexattr(k: Kernel, task: Task, target: Target, name: string): Outcome {
  if (badName(name) && argsFirst(k, target)) return refuse(k, XATTR.name);
  const found = find(k, task, target, MAY_WRITE);
  if (!isFound(found)) return found;
  if (badName(name)) return refuse(k, XATTR.name);
  const refused = check(k, task, found, name, MAY_WRITE);
  if (refused !== undefined) return refused;
  const xattrs = attributesOf(found);
  return xattrs.has(name) ? changed(k, found, xattrs.delete(name)) : refuse(k, XATTR.absent);
}
