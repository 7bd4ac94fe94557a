/** mount(2) and umount(2) of a map. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { parse } from "../../btf/types.ts";
import { capable } from "../../kernel/capabilities.ts";
import { fileAt } from "../../kernel/fds.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { holdObject } from "../../kernel/refs.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { kindOf } from "../../maps/kinds.ts";
import { withDir } from "../keys_as_files/state.ts";
import { type Instance, mountTarget, newInstance, showAt } from "../mounts.ts";
import { formatOf, MOUNT_MAP, type MountOptions, readOptions } from "./options.ts";
import { asKeys, type K, withMounts } from "./state.ts";

/** mount(2) with `-t bpffs`. */
export function mount(k: K, task: Task, path: string, data: string): Outcome {
  const target = mountTarget(k, task, path);
  if (E.isLeft(target)) return refuse(k, target.left);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, MOUNT_MAP.capability);
  if (target.right === undefined) return unmodelled(k, "mounts elsewhere than on bpffs and tmpfs");
  const options = readOptions(data, task);
  if (E.isLeft(options)) return refuse(k, options.left);
  const got = instanceOf(k, task, options.right);
  if (got === undefined) return unmodelled(k, "keys of maps of this type");
  if (E.isLeft(got)) return refuse(k, got.left);
  const shown = showAt(got.right.k, task, target.right, got.right, MOUNT_MAP.not_dir);
  if (E.isLeft(shown)) return refuse(k, shown.left);
  const mounts = Array.from(k.fs.mounts.values()).filter(({ ns }) => ns === task.ns);
  if (mounts.length >= k.proposed.options.mountMax) return refuse(k, MOUNT_MAP.mount_max);
  return done(shown.right);
}

/** The one superblock of what the option `fd` says, made where it is not there yet. */
function instanceOf(
  k: K,
  task: Task,
  options: MountOptions,
): E.Either<Rule, Instance> | undefined {
  const object = fileAt(k, task, options.fd)?.object;
  if (object === undefined) return E.left(MOUNT_MAP.bad_fd);
  const { programs, anonymous } = k.proposed.options;
  const isProg = object.of === "prog" && programs === "empty";
  if (object.of !== "map" && !isProg) return E.left(MOUNT_MAP.not_map);
  const map = object.of === "map" ? k.maps.table.get(object.id)! : undefined;
  if (map !== undefined && kindOf(map.spec.map_type) === undefined) return undefined;
  const btf = map?.spec.btf === undefined ? undefined : k.btfs.table.get(map.spec.btf.id)!;
  const types = btf && parse(btf.data);
  const format = map === undefined ? undefined : formatOf(options, map.spec, types);
  if (map !== undefined && format === undefined) return E.left(MOUNT_MAP.format);
  const { of, id } = object as { of: "map" | "prog"; id: number };
  const { uid, gid, mode } = options;
  const given = JSON.stringify({ format, uid, gid, mode });
  for (const [sb, tree] of k.proposed.trees) {
    if (tree.of !== of || tree.id !== id) continue;
    const { root } = tree;
    return tree.given === given ? E.right({ k, sb, root }) : E.left(MOUNT_MAP.options_differ);
  }
  if (k.proposed.trees.size >= anonymous) return E.left(MOUNT_MAP.anon_dev);
  const readOnly = !k.proposed.options.writable || of === "prog";
  const { k: made, sb, root } = newInstance(k, task, { uid, gid, mode }, readOnly);
  const trees = k.proposed.trees.set(sb, { of, id, root, given });
  const held = holdObject(withMounts(made, { ...k.proposed, trees }), { of, id }) as K;
  if (format === undefined) return E.right({ k: held, sb, root });
  const dir = { map: id, format, inodes: PMap<string, number>() };
  return E.right({ k: withDir(asKeys(held), root, dir), sb, root });
}
