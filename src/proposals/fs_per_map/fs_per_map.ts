/**
 * A file system for each map: `mount -t bpffs -o fd=3` shows the keys of a map as files, and keeps
 * the map. What is below the root is that of keys as files; here is what a mount makes of it.
 */
import * as E from "fp-ts/lib/Either.js";
import { resolve } from "../../bpffs/walk.ts";
import { R as OBJ_GET } from "../../commands/obj_get.ts";
import { freeFd, install } from "../../kernel/fds.ts";
import { RDWR } from "../../kernel/files.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { holdMap } from "../../kernel/refs.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { Call } from "../../machine/call.ts";
import { KEYS_AS_FILES } from "../keys_as_files/proposal.ts";
import type { Proposal } from "../proposal.ts";
import type { MapMountCall } from "./call.ts";
import { mount } from "./mount.ts";
import { MOUNT_MAP } from "./options.ts";
import {
  AS_WRITTEN,
  asKeys,
  dropTrees,
  type K,
  type MapMountOptions,
  type MapMounts,
  noMounts,
  withMounts,
} from "./state.ts";

/** Every refusal of the proposal, but for those of the files below a mount (KEY_FILE). */
export const FS_PER_MAP_RULES: readonly Rule[] = Object.values(MOUNT_MAP);

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

function own(k: K, task: Task, call: Call | MapMountCall): Outcome | undefined {
  if (call.op === "mount_map") return mount(k, task, call.path, call.data);
  return rootGot(k, task, call) ?? KEYS_AS_FILES.step(asKeys(k), task, call);
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
    step: own,
    settle: (before, after) =>
      dropTrees(KEYS_AS_FILES.settle(asKeys(before), asKeys(after)) as unknown as K),
  };
}
