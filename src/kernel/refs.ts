/**
 * Reference counts: what holds an object keeps it alive, and what lets go of the last reference
 * takes the object with it, and whatever that held in turn.
 */
import { type FileObject, type OpenFile, RDWR } from "./files.ts";
import { remove, replace } from "./ids.ts";
import type { Inode, Place } from "./inodes.ts";
import type { Kernel } from "./kernel.ts";
import type { BpfLink } from "./links.ts";
import type { BpfMap } from "./maps.ts";
import type { BpfProg } from "./progs.ts";
import { unregister } from "./registry.ts";

/** The kernel with a changed map in it. */
export function withMap(k: Kernel, map: BpfMap): Kernel {
  return { ...k, maps: replace(k.maps, map.id, map) };
}

function withProg(k: Kernel, prog: BpfProg): Kernel {
  return { ...k, progs: replace(k.progs, prog.id, prog) };
}

export function withLink(k: Kernel, link: BpfLink): Kernel {
  return { ...k, links: replace(k.links, link.id, link) };
}

/** Takes a reference on a map; `user` where user space holds it (a descriptor, a pin). */
export function holdMap(k: Kernel, id: number, user: boolean): Kernel {
  const map = k.maps.table.get(id)!;
  return withMap(k, { ...map, refs: map.refs + 1, urefs: map.urefs + (user ? 1 : 0) });
}

export function putMap(k: Kernel, id: number, user: boolean): Kernel {
  const map = k.maps.table.get(id)!;
  if (map.refs === 1) {
    const without = { ...k, maps: remove(k.maps, id) };
    const unfilled = map.contents.kind === "struct_ops"
      ? map.contents.progs.reduce(putProg, without)
      : without;
    return map.spec.btf === undefined ? unfilled : putBtf(unfilled, map.spec.btf.id);
  }
  return withMap(k, { ...map, refs: map.refs - 1, urefs: map.urefs - (user ? 1 : 0) });
}

export function holdProg(k: Kernel, id: number): Kernel {
  const prog = k.progs.table.get(id)!;
  return withProg(k, { ...prog, refs: prog.refs + 1 });
}

export function putProg(k: Kernel, id: number): Kernel {
  const prog = k.progs.table.get(id)!;
  if (prog.refs > 1) return withProg(k, { ...prog, refs: prog.refs - 1 });
  const without = { ...k, progs: remove(k.progs, id) };
  return prog.maps.reduce((left, map) => putMap(left, map, false), without);
}

export function holdBtf(k: Kernel, id: number): Kernel {
  const btf = k.btfs.table.get(id)!;
  return { ...k, btfs: replace(k.btfs, id, { ...btf, refs: btf.refs + 1 }) };
}

export function putBtf(k: Kernel, id: number): Kernel {
  const btf = k.btfs.table.get(id)!;
  if (btf.refs === 1) return { ...k, btfs: remove(k.btfs, id) };
  return { ...k, btfs: replace(k.btfs, id, { ...btf, refs: btf.refs - 1 }) };
}

export function holdLink(k: Kernel, id: number): Kernel {
  const link = k.links.table.get(id)!;
  return withLink(k, { ...link, refs: link.refs + 1 });
}

export function putLink(k: Kernel, id: number): Kernel {
  const link = k.links.table.get(id)!;
  if (link.refs > 1) return withLink(k, { ...link, refs: link.refs - 1 });
  const without = { ...k, links: remove(k.links, id) };
  if (link.object === undefined) return without;
  if (link.of === "prog") return putProg(without, link.object);
  return putMap(unregister(without, link.object), link.object, false);
}

/** Takes the reference that a descriptor or a pin has on an object. */
export function holdObject(
  k: Kernel,
  { of, id }: { readonly of: "map" | "prog" | "link"; readonly id: number },
): Kernel {
  if (of === "map") return holdMap(k, id, true);
  return of === "prog" ? holdProg(k, id) : holdLink(k, id);
}

/** A new open file, held once. */
export function openFile(k: Kernel, object: FileObject): { k: Kernel; file: number } {
  const file = k.nextFile;
  const opened: OpenFile = { object, refs: 1 };
  return { k: { ...k, files: k.files.set(file, opened), nextFile: file + 1 }, file };
}

export function holdFile(k: Kernel, file: number): Kernel {
  const held = k.files.get(file)!;
  return { ...k, files: k.files.set(file, { ...held, refs: held.refs + 1 }) };
}

export function putFile(k: Kernel, file: number): Kernel {
  const held = k.files.get(file)!;
  if (held.refs > 1) {
    return { ...k, files: k.files.set(file, { ...held, refs: held.refs - 1 }) };
  }
  return release({ ...k, files: k.files.delete(file) }, held.object);
}

function release(k: Kernel, object: FileObject): Kernel {
  switch (object.of) {
    case "map":
      return putMap(k, object.id, true);
    case "prog":
      return putProg(k, object.id);
    case "btf":
      return putBtf(k, object.id);
    case "link":
      return putLink(k, object.id);
    case "socket":
      return releaseSocket(k, object.id);
    case "context":
      return releaseContext(k, object.id);
    case "inode":
      return putPlace(k, object);
    case "other":
      return k;
  }
}

