/**
 * The second pass over the types: what each refers to is there, fits and has an end. Source:
 * kernel/bpf/btf.c, btf_check_all_types and btf_check_type_tags.
 */
import type { Rule } from "../kernel/rule.ts";
import { atLeast } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { checkFunc, checkProto, type Unnamed } from "./funcs.ts";
import { logType } from "./lines.ts";
import { type At, KIND, type Reader } from "./reader.ts";
import { RESOLVE } from "./resolve_rules.ts";
import { isModifier, Resolver, type Vertex } from "./resolver.ts";
import { stepOf } from "./steps.ts";

/** Resolves every type; what comes back knows their sizes. */
export function resolveAll(btf: Reader): Resolver | Rule {
  const resolver = new Resolver(btf);
  const unnamed: Unnamed = new Map();
  const resolve = (at: At, id: number) => resolveOne(resolver, at, id, unnamed);
  for (let id = 1; id < btf.types.length; id++) {
    const at = btf.types[id];
    const kind = btf.kind(at);
    if (resolver.needsResolve(at) && !resolver.isResolved(id)) {
      const refused = resolve(at, id);
      if (refused !== undefined) return refused;
    }
    const refused = kind === KIND.FUNC_PROTO
      ? checkProto(resolver, id, at, resolve)
      : kind === KIND.FUNC && !has(btf.version, DELTA.btf_func_resolve)
      ? checkFunc(btf, id, at, unnamed)
      : undefined;
    if (refused !== undefined) return refused;
  }
  return checkModifiers(btf) ?? resolver;
}

/** Resolves one type and whatever it stands on. */
function resolveOne(resolver: Resolver, at: At, id: number, unnamed: Unnamed): Rule | undefined {
  const { btf, stack } = resolver;
  resolver.mode = "open";
  let refused = resolver.push(at, id);
  while (refused === undefined && stack.length > 0) {
    refused = stepOn(resolver, stack[stack.length - 1], unnamed);
  }
  if (refused === RESOLVE.depth) logType(btf, id, at, "Exceeded max resolving depth:32");
  if (refused === RESOLVE.loop) logType(btf, id, at, "Loop detected");
  return refused;
}

function stepOn(resolver: Resolver, vertex: Vertex, unnamed: Unnamed): Rule | undefined {
  const step = stepOf(resolver.btf.kind(vertex.at));
  if (step !== undefined) return step(resolver, vertex);
  const refused = checkFunc(resolver.btf, vertex.id, vertex.at, unnamed);
  return refused ?? resolver.pop(resolver.btf.third(vertex.at), 0);
}

const LONGEST_CHAIN = 32;

/** No chain of modifiers is too long; until 6.18 the tags in it come first. */
function checkModifiers(btf: Reader): Rule | undefined {
  if (!atLeast(btf.version, "6.1")) return undefined;
  const ordered = !has(btf.version, DELTA.btf_tag_order);
  let good = 0;
  for (let id = 1; id < btf.types.length; id++) {
    if (!isModifier(btf.kind(btf.types[id]))) continue;
    const refused = checkChain(btf, id, good, ordered);
    if (refused !== undefined) return refused;
    good = id;
  }
  return undefined;
}

function checkChain(btf: Reader, id: number, good: number, ordered: boolean): Rule | undefined {
  let [at, current] = [btf.types[id], id];
  let inTags = btf.kind(at) === KIND.TYPE_TAG;
  for (let left = LONGEST_CHAIN; isModifier(btf.kind(at)); left--) {
    if (left === 0) {
      btf.log.print("Max chain length or cycle detected");
      return RESOLVE.modifier_chain;
    }
    const isTag = btf.kind(at) === KIND.TYPE_TAG;
    if (ordered && isTag && !inTags) {
      btf.log.print("Type tags don't precede modifiers");
      return RESOLVE.tag_order;
    }
    if (!isTag) inTags = false;
    if (current <= good) return undefined;
    current = btf.third(at);
    at = btf.byId(current)!;
  }
  return undefined;
}
