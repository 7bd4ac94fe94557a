/** rename(2) and renameat2(2) (fs/namei.c, do_renameat2 and vfs_rename), on a bpffs or a tmpfs. */
import * as E from "fp-ts/lib/Either.js";
import type { Node } from "../kernel/inodes.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { withInode } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { CREATE, enter, entriesOf, isReadOnly, leave, mayCreate } from "./create.ts";
import { changeable, DELETE, drop, dropDir, ELSEWHERE, mayDelete, named } from "./names.ts";
import { MAY_WRITE, permits } from "./permission.ts";
import {
  type Found,
  isBpffs,
  isSpecial,
  lookup,
  type Parent,
  pathAt,
  walkToParent,
} from "./walk.ts";

export const RENAME = rules("rename", {
  flags: ["EINVAL", "`flags` has a bit that renameat2(2) does not know"],
  flags_exchange: [
    "EINVAL",
    "`flags` has RENAME_EXCHANGE with RENAME_NOREPLACE or RENAME_WHITEOUT",
  ],
  cross: ["EXDEV", "the two paths are on different file systems"],
  special: [
    "EBUSY",
    "the old path ends in `.`, `..` or is `/`, or without RENAME_NOREPLACE the new one",
  ],
  special_exists: ["EEXIST", "with RENAME_NOREPLACE, the new path ends in `.`, `..` or is `/`"],
  exists: ["EEXIST", "with RENAME_NOREPLACE, the new name exists"],
  exchange_absent: ["ENOENT", "with RENAME_EXCHANGE, the new name does not exist"],
  exchange_slash: [
    "ENOTDIR",
    "with RENAME_EXCHANGE, a slash follows the new name and it is no directory",
  ],
  old_slash: ["ENOTDIR", "a slash follows the old name and it is no directory"],
  new_slash: ["ENOTDIR", "a slash follows the new name and the old one is no directory"],
  into_itself: ["EINVAL", "the new path is below the directory that is moved"],
  exchange_parent: [
    "EINVAL",
    "with RENAME_EXCHANGE, the new path is a directory on the way to the old one",
  ],
  over_parent: ["ENOTEMPTY", "the new path is a directory on the way to the old one"],
  over_file: ["ENOTDIR", "a directory would replace something else"],
  over_dir: ["EISDIR", "something else would replace a directory"],
  moved_dir: ["EACCES", "a directory changes its parent and may itself not be written to"],
  bpffs_flags: [
    "EINVAL",
    "a bpffs does not know the flag: RENAME_WHITEOUT, and on 5.10 RENAME_EXCHANGE",
  ],
  not_empty: ["ENOTEMPTY", "the directory that would be replaced has entries"],
});

/** Whether `number` is `dir` or above it, within one file system. */
function isAncestor(k: Kernel, number: number, dir: number): boolean {
  if (number === dir) return true;
  const node = k.fs.inodes.get(dir)!.node as Extract<Node, { kind: "dir" }>;
  return node.parent !== dir && isAncestor(k, number, node.parent);
}

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

/** rename(2), and renameat2(2) from the working directory. */
export function rename(k: Kernel, task: Task, from: string, to: string, flags = 0): Outcome {
  const wrong = checkFlags(flags);
  if (wrong !== undefined) return refuse(k, wrong);
  const source = E.chain((text: string) => walkToParent(k, task, text))(pathAt([], from));
  if (E.isLeft(source)) return refuse(k, source.left);
  const target = E.chain((text: string) => walkToParent(k, task, text))(pathAt([], to));
  if (E.isLeft(target)) return refuse(k, target.left);
  if (source.right.dir.inode.sb !== target.right.dir.inode.sb) return refuse(k, RENAME.cross);
  if (isSpecial(source.right.name)) return refuse(k, RENAME.special);
  if (isSpecial(target.right.name)) {
    return refuse(k, (flags & RENAME_NOREPLACE) !== 0 ? RENAME.special_exists : RENAME.special);
  }
  if (isReadOnly(k, source.right.dir)) return refuse(k, DELETE.read_only);
  return move(k, task, source.right, target.right, flags);
}

function checkFlags(flags: number): Rule | undefined {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) !== 0) return RENAME.flags;
  const both = (flags & RENAME_EXCHANGE) !== 0 && flags !== RENAME_EXCHANGE;
  return both ? RENAME.flags_exchange : undefined;
}

function move(k: Kernel, task: Task, source: Parent, target: Parent, flags: number): Outcome {
  const old = named(k, source);
  if (E.isLeft(old)) return refuse(k, old.left);
  const there = lookup(k, target.dir, target.name);
  if (E.isLeft(there)) return refuse(k, there.left);
  const victim = there.right === undefined ? undefined : named(k, target);
  const over = victim !== undefined && E.isRight(victim) ? victim.right : undefined;
  const isDir = old.right.inode.node.kind === "dir";
  const wrong = checkPlaces(k, source, target, old.right, over, flags);
  if (wrong !== undefined) return refuse(k, wrong);
  if (over?.number === old.right.number) return done(k);
  if (!changeable(k, source.dir)) return unmodelled(k, ELSEWHERE);
  const refused = mayMove(task, source, target, old.right, over, flags);
  if (refused !== undefined) return refuse(k, refused);
  if (!isBpffs(k, source.dir.inode) && (flags & RENAME_WHITEOUT) !== 0) {
    return unmodelled(k, "whiteouts on a tmpfs");
  }
  if (isBpffs(k, source.dir.inode) && !knowsFlags(k, flags)) return refuse(k, RENAME.bpffs_flags);
  if ((flags & RENAME_EXCHANGE) !== 0) {
    return done(exchanged(k, source, target, old.right, over!));
  }
  const full = over !== undefined && isDir && entriesOf(over.inode).size > 0;
  return full ? refuse(k, RENAME.not_empty) : done(moved(k, source, target, old.right, over));
}