/** Closes one end of a pair: what still waits in it is lost, and the other end has no peer. */
function releaseSocket(k: Kernel, id: number): Kernel {
  const socket = k.sockets.get(id)!;
  let sockets = k.sockets.delete(id);
  const peer = socket.peer === undefined ? undefined : sockets.get(socket.peer);
  if (peer !== undefined) {
    const reset = socket.queue.length > 0;
    sockets = sockets.set(socket.peer!, { ...peer, peer: undefined, reset });
  }
  const inFlight = socket.queue.flatMap((message) => message.files);
  return inFlight.reduce((left, file) => putFile(left, file), { ...k, sockets });
}

export function withInode(k: Kernel, number: number, inode: Inode): Kernel {
  return { ...k, fs: { ...k.fs, inodes: k.fs.inodes.set(number, inode) } };
}

export function openInode(k: Kernel, number: number): Kernel {
  const inode = k.fs.inodes.get(number)!;
  return withInode(k, number, { ...inode, opens: inode.opens + 1 });
}

function closeInode(k: Kernel, number: number): Kernel {
  const inode = k.fs.inodes.get(number)!;
  return keepOrFree(k, number, { ...inode, opens: inode.opens - 1 });
}

/** Puts back an inode that lost a name or an opener, or frees it and what it pins. */
export function keepOrFree(k: Kernel, number: number, inode: Inode): Kernel {
  if (inode.nlink > 0 || inode.opens > 0) return withInode(k, number, inode);
  const freed = { ...k, fs: { ...k.fs, inodes: k.fs.inodes.delete(number) } };
  // A directory that was removed held the one it was in.
  if (inode.node.kind === "dir") return closeInode(freed, inode.node.parent);
  if (inode.node.kind !== "pin") return freed;
  return release(freed, { ...inode.node, mode: RDWR });
}

/** Holds a file or directory, and the mount by which it is seen. */
export function holdPlace(k: Kernel, { mount, inode }: Place): Kernel {
  const held = k.fs.mounts.get(mount)!;
  const mounts = k.fs.mounts.set(mount, { ...held, refs: held.refs + 1 });
  return openInode({ ...k, fs: { ...k.fs, mounts } }, inode);
}

export function putPlace(k: Kernel, { mount, inode }: Place): Kernel {
  const left = closeInode(k, inode);
  const held = left.fs.mounts.get(mount)!;
  const mounts = left.fs.mounts.set(mount, { ...held, refs: held.refs - 1 });
  return freeMount({ ...left, fs: { ...left.fs, mounts } }, mount);
}

/**
 * Frees a mount that is mounted nowhere and that nobody holds, what was mounted on it, and its
 * superblock where it was the last one. Source: fs/namespace.c, cleanup_mnt.
 */
export function freeMount(k: Kernel, number: number): Kernel {
  const mount = k.fs.mounts.get(number);
  if (mount === undefined || mount.ns !== undefined || mount.on !== undefined) return k;
  if (mount.refs > 0) return k;
  let now: Kernel = { ...k, fs: { ...k.fs, mounts: k.fs.mounts.delete(number) } };
  now = closeInode(now, mount.root);
  for (const [child, { on }] of now.fs.mounts.entries()) {
    if (on?.mount === number) now = freeMount(disconnect(now, child), child);
  }
  return keepOrKill(now, mount.sb);
}

/** A file system that was made in steps and is let go of. */
function releaseContext(k: Kernel, id: number): Kernel {
  const { sb } = k.contexts.get(id)!;
  const left = { ...k, contexts: k.contexts.delete(id) };
  if (sb === undefined) return left;
  return keepOrKill(closeInode(left, k.fs.superblocks.get(sb)!.root), sb);
}

/** An instance goes that neither a mount nor a context has any more. */
function keepOrKill(k: Kernel, number: number): Kernel {
  const isHeld = ({ sb }: { readonly sb: number | undefined }) => sb === number;
  const isShown = Array.from(k.fs.mounts.values()).some(isHeld) ||
    Array.from(k.contexts.values()).some(isHeld);
  return isShown ? k : killSuperblock(k, number);
}

/** Takes a mount off its place. */
export function disconnect(k: Kernel, number: number): Kernel {
  const mount = k.fs.mounts.get(number)!;
  const mounts = k.fs.mounts.set(number, { ...mount, on: undefined });
  return { ...k, fs: { ...k.fs, mounts } };
}

/** An instance that no mount shows goes, with all its files and what they pin. */
function killSuperblock(k: Kernel, number: number): Kernel {
  const own = Array.from(k.fs.inodes.entries()).filter(([, { sb }]) => sb === number);
  const inodes = own.reduce((left, [inode]) => left.delete(inode), k.fs.inodes);
  const superblocks = k.fs.superblocks.delete(number);
  const killed: Kernel = { ...k, fs: { ...k.fs, inodes, superblocks } };
  return own.reduce(
    (left, [, { node }]) => node.kind === "pin" ? release(left, { ...node, mode: RDWR }) : left,
    killed,
  );
}
