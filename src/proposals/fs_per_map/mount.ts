/** mount(2) and umount(2) of a map. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { entriesOf } from "../../bpffs/create.ts";
import { PATH, pathAt, resolve, walkToParent } from "../../bpffs/walk.ts";
import { capable } from "../../kernel/capabilities.ts";
import { fileAt } from "../../kernel/fds.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { holdObject } from "../../kernel/refs.ts";
import { type Rule, rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { kindOf } from "../../maps/kinds.ts";
import { withDir } from "../keys_as_files/state.ts";
import { mountAt, newSuperblock } from "../mounts.ts";
import { formatOf, MOUNT_MAP, type MountOptions, readOptions } from "./options.ts";
import { allMounts, asKeys, isOpen, type K, leaveSpace, type Tree, withMounts } from "./state.ts";

/** mount(2) with `-t bpffs`. */
export function mount(k: K, task: Task, path: string, data: string): Outcome {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, MOUNT_MAP.capability);
  const options = readOptions(data, task);
  if (E.isLeft(options)) return refuse(k, options.left);
  const got = superblockOf(k, task, options.right);
  if (got === undefined) return unmodelled(k, "keys of maps of this type");
  if (E.isLeft(got)) return refuse(k, got.left);
  const { number, inode } = found.right;
  if (inode.node.kind !== "dir") return refuse(k, MOUNT_MAP.not_dir);
  if (isTree(k, inode.sb)) return unmodelled(k, "a mount on a mount of a map");
  if (k.fs.mounts.size >= k.proposed.options.mountMax) return refuse(k, MOUNT_MAP.mount_max);
  return done(mountAt(got.right.k, number, got.right.sb));
}

function isTree(k: K, sb: number): boolean {
  return k.proposed.trees.has(sb);
}

/** The one superblock of what the option `fd` says, made where it is not there yet. */
function superblockOf(
  k: K,
  task: Task,
  options: MountOptions,
): E.Either<Rule, { readonly k: K; readonly sb: number }> | undefined {
  const object = fileAt(k, task, options.fd)?.object;
  if (object === undefined) return E.left(MOUNT_MAP.bad_fd);
  const { programs, anonymous } = k.proposed.options;
  const isProg = object.of === "prog" && programs === "empty";
  if (object.of !== "map" && !isProg) return E.left(MOUNT_MAP.not_map);
  const map = object.of === "map" ? k.maps.table.get(object.id)! : undefined;
  if (map !== undefined && kindOf(map.spec.map_type) === undefined) return undefined;
  const format = map === undefined ? undefined : formatOf(options, map.spec);
  if (map !== undefined && format === undefined) return E.left(MOUNT_MAP.format);
  const { of, id } = object as { of: "map" | "prog"; id: number };
  const { uid, gid, mode } = options;
  const given = JSON.stringify({ format, uid, gid, mode });
  for (const [sb, tree] of k.proposed.trees) {
    if (tree.of !== of || tree.id !== id) continue;
    return tree.given === given ? E.right({ k, sb }) : E.left(MOUNT_MAP.options_differ);
  }
  if (k.proposed.trees.size >= anonymous) return E.left(MOUNT_MAP.anon_dev);
  const readOnly = !k.proposed.options.writable || of === "prog";
  const made = newSuperblock(k, { type: "bpf", readOnly }, { uid, gid, mode });
  const { root } = made.k.fs.superblocks.get(made.sb)!;
  const trees = k.proposed.trees.set(made.sb, { of, id, root, given });
  const held = holdObject(withMounts(made.k, { ...k.proposed, trees }), { of, id }) as K;
  const sb = made.sb;
  if (format === undefined) return E.right({ k: held, sb });
  const dir = { map: id, format, sb, inodes: PMap<string, number>() };
  return E.right({ k: withDir(asKeys(held), root, dir) as unknown as K, sb });
}

export const UMOUNT_MAP = rules("umount_map", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  not_mounted: ["EINVAL", "no map is mounted there"],
  busy: ["EBUSY", "the root or a file of a key is open"],
});

/** umount(2). */
export function umount(k: K, task: Task, path: string): Outcome {
  const place = placeOf(k, task, path);
  if (E.isLeft(place)) return refuse(k, place.left);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, UMOUNT_MAP.capability);
  const at = place.right;
  const sb = k.fs.mounts.get(at);
  const tree: Tree | undefined = sb === undefined ? undefined : k.proposed.trees.get(sb);
  if (tree === undefined) return refuse(k, UMOUNT_MAP.not_mounted);
  if (isOpen(k, tree)) {
    const mounts = allMounts(k).flatMap((each) => Array.from(each.values()));
    // Linux counts what is open by mount; the machine does by superblock.
    if (mounts.filter((each) => each === sb).length > 1) {
      return unmodelled(k, "through which of its mounts a file was opened");
    }
    return refuse(k, UMOUNT_MAP.busy);
  }
  return done({ ...k, fs: { ...k.fs, mounts: k.fs.mounts.delete(at) } });
}

/** The directory that a path names, under what may be mounted on it. */
function placeOf(k: K, task: Task, path: string): E.Either<Rule, number> {
  const text = pathAt([], path);
  if (E.isLeft(text)) return text;
  const parent = walkToParent(k, task, path);
  if (E.isLeft(parent)) return parent;
  const { dir, name } = parent.right;
  if (dir.inode.node.kind !== "dir") return E.left(PATH.not_dir);
  const at = entriesOf(dir.inode).get(name);
  return at === undefined ? E.left(PATH.absent) : E.right(at);
}

export const UNSHARE = rules("unshare_mounts", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
});

/** unshare(2): the namespace is a copy, whose mounts hold their superblocks as well. */
export function unshare(k: K, task: Task): Outcome {
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, UNSHARE.capability);
  return done(leaveSpace(k, task.number));
}
