import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { MAY_EXEC, permits } from "../../bpffs/permission.ts";
import { directory, type Parent, PATH, pathAt, walkToParent } from "../../bpffs/walk.ts";
import { type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { Radix } from "../../kernel/radix.ts";
import type { Task } from "../../kernel/task.ts";
import type { Call } from "../../machine/call.ts";
import { closedSince, noFiles } from "../own_files.ts";
import type { Proposal } from "../proposal.ts";
import type { KeysCall } from "./calls.ts";
import { dropDir, expand, mountKeys } from "./expand.ts";
import { closeKey, openKey, otherwise, readKey, statKey, unlinkKey, writeKey } from "./files.ts";
import { getdentsKeys, names } from "./listing.ts";
import { KEY, KEYS_RULES } from "./rules.ts";
import { type K, type KeyDir, type KeyFile, type Keys, type Position, withKeys } from "./state.ts";

/**
 * The second goal of 2015: a map as a directory inside the one bpffs, in which every key is a file.
 *
 * @example
 * ```ts
 * import { KEYS_AS_FILES, propose } from "bpfspec";
 * const m = propose(KEYS_AS_FILES, "6.18")
 *   .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 8 })
 *   .call({ op: "MAP_EXPAND", map_fd: 3, pathname: "/sys/fs/bpf/m", format: { kind: "hex" } })
 *   .open("/sys/fs/bpf/m/01000000");
 * if (m.rule?.id !== "KEY_FILE/absent") throw new Error("the map has no such key");
 * ```
 */
export const KEYS_AS_FILES: Proposal<Keys, KeysCall> = {
  name: "keys as files",
  rules: KEYS_RULES,
  added: ["BPF_MAP_EXPAND"],
  begin: (kernel) => ({
    ...kernel,
    proposed: {
      dirs: PMap<number, KeyDir>(),
      files: noFiles<KeyFile>(),
      positions: Radix.empty<Position>(),
    },
  }),
  step: stepKeys,
  settle: (_before, after) => settle(after),
};

function stepKeys(k: K, task: Task, call: Call | KeysCall): Outcome | undefined {
  switch (call.op) {
    case "MAP_EXPAND":
      return expand(k, task, call);
    case "mount_keys":
      return mountKeys(k, task, call);
    case "getdents_keys":
      return getdentsKeys(k, task, call.fd, call.count);
    case "getdents":
      return names(k, task, call.path);
    case "read":
      return readKey(k, task, call.fd, call.n);
    case "write":
      return writeKey(k, task, call.fd, call.bytes);
    case "lseek":
    case "fstat":
      return otherwise(k, task, call.op, call.fd);
    case "stat":
    case "lstat":
      return within(k, task, call.path, (at) => statKey(k, task, at));
    case "open":
      return within(k, task, call.path, (at) => openKey(k, task, at, call.flags));
    case "unlink":
      return within(k, task, call.path, (at) => unlinkKey(k, task, at));
    case "rmdir":
      return within(k, task, call.path, () => refuse(k, KEY.is_key));
    case "mkdir":
    case "symlink":
    case "mknod":
    case "chmod":
    case "chown":
      return within(k, task, call.path, () => refuse(k, KEY.only_keys));
    case "link":
    case "renameat2":
    case "rename":
      return within(k, task, call.path, () => refuse(k, KEY.only_keys)) ??
        within(k, task, call.to, () => refuse(k, KEY.only_keys));
    case "bpf": {
      if (call.cmd !== "OBJ_PIN" && call.cmd !== "OBJ_GET") return undefined;
      const { pathname } = call.attr as { readonly pathname?: unknown };
      if (typeof pathname !== "string") return undefined;
      return within(k, task, pathname, () => refuse(k, KEY.only_keys));
    }
    default:
      return unsaid(k, task, call);
  }
}

/** Calls that have a path and of which the proposal says nothing, on a key. */
function unsaid(k: K, task: Task, call: Call | KeysCall): Outcome | undefined {
  const path = "path" in call ? call.path : "target" in call ? call.target : undefined;
  if (path === undefined) return undefined;
  const dirfd = "dirfd" in call ? directory(call.dirfd) : undefined;
  return within(k, task, path, () => unmodelled(k, `${call.op} of a key`), dirfd);
}

/**
 * Answers a call whose path has its last name in a directory of keys, or goes on below a key;
 * undefined where it has not.
 */
function within(
  k: K,
  task: Task,
  path: string,
  answer: (at: Parent) => Outcome,
  dirfd?: number,
): Outcome | undefined {
  if (E.isLeft(pathAt([], path))) return undefined;
  const parent = walkToParent(k, task, path, dirfd);
  if (E.isLeft(parent)) return undefined;
  const { dir, name, slash } = parent.right;
  if (!k.proposed.dirs.has(dir.number)) return undefined;
  if (name === "/" || name === "." || name === "..") return undefined;
  if (!permits(task, dir.inode, MAY_EXEC)) return refuse(k, PATH.search);
  return slash ? refuse(k, KEY.not_dir) : answer(parent.right);
}

/** Directories that were removed and files that were closed let go of their maps. */
function settle(k: K): K {
  const { closed, files } = closedSince(k, k.proposed.files);
  let now = closed.reduce(closeKey, withKeys(k, { files }));
  for (const [number, dir] of k.proposed.dirs) {
    if (now.fs.inodes.get(number) === undefined) now = dropDir(now, number, dir);
  }
  for (const [file] of k.proposed.positions.entries()) {
    if (k.files.get(file) !== undefined) continue;
    now = withKeys(now, { positions: now.proposed.positions.delete(file) });
  }
  return now;
}