/** `simple_rename`: the flags that a bpffs takes. */
function knowsFlags(k: Kernel, flags: number): boolean {
  if ((flags & RENAME_WHITEOUT) !== 0) return false;
  return (flags & RENAME_EXCHANGE) === 0 || has(k.version, DELTA.rename_exchange);
}

/** What is asked of the two places before any right is. */
function checkPlaces(
  k: Kernel,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
  flags: number,
): Rule | undefined {
  const isDir = old.inode.node.kind === "dir";
  const exchange = (flags & RENAME_EXCHANGE) !== 0;
  if ((flags & RENAME_NOREPLACE) !== 0 && over !== undefined) return RENAME.exists;
  if (exchange && over === undefined) return RENAME.exchange_absent;
  if (trapped(k, source, target, old, over)) {
    if (has(k.version, DELTA.rename_trap_first)) return trapRule(k, target, old, exchange);
  }
  if (exchange && target.slash && over?.inode.node.kind !== "dir") return RENAME.exchange_slash;
  if (!isDir && source.slash) return RENAME.old_slash;
  if (!isDir && !exchange && target.slash) return RENAME.new_slash;
  return trapped(k, source, target, old, over) ? trapRule(k, target, old, exchange) : undefined;
}

/** Whether one of the two is a directory above the other. */
function trapped(
  k: Kernel,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
): boolean {
  return (old.inode.node.kind === "dir" && isAncestor(k, old.number, target.dir.number)) ||
    (over?.inode.node.kind === "dir" && isAncestor(k, over.number, source.dir.number));
}

function trapRule(k: Kernel, target: Parent, old: Found, exchange: boolean): Rule {
  const isDir = old.inode.node.kind === "dir";
  if (isDir && isAncestor(k, old.number, target.dir.number)) return RENAME.into_itself;
  return exchange ? RENAME.exchange_parent : RENAME.over_parent;
}

function mayMove(
  task: Task,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
  flags: number,
): Rule | undefined {
  const exchange = (flags & RENAME_EXCHANGE) !== 0;
  const isDir = old.inode.node.kind === "dir";
  const overDir = over?.inode.node.kind === "dir";
  const gone = mayDelete(task, source.dir, old);
  if (gone !== undefined) return gone;
  if (over === undefined) {
    if (!mayCreate(task, target.dir)) return CREATE.write;
  } else {
    const replaced = mayDelete(task, target.dir, over);
    if (replaced !== undefined) return replaced;
    if (!exchange && isDir && !overDir) return RENAME.over_file;
    if (!exchange && !isDir && overDir) return RENAME.over_dir;
  }
  if (source.dir.number === target.dir.number) return undefined;
  if (isDir && !permits(task, old.inode, MAY_WRITE)) return RENAME.moved_dir;
  const otherMoves = exchange && overDir && !permits(task, over!.inode, MAY_WRITE);
  return otherMoves ? RENAME.moved_dir : undefined;
}

/** RENAME_EXCHANGE: each of two names comes to stand for what the other did. */
function exchanged(k: Kernel, source: Parent, target: Parent, old: Found, over: Found): Kernel {
  const isDir = old.inode.node.kind === "dir";
  const overDir = over.inode.node.kind === "dir";
  const without = leave(
    leave(k, source.dir.number, source.name, isDir),
    target.dir.number,
    target.name,
    overDir,
  );
  const crossed = enter(
    enter(without, source.dir.number, source.name, over.number, overDir),
    target.dir.number,
    target.name,
    old.number,
    isDir,
  );
  return under(
    under(crossed, old.number, target.dir.number),
    over.number,
    source.dir.number,
  );
}

/** Sets a directory's `..`. */
function under(k: Kernel, number: number, parent: number): Kernel {
  const inode = k.fs.inodes.get(number)!;
  if (inode.node.kind !== "dir") return k;
  return withInode(k, number, { ...inode, node: { ...inode.node, parent } });
}

function moved(
  k: Kernel,
  source: Parent,
  target: Parent,
  old: Found,
  over: Found | undefined,
): Kernel {
  const isDir = old.inode.node.kind === "dir";
  const cleared = over === undefined
    ? k
    : isDir
    ? dropDir(k, target.dir.number, target.name, over.number)
    : drop(k, target.dir.number, target.name, over);
  const left = leave(cleared, source.dir.number, source.name, isDir);
  const entered = enter(left, target.dir.number, target.name, old.number, isDir);
  return under(entered, old.number, target.dir.number);
}
