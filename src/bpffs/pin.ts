import * as E from "fp-ts/lib/Either.js";
import type { Kernel } from "../kernel/kernel.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { addName, freePlace, mayCreate, owned } from "./create.ts";
import { isBpffs } from "./walk.ts";

/** Pins an object, whose reference the pin takes over. */
export function pin(
  k: Kernel,
  task: Task,
  path: string,
  dirfd: number | undefined,
  object: { readonly of: "map" | "prog" | "link"; readonly id: number },
  notBpffs: Rule,
): E.Either<Rule, Kernel> {
  const place = freePlace(k, task, path, { dirfd });
  if (E.isLeft(place)) return place;
  const { dir } = place.right;
  if (!isBpffs(k, dir.inode)) return E.left(notBpffs);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return E.left(refused);
  const mode = 0o600 & ~task.umask;
  const node = { kind: "pin", ...object } as const;
  return E.right(
    addName(k, place.right, { node, nlink: 1, ...owned(task, dir.inode, mode, false) }),
  );
}
