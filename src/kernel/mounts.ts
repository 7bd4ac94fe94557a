/** The mounts and mount namespaces of a kernel: what fs/namespace.c does to the tree. */
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from "../abi/mount_flags.ts";
import type { FileSystem, Mount, Place } from "./inodes.ts";
import type { Kernel } from "./kernel.ts";
import { disconnect, freeMount, openInode } from "./refs.ts";

export function withMounts(k: Kernel, mounts: FileSystem["mounts"]): Kernel {
  return { ...k, fs: { ...k.fs, mounts } };
}

export function withMount(k: Kernel, number: number, mount: Mount): Kernel {
  return withMounts(k, k.fs.mounts.set(number, mount));
}

/** The mounts on a mount, in the order in which they were put there. */
export function childrenOf(k: Kernel, parent: number): readonly number[] {
  return Array.from(k.fs.mounts.entries())
    .filter(([, { on }]) => on?.mount === parent)
    .sort(([, a], [, b]) => a.attached - b.attached)
    .map(([number]) => number);
}

/** A mount and all that is mounted below it, each before what is on it. */
function treeOf(k: Kernel, top: number): readonly number[] {
  return [top, ...childrenOf(k, top).flatMap((child) => treeOf(k, child))];
}

/** Whether a mount is another or stands below it. */
export function isWithin(k: Kernel, mount: number, top: number): boolean {
  if (mount === top) return true;
  const { on } = k.fs.mounts.get(mount)!;
  return on !== undefined && isWithin(k, on.mount, top);
}

/** Whether something is mounted on a file in a namespace, by whichever mount the file is seen. */
export function isMountPoint(k: Kernel, ns: number, inode: number): boolean {
  return Array.from(k.fs.mounts.values()).some((mount) =>
    mount.ns === ns && mount.on?.inode === inode
  );
}

/** Whether something is mounted on a file in any namespace. */
export function hasMountOn(k: Kernel, inode: number): boolean {
  return Array.from(k.fs.mounts.values()).some(({ on }) => on?.inode === inode);
}

/** A new mount, which is nowhere yet. */
export function addMount(
  k: Kernel,
  made: Omit<Mount, "on" | "ns" | "refs" | "attached">,
): { readonly k: Kernel; readonly mount: number } {
  const mount = k.fs.nextMount;
  const whole: Mount = { ...made, on: undefined, ns: undefined, refs: 0, attached: mount };
  const fs = { ...k.fs, mounts: k.fs.mounts.set(mount, whole), nextMount: mount + 1 };
  return { k: openInode({ ...k, fs }, made.root), mount };
}

/** Puts a mount, with all that is on it, on a place of a namespace. */
export function attach(k: Kernel, number: number, on: Place, ns: number): Kernel {
  const attached = k.fs.nextMount;
  const mount = k.fs.mounts.get(number)!;
  const put = withMount(
    { ...k, fs: { ...k.fs, nextMount: attached + 1 } },
    number,
    { ...mount, on, attached },
  );
  return treeOf(put, number).reduce(
    (now, each) => withMount(now, each, { ...now.fs.mounts.get(each)!, ns }),
    put,
  );
}

/** How a tree is copied. */
interface CopyOptions {
  /** Only what is mounted below this inode is copied with it. */
  readonly below?: (inode: number) => boolean;
  /** The namespace that the copies are put into at once. */
  readonly ns?: number;
  /** Whether the copies are locked to their places and to their flags. */
  readonly lock?: boolean;
}

const KEPT = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

/** Copies a mount and what is on it; `copies` says which mount became which. */
export function copyTree(
  k: Kernel,
  top: number,
  root: number,
  options: CopyOptions = {},
): { readonly k: Kernel; readonly mount: number; readonly copies: ReadonlyMap<number, number> } {
  const { below = () => true, ns, lock = false } = options;
  const copies = new Map<number, number>();
  let now = k;
  const copy = (from: number, on: Place | undefined): number => {
    const old = k.fs.mounts.get(from)!;
    const shown = on === undefined ? root : old.root;
    const kept = lock ? old.flags & KEPT : old.kept;
    const made = addMount(now, { ...old, root: shown, locked: old.locked || lock, kept });
    copies.set(from, made.mount);
    now = withMount(made.k, made.mount, { ...made.k.fs.mounts.get(made.mount)!, on, ns });
    for (const child of childrenOf(k, from)) {
      const { inode } = k.fs.mounts.get(child)!.on!;
      if (on !== undefined || below(inode)) copy(child, { mount: made.mount, inode });
    }
    return made.mount;
  };
  const mount = copy(top, undefined);
  return { k: now, mount, copies };
}

/**
 * Takes a mount and all that is on it out of its namespace (`umount_tree`). What was on it stands
 * alone from then on, or stays `connected` for those who still hold the mount below.
 */
export function umountTree(k: Kernel, top: number, connected = false): Kernel {
  const tree = treeOf(k, top);
  let now = k;
  for (const number of tree) {
    const mount = now.fs.mounts.get(number)!;
    const stays = number !== top && (connected || mount.locked);
    now = withMount(now, number, { ...mount, ns: undefined, on: stays ? mount.on : undefined });
  }
  return tree.reduce(freeMount, now);
}

/** Takes away whatever is mounted on a file that loses its name, in every namespace. */
export function detachMounts(k: Kernel, inode: number): Kernel {
  const found = Array.from(k.fs.mounts.entries()).find(([, { on }]) => on?.inode === inode);
  if (found === undefined) return k;
  const [number, { ns }] = found;
  const left = ns === undefined
    ? freeMount(disconnect(k, number), number)
    : umountTree(k, number, true);
  return detachMounts(left, inode);
}

export function enterNamespace(k: Kernel, ns: number): Kernel {
  const namespace = k.fs.namespaces.get(ns)!;
  const namespaces = k.fs.namespaces.set(ns, { ...namespace, tasks: namespace.tasks + 1 });
  return { ...k, fs: { ...k.fs, namespaces } };
}

/** A task leaves its namespace; the last one takes the mounts with it. */
export function leaveNamespace(k: Kernel, ns: number): Kernel {
  const namespace = k.fs.namespaces.get(ns)!;
  const isLast = namespace.tasks === 1;
  const namespaces = isLast
    ? k.fs.namespaces.delete(ns)
    : k.fs.namespaces.set(ns, { ...namespace, tasks: namespace.tasks - 1 });
  const left: Kernel = { ...k, fs: { ...k.fs, namespaces } };
  return isLast ? umountTree(left, namespace.root) : left;
}
