/** Facts of an object as extended attributes of its pin. */
import * as E from "fp-ts/lib/Either.js";
import { MAY_READ, permits } from "../../bpffs/permission.ts";
import { pathAt, resolve } from "../../bpffs/walk.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { factNames, factOf, type Kind } from "./facts.ts";
import { FACT } from "./rules.ts";
import type { K } from "./state.ts";

/** The only prefix: what user space puts at a file has others. */
const PREFIX = "bpf.";

function pinned(
  k: K,
  task: Task,
  path: string,
): E.Either<Rule, { readonly kind: Kind; readonly id: number }> {
  const found = E.chain((text: string) => resolve(k, task, text))(pathAt([], path));
  if (E.isLeft(found)) return found;
  const { node } = found.right.inode;
  if (node.kind !== "pin" || node.of === "link") return E.left(FACT.not_pin);
  if (!permits(task, found.right.inode, MAY_READ)) return E.left(FACT.read);
  return E.right({ kind: node.of, id: node.id });
}

export function getFact(k: K, task: Task, path: string, name: string, size: number): Outcome {
  const pin = pinned(k, task, path);
  if (E.isLeft(pin)) return refuse(k, pin.left);
  const { kind, id } = pin.right;
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  const text = factOf(k, kind, id, bare);
  if (text === undefined) return refuse(k, FACT.absent);
  if (size !== 0 && text.length > size) return refuse(k, FACT.range);
  if (size === 0) return done(k, text.length);
  return done(k, text.length, [{ field: "value", offset: 0, bytes: text }]);
}

export function listFacts(k: K, task: Task, path: string): Outcome {
  const pin = pinned(k, task, path);
  if (E.isLeft(pin)) return refuse(k, pin.left);
  const bytes = factNames(k, pin.right.kind).map((name) => `${PREFIX}${name}\0`).join("");
  return done(k, bytes.length, [{ field: "names", offset: 0, bytes }]);
}

export function setFact(k: K, task: Task, path: string): Outcome {
  const pin = pinned(k, task, path);
  return refuse(k, E.isLeft(pin) ? pin.left : FACT.owned);
}
