/** Mounting, which the versions of the model do not have: several proposals need file systems. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { pathAt, resolve } from "../bpffs/walk.ts";
import { capable } from "../kernel/capabilities.ts";
import type { Inode, Superblock } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";

/** What may keep a mount from being made, in the order of the checks. */
export interface MountRules {
  readonly capability: Rule;
  readonly not_dir: Rule;
}

/** Finds the directory that a file system is to be mounted on; `trusted` stands for CAP_SYS_ADMIN. */
export function mountPlace(
  k: Kernel,
  task: Task,
  path: string,
  rules: MountRules,
  trusted = false,
): E.Either<Rule, number> {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return found;
  if (!trusted && !capable(task.cred, "CAP_SYS_ADMIN")) return E.left(rules.capability);
  const { number, inode } = found.right;
  return inode.node.kind === "dir" ? E.right(number) : E.left(rules.not_dir);
}

/** Owner and mode of the root of a new file system. */
export type RootAttributes = Pick<Inode, "uid" | "gid" | "mode">;

/** A new file system with an empty root, mounted nowhere yet. */
export function newSuperblock(
  k: Kernel,
  like: Pick<Superblock, "type" | "readOnly">,
  attributes: RootAttributes,
): { readonly k: Kernel; readonly sb: number } {
  const sb = numberAfter(k.fs.superblocks.entries());
  const root = k.fs.nextInode;
  const node = { kind: "dir", entries: PMap<string, number>(), parent: root } as const;
  const inode: Inode = { node, ...attributes, sb, nlink: 2, opens: 0 };
  const fs = {
    ...k.fs,
    inodes: k.fs.inodes.set(root, inode),
    nextInode: root + 1,
    superblocks: k.fs.superblocks.set(sb, { ...like, root }),
  };
  return { k: { ...k, fs }, sb };
}

/** Numbers are not used again, as addresses are not while anybody remembers them. */
function numberAfter(entries: Iterable<readonly [number, unknown]>): number {
  let last = -1;
  for (const [number] of entries) last = number;
  return last + 1;
}

/** Mounts a file system on a directory; what was there is hidden. */
export function mountAt(k: Kernel, at: number, sb: number): Kernel {
  return { ...k, fs: { ...k.fs, mounts: k.fs.mounts.set(at, sb) } };
}
