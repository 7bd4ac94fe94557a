/** Facts of an object as extended attributes of its pin. */
import * as E from "fp-ts/lib/Either.js";
import { XATTR_SIZE_MAX } from "../../abi/limits.ts";
import type { Target } from "../../bpffs/attributes.ts";
import { MAY_READ, permits } from "../../bpffs/permission.ts";
import { type Found, inodeAt, pathAt, resolve } from "../../bpffs/walk.ts";
import { listxattr } from "../../bpffs/xattrs.ts";
import { fileAt } from "../../kernel/fds.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { factNames, factOf, type Kind } from "./facts.ts";
import { FACT } from "./rules.ts";
import type { K } from "./state.ts";

/** The only prefix: what user space puts at a file has others. */
const PREFIX = "bpf.";

/** Whether an attribute is one of the proposal's. */
export function isFact(name: string): boolean {
  return name.startsWith(PREFIX);
}

type Pin = { readonly kind: Kind; readonly id: number };

/** The pin that a call is on; undefined where a descriptor is of no file. */
function pinned(k: K, task: Task, target: Target): E.Either<Rule, Found> | undefined {
  if ("path" in target) {
    const { path, follows = true } = target;
    return E.chain(() => resolve(k, task, path, undefined, follows))(pathAt([], path));
  }
  const object = fileAt(k, task, target.fd)?.object;
  return object?.of === "inode" ? E.right(inodeAt(k, object)) : undefined;
}

function pinOf({ inode: { node } }: Found): Pin | undefined {
  if (node.kind !== "pin" || node.of === "link") return undefined;
  return { kind: node.of, id: node.id };
}

/** getxattr(2) of a fact; what is no file is left to the kernel. */
export function getFact(
  k: K,
  task: Task,
  target: Target,
  name: string,
  size: number,
): Outcome | undefined {
  const found = pinned(k, task, target);
  if (found === undefined) return undefined;
  if (E.isLeft(found)) return refuse(k, found.left);
  const pin = pinOf(found.right);
  if (pin === undefined) return refuse(k, FACT.not_pin);
  if (!permits(task, found.right.inode, MAY_READ)) return refuse(k, FACT.read);
  const text = factOf(k, pin.kind, pin.id, name.slice(PREFIX.length));
  return text === undefined ? refuse(k, FACT.absent) : told(k, text, size);
}

function told(k: K, bytes: string, size: number): Outcome {
  if (size === 0) return done(k, bytes.length);
  if (bytes.length > size) return refuse(k, FACT.range);
  return done(k, bytes.length, [{ field: "buf", offset: 0, bytes }]);
}

/** listxattr(2): the facts of a pin, and behind them what user space gave it. */
export function listFacts(k: K, task: Task, target: Target, size: number): Outcome | undefined {
  const found = pinned(k, task, target);
  const pin = found === undefined || E.isLeft(found) ? undefined : pinOf(found.right);
  if (pin === undefined) return undefined;
  const outcome = listxattr(k, task, target, XATTR_SIZE_MAX);
  if (outcome.answer.kind !== "value") return outcome;
  const facts = factNames(k, pin.kind).map((name) => `${PREFIX}${name}\0`).join("");
  return told(k, facts + outcome.writes.map(({ bytes }) => bytes).join(""), size);
}

/** setxattr(2) and removexattr(2) of a fact. */
export function setFact(k: K, task: Task, target: Target): Outcome | undefined {
  const found = pinned(k, task, target);
  if (found === undefined) return undefined;
  if (E.isLeft(found)) return refuse(k, found.left);
  return refuse(k, pinOf(found.right) === undefined ? FACT.not_pin : FACT.owned);
}
