/** What /proc/self/mounts says of bpffs (fs/proc_namespace.c, kernel/bpf/inode.c). */
import * as MS from "../abi/mount_flags.ts";
import { freeFd } from "../kernel/fds.ts";
import type { Inode, Mount, Superblock } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, unmodelled } from "../kernel/outcome.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { shownDelegation } from "./delegation.ts";

/** The lines of the bpffs mounts of the task's namespace; they are written, and `ret` is their length. */
export function mounts(k: Kernel, task: Task): Outcome {
  if (freeFd(task) === undefined) return unmodelled(k, "/proc/self/mounts without a descriptor");
  const lines = Array.from(k.fs.mounts.values())
    .filter(({ ns, sb }) => ns === task.ns && k.fs.superblocks.get(sb)!.type === "bpf")
    .map((mount) => line(k, mount));
  const bytes = lines.join("");
  return done(k, bytes.length, bytes === "" ? [] : [{ field: "lines", offset: 0, bytes }]);
}

function line(k: Kernel, mount: Mount): string {
  const sb = k.fs.superblocks.get(mount.sb)!;
  const source = escaped(mount.source, " \t\n\\#");
  const target = escaped(pathOf(k, mount), " \t\n\\");
  const isReadOnly = sb.readOnly || (mount.flags & MS.MS_RDONLY) !== 0;
  const options = [
    isReadOnly ? "ro" : "rw",
    ...named(sb.flags, SB_NAMES),
    ...named(mount.flags, MOUNT_NAMES),
  ].join(",") + ownOptions(k, sb, k.fs.inodes.get(mount.root)!);
  return `${source} ${target} bpf ${options} 0 0\n`;
}

const SB_NAMES: readonly (readonly [number, string])[] = [
  [MS.MS_SYNCHRONOUS, "sync"],
  [MS.MS_DIRSYNC, "dirsync"],
  [MS.MS_MANDLOCK, "mand"],
  [MS.MS_LAZYTIME, "lazytime"],
];

const MOUNT_NAMES: readonly (readonly [number, string])[] = [
  [MS.MS_NOSUID, "nosuid"],
  [MS.MS_NODEV, "nodev"],
  [MS.MS_NOEXEC, "noexec"],
  [MS.MS_NOATIME, "noatime"],
  [MS.MS_NODIRATIME, "nodiratime"],
  [MS.MS_RELATIME, "relatime"],
  [MS.MS_NOSYMFOLLOW, "nosymfollow"],
];

function named(flags: number, names: readonly (readonly [number, string])[]): readonly string[] {
  return names.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}

/**
 * `bpf_show_options`: what the root of the mount has now, not what it was mounted with. The mode is
 * shown without its sticky bit.
 */
function ownOptions(k: Kernel, { delegation }: Superblock, root: Inode): string {
  const mode = root.mode & 0o6777;
  const owner = shownOwner(k, root);
  const shown = mode === 0o777 ? "" : `,mode=${mode.toString(8)}`;
  return owner + shown + shownDelegation(k.version, delegation);
}

function shownOwner(k: Kernel, { uid, gid }: Inode): string {
  if (!has(k.version, DELTA.mount_owner)) return "";
  return (uid === 0 ? "" : `,uid=${uid}`) + (gid === 0 ? "" : `,gid=${gid}`);
}

/** Some characters as three octal digits. */
function escaped(text: string, which: string): string {
  return Array.from(
    text,
    (c) => which.includes(c) ? `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}` : c,
  ).join("");
}

/** The path of a mount from the root of its namespace. */
function pathOf(k: Kernel, mount: Mount): string {
  if (mount.on === undefined) return "";
  const parent = k.fs.mounts.get(mount.on.mount)!;
  return pathOf(k, parent) + within(k, mount.on.inode, parent.root);
}

/** The names from the root of a mount to a file. */
function within(k: Kernel, inode: number, root: number): string {
  if (inode === root) return "";
  for (const [number, { node }] of k.fs.inodes.entries()) {
    if (node.kind !== "dir") continue;
    const name = node.entries.keyOf(inode);
    if (name !== undefined) return `${within(k, number, root)}/${name}`;
  }
  return "";
}
