import { O_DIRECTORY } from "../../abi/file_flags.ts";
import { openIt } from "../../bpffs/open.ts";
import { fileAt } from "../../kernel/fds.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import type { Task } from "../../kernel/task.ts";
import { numberAt } from "../own_files.ts";
import { isName, print } from "./format.ts";
import { KEY } from "./rules.ts";
import { type K, keyAfter, mapOf, type Position, withKeys } from "./state.ts";

/** The names in a directory of keys, sorted; undefined where the path leads to something else. */
export function names(k: K, task: Task, path: string): Outcome | undefined {
  const opened = openIt(k, task, { path, flags: O_DIRECTORY });
  if ("answer" in opened) return undefined;
  const dir = k.proposed.dirs.get(opened.found.number);
  if (dir === undefined) return undefined;
  const map = mapOf(k, dir);
  const found: string[] = [];
  for (let key = keyAfter(map, undefined); key !== undefined; key = keyAfter(map, key)) {
    const name = print(dir.format, "key", key);
    if (isName(name)) found.push(name);
  }
  return told(k, found.sort());
}

function told(k: K, names: readonly string[]): Outcome {
  const bytes = names.map((name) => `${name}\0`).join("");
  return done(k, names.length, [{ field: "names", offset: 0, bytes }]);
}

/**
 * getdents64(2) of a directory of keys. It goes from key to key as MAP_GET_NEXT_KEY does: where the
 * last key was deleted meanwhile, it begins anew. Keys whose text is no name are left out.
 */
export function getdentsKeys(k: K, task: Task, fd: number, count: number): Outcome {
  const file = fileAt(k, task, fd);
  if (file === undefined) return refuse(k, KEY.bad_fd);
  const dir = file.object.of === "inode" ? k.proposed.dirs.get(file.object.inode) : undefined;
  if (dir === undefined) return refuse(k, KEY.not_dir_of_keys);
  const number = numberAt(task, fd);
  const map = mapOf(k, dir);
  const names: string[] = [];
  let at: Position = k.proposed.positions.get(number) ?? { after: undefined };
  while (at !== "end" && names.length < Math.max(1, count)) {
    const key = keyAfter(map, at.after);
    at = key === undefined ? "end" : { after: key };
    const name = key === undefined ? "" : print(dir.format, "key", key);
    if (isName(name)) names.push(name);
  }
  const next = withKeys(k, { positions: k.proposed.positions.set(number, at) });
  return told(next, names);
}
