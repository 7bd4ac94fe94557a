/**
 * A file system for each map: `mount -t bpffs -o fd=3` shows the keys of a map as files, and keeps
 * the map. What is below the root is that of keys as files; here is what a mount makes of it.
 */
import * as E from "fp-ts/lib/Either.js";
import { pathAt, resolve } from "../../bpffs/walk.ts";
import { fileAt, freeFd, install } from "../../kernel/fds.ts";
import { RDWR } from "../../kernel/files.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { holdMap } from "../../kernel/refs.ts";
import { type Rule, rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { R as OBJ_GET } from "../../commands/obj_get.ts";
import type { Call } from "../../machine/call.ts";
import { step as stepKernel } from "../../machine/step.ts";
import type { KeysCall } from "../keys_as_files/calls.ts";
import { KEYS_AS_FILES } from "../keys_as_files/proposal.ts";
import type { Proposal } from "../proposal.ts";
import type { MapMountCall } from "./call.ts";
import { mount, umount, UMOUNT_MAP, UNSHARE, unshare } from "./mount.ts";
import { MOUNT_MAP } from "./options.ts";
import {
  AS_WRITTEN,
  asKeys,
  dropPlaces,
  dropSpaces,
  dropTrees,
  enter,
  type K,
  type MapMountOptions,
  type MapMounts,
  noMounts,
  spaceOf,
  withMounts,
} from "./state.ts";

export const KEYS_READ_ONLY = rules("key_mount", {
  read_only: [
    "EROFS",
    "a file of a key is to be written, made or removed, and is only for reading",
  ],
});

const TABLES = [MOUNT_MAP, UMOUNT_MAP, UNSHARE, KEYS_READ_ONLY];

/** Every refusal of the proposal, but for those of the files below a mount (KEY_FILE). */
export const FS_PER_MAP_RULES: readonly Rule[] = TABLES.flatMap((table) =>
  Object.values(table as Readonly<Record<string, Rule>>)
);

/** The tree whose root, or a name in whose root, a path leads to. */
function treeAt(k: K, task: Task, path: string) {
  const above = E.chain(() => resolve(k, task, path.replace(/[^/]*\/*$/, "") || "/"))(
    pathAt([], path),
  );
  return E.isLeft(above) ? undefined : k.proposed.trees.get(above.right.inode.sb);
}

const O_ACCMODE = 3;
const O_CREAT = 0o100;

/** Whether a call would change what a mount shows. */
function changes(k: K, task: Task, call: Call | MapMountCall): boolean {
  if (call.op === "unlink") return treeAt(k, task, call.path) !== undefined;
  if (call.op !== "open" || (call.flags & (O_ACCMODE | O_CREAT)) === 0) return false;
  return treeAt(k, task, call.path) !== undefined;
}

/** Whether a descriptor is of the root of a program's tree, in which there is nothing. */
function isEmptyRoot(k: K, task: Task, fd: number): boolean {
  const object = fileAt(k, task, fd)?.object;
  if (object?.of !== "inode") return false;
  const tree = k.proposed.trees.get(k.fs.inodes.get(object.inode)!.sb);
  return tree?.of === "prog";
}

/** OBJ_GET of the root of a mount, where the reading has it. */
function rootGot(k: K, task: Task, call: Call | MapMountCall): Outcome | undefined {
  if (!k.proposed.options.descriptors || call.op !== "bpf" || call.cmd !== "OBJ_GET") {
    return undefined;
  }
  const { pathname } = call.attr as { readonly pathname?: unknown };
  const found = typeof pathname === "string" ? resolve(k, task, pathname) : undefined;
  if (found === undefined || E.isLeft(found)) return undefined;
  const tree = k.proposed.trees.get(found.right.inode.sb);
  if (tree?.root !== found.right.number || tree.of !== "map") return undefined;
  const { uid, mode } = found.right.inode;
  if (task.cred.uid !== uid || (mode & 0o600) !== 0o600) return refuse(k, OBJ_GET.permission);
  if (freeFd(task) === undefined) return refuse(k, OBJ_GET.fd_limit);
  const got = install(holdMap(k, tree.id, true), task.number, {
    of: "map",
    id: tree.id,
    mode: RDWR,
  });
  return done(got.k, got.fd);
}

function answered(k: K, task: Task, call: Call | MapMountCall): Outcome {
  switch (call.op) {
    case "mount_map":
      return mount(k, task, call.path, call.data);
    case "umount_map":
      return umount(k, task, call.path);
    case "unshare_mounts":
      return unshare(k, task);
    case "getdents":
      if (isEmptyRoot(k, task, call.fd)) return done(k, 0);
  }
  if (!k.proposed.options.writable && changes(k, task, call)) {
    return refuse(k, KEYS_READ_ONLY.read_only);
  }
  return rootGot(k, task, call) ??
    KEYS_AS_FILES.step(asKeys(k), task.number, call as Call | KeysCall) ??
    stepKernel(k, task.number, call as Call);
}

/** Children are in the namespace of their parents; what nobody holds goes. */
function settled(before: K, after: K, parent: number): K {
  let now = KEYS_AS_FILES.settle(asKeys(before), asKeys(after)) as unknown as K;
  const child = before.tasks.size;
  const space = spaceOf(now, parent);
  if (now.tasks.size > child && space !== 0) {
    now = withMounts(now, { ...now.proposed, space: now.proposed.space.set(child, space) });
  }
  if (now.fs.inodes !== before.fs.inodes) now = dropPlaces(now);
  now = dropSpaces(now);
  const isSame = now.fs.mounts === before.fs.mounts && now.files === before.files &&
    now.proposed.spaces === before.proposed.spaces;
  return isSame ? now : dropTrees(now);
}

/**
 * The proposal of file-system-per-map.txt. Without options it is as the text has it; with them,
 * what the text leaves open is otherwise, or a limit of the machine.
 *
 * @example
 * ```ts
 * import { FS_PER_MAP, propose } from "bpfspec";
 * const m = propose(FS_PER_MAP(), "6.18").mkdir("/tmp/map")
 *   .bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 })
 *   .call({ op: "mount_map", path: "/tmp/map", data: "fd=3" }).close(3);
 * if (m.mapIds.length !== 1) throw new Error("the mount does not hold it");
 * ```
 */
export function FS_PER_MAP(
  options: Partial<MapMountOptions> = {},
): Proposal<MapMounts, MapMountCall> {
  return {
    name: "a file system for each map",
    rules: FS_PER_MAP_RULES,
    added: ["a type of file system with an option fd="],
    begin: (kernel) => {
      const { proposed } = KEYS_AS_FILES.begin(kernel);
      return withMounts(kernel, noMounts(proposed, { ...AS_WRITTEN, ...options }));
    },
    step: (k, number, call) => {
      const task = k.tasks.get(number);
      if (task === undefined || !task.alive) return undefined;
      const before = enter(k, number);
      const outcome = answered(before, task, call);
      return { ...outcome, kernel: settled(before, outcome.kernel as K, number) };
    },
    settle: (_before, after) => after,
  };
}
