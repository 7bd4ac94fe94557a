/** File systems of a proposal's own, which the kernel's mounts show as they show any other. */
import * as E from "fp-ts/lib/Either.js";
import { MS_RDONLY, MS_RELATIME } from "../abi/mount_flags.ts";
import { createSuperblock, isModelled, lockMount } from "../bpffs/mount.ts";
import { freshOptions } from "../bpffs/mount_options.ts";
import { MOUNT } from "../bpffs/mount_rules.ts";
import { type Found, pathAt, placeOf, resolve } from "../bpffs/walk.ts";
import type { Inode } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { addMount, attach } from "../kernel/mounts.ts";
import { withInode } from "../kernel/refs.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";

/** Owner and mode of the root of a new file system. */
export type RootAttributes = Pick<Inode, "uid" | "gid" | "mode">;

/** A file system that nothing shows yet, or that something does. */
export interface Instance {
  readonly k: Kernel;
  readonly sb: number;
  readonly root: number;
}

/** A new file system with an empty root, which nothing shows yet. */
export function newInstance(
  k: Kernel,
  task: Task,
  { uid, gid, mode }: RootAttributes,
  readOnly: boolean,
): Instance {
  const options = freshOptions(uid, gid, readOnly ? MS_RDONLY : 0);
  const { k: made, sb, root } = createSuperblock(k, task, "bpf", options);
  return { k: withInode(made, root, { ...made.fs.inodes.get(root)!, mode }), sb, root };
}

/** Finds what something is to be mounted on; undefined where the model does not know the place. */
export function mountTarget(
  k: Kernel,
  task: Task,
  path: string,
): E.Either<Rule, Found | undefined> {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  return E.map((at: Found) => isModelled(k, at) ? at : undefined)(found);
}

/** Mounts a file system on a directory, which it hides; `notDir` is for what is none. */
export function showAt(
  k: Kernel,
  task: Task,
  target: Found,
  { sb, root }: Pick<Instance, "sb" | "root">,
  notDir: Rule,
): E.Either<Rule, Kernel> {
  const place = lockMount(k, task, target);
  if (E.isLeft(place)) return place;
  if (place.right.number === root) return E.left(MOUNT.same);
  if (place.right.inode.node.kind !== "dir") return E.left(notDir);
  const flags = MS_RELATIME;
  const made = addMount(k, { sb, root, flags, source: "none", locked: false, kept: undefined });
  return E.right(attach(made.k, made.mount, placeOf(place.right), task.ns));
}
