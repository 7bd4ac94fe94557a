/**
 * One step of resolving the topmost type, by its kind: either it is resolved, or a type that it refers
 * to is put on top of it. Source: kernel/bpf/btf.c, the kinds' resolve.
 */
import type { Rule } from "../kernel/rule.ts";
import { logType, logVarInfo } from "./lines.ts";
import { checkMember, refuseMember } from "./members.ts";
import { type At, KIND } from "./reader.ts";
import { RESOLVE } from "./resolve_rules.ts";
import {
  isModifier,
  isRegularInt,
  isSourceOnly,
  isStruct,
  type Resolver,
  type Vertex,
} from "./resolver.ts";

type Step = (resolver: Resolver, vertex: Vertex) => Rule | undefined;

function refuse({ btf }: Resolver, { id, at }: Vertex, rule: Rule, message: string): Rule {
  logType(btf, id, at, message);
  return rule;
}

/** The type that one of the kinds with a reference refers to; undefined where that cannot be. */
function referred({ btf }: Resolver, id: number): At | undefined {
  const at = btf.byId(id);
  return at === undefined || isSourceOnly(btf.kind(at)) ? undefined : at;
}

/** What has no size, and may be behind a pointer or a typedef all the same. */
function isEmpty(kind: number): boolean {
  return kind === KIND.UNKN || kind === KIND.FWD || kind === KIND.FUNC_PROTO;
}

/** Ends a pointer or a modifier: at a type with a size, or at one that needs none. */
function endReference(resolver: Resolver, vertex: Vertex, next: number): Rule | undefined {
  const sized = resolver.sized(next);
  if (sized !== undefined) return resolver.pop(sized.id, 0);
  const target = resolver.isResolved(next) ? resolver.target(next) : next;
  const { btf } = resolver;
  if (!isEmpty(btf.kind(btf.byId(target)!))) {
    return refuse(resolver, vertex, RESOLVE.ref_target, "Invalid type_id");
  }
  return resolver.pop(target, 0);
}

const modifier: Step = (resolver, vertex) => {
  const next = resolver.btf.third(vertex.at);
  const at = referred(resolver, next);
  if (at === undefined) return refuse(resolver, vertex, RESOLVE.ref_target, "Invalid type_id");
  if (resolver.isOpen(at, next)) return resolver.push(at, next);
  return endReference(resolver, vertex, next);
};

/**
 * A modifier that was resolved inside a struct may have stopped at a pointer. From a pointer or a
 * variable the way goes on behind it.
 */
function pointerBehind(resolver: Resolver, at: At, id: number): number | undefined {
  const { btf } = resolver;
  if (!isModifier(btf.kind(at))) return undefined;
  const target = resolver.target(id);
  const targetAt = btf.byId(target)!;
  return btf.kind(targetAt) === KIND.PTR && resolver.isOpen(targetAt, target) ? target : undefined;
}

const pointer: Step = (resolver, vertex) => {
  const next = resolver.btf.third(vertex.at);
  const at = referred(resolver, next);
  if (at === undefined) return refuse(resolver, vertex, RESOLVE.ref_target, "Invalid type_id");
  if (resolver.isOpen(at, next)) return resolver.push(at, next);
  const behind = pointerBehind(resolver, at, next);
  if (behind !== undefined) return resolver.push(resolver.btf.byId(behind)!, behind);
  return endReference(resolver, vertex, next);
};

const variable: Step = (resolver, vertex) => {
  const next = resolver.btf.third(vertex.at);
  const at = referred(resolver, next);
  if (at === undefined) return refuse(resolver, vertex, RESOLVE.var_target, "Invalid type_id");
  if (resolver.isOpen(at, next)) return resolver.push(at, next);
  const behind = pointerBehind(resolver, at, next);
  if (behind !== undefined) return resolver.push(resolver.btf.byId(behind)!, behind);
  const sized = resolver.sized(next);
  if (sized === undefined) return refuse(resolver, vertex, RESOLVE.var_target, "Invalid type_id");
  return resolver.pop(sized.id, 0);
};

const array: Step = (resolver, vertex) => {
  const { btf } = resolver;
  const [elemId, indexId, count] = [0, 1, 2].map((i) => btf.extra(vertex.at, i));
  const badIndex = () => refuse(resolver, vertex, RESOLVE.array_index, "Invalid index");
  const index = referred(resolver, indexId);
  if (index === undefined || resolver.isSizeless(index)) return badIndex();
  if (resolver.isOpen(index, indexId)) return resolver.push(index, indexId);
  const sizedIndex = resolver.sized(indexId);
  const isInt = sizedIndex !== undefined && btf.kind(sizedIndex.at) === KIND.INT;
  if (!isInt || !isRegularInt(btf, sizedIndex.at)) return badIndex();
  const badElem = () => refuse(resolver, vertex, RESOLVE.array_elem, "Invalid elem");
  const elem = referred(resolver, elemId);
  if (elem === undefined || resolver.isSizeless(elem)) return badElem();
  if (resolver.isOpen(elem, elemId)) return resolver.push(elem, elemId);
  const sized = resolver.sized(elemId);
  if (sized === undefined) return badElem();
  if (btf.kind(sized.at) === KIND.INT && !isRegularInt(btf, sized.at)) {
    return refuse(resolver, vertex, RESOLVE.array_int, "Invalid array of int");
  }
  if (sized.size * count > 0xffffffff) {
    return refuse(resolver, vertex, RESOLVE.array_overflow, "Array size overflows U32_MAX");
  }
  return resolver.pop(sized.id, sized.size * count);
};

const struct: Step = (resolver, vertex) => {
  const { btf } = resolver;
  const typeOf = (index: number) => btf.extra(vertex.at, 3 * index + 1);
  if (vertex.next > 0) {
    // The member before was put on top, and is resolved now.
    const last = typeOf(vertex.next - 1);
    const refused = checkMember(resolver, vertex, vertex.next - 1, last, btf.byId(last)!);
    if (refused !== undefined) return refused;
  }
  const count = btf.vlen(vertex.at);
  for (let index = vertex.next; index < count; index++) {
    const type = typeOf(index);
    const at = referred(resolver, type);
    if (at === undefined || resolver.isSizeless(at)) {
      const { member_target } = RESOLVE;
      return refuseMember(btf, vertex, index, type, member_target, "Invalid member");
    }
    if (resolver.isOpen(at, type)) {
      vertex.next = index + 1;
      return resolver.push(at, type);
    }
    const refused = checkMember(resolver, vertex, index, type, at);
    if (refused !== undefined) return refused;
  }
  return resolver.pop(0, 0);
};

const datasec: Step = (resolver, vertex) => {
  const { btf } = resolver;
  resolver.mode = "open";
  const count = btf.vlen(vertex.at);
  for (let index = vertex.next; index < count; index++) {
    const refuseVar = (rule: Rule, message: string) => {
      logType(btf, vertex.id, vertex.at);
      logVarInfo(btf, vertex.at, index, message);
      return rule;
    };
    const id = btf.extra(vertex.at, 3 * index);
    const at = btf.byId(id);
    if (at === undefined || btf.kind(at) !== KIND.VAR) {
      return refuseVar(RESOLVE.secinfo_var, "Not a VAR kind member");
    }
    if (resolver.isOpen(at, id)) {
      vertex.next = index + 1;
      return resolver.push(at, id);
    }
    const sized = resolver.sized(btf.third(at));
    if (sized === undefined) return refuseVar(RESOLVE.secinfo_var_type, "Invalid type");
    if (btf.extra(vertex.at, 3 * index + 2) < sized.size) {
      return refuseVar(RESOLVE.secinfo_var_size, "Invalid size");
    }
  }
  return resolver.pop(0, 0);
};

/** The kinds that a tag may be on. */
function isTaggable(kind: number): boolean {
  return kind === KIND.FUNC || isStruct(kind) || kind === KIND.VAR || kind === KIND.TYPEDEF;
}

const declTag: Step = (resolver, vertex) => {
  const { btf } = resolver;
  const next = btf.third(vertex.at);
  const at = btf.byId(next);
  if (at === undefined || !isTaggable(btf.kind(at))) {
    return refuse(resolver, vertex, RESOLVE.decl_tag_target, "Invalid type_id");
  }
  if (resolver.isOpen(at, next)) return resolver.push(at, next);
  const component = btf.extra(vertex.at, 0);
  if (component !== 0xffffffff && component >= componentsOf(resolver, at)) {
    return refuse(resolver, vertex, RESOLVE.decl_tag_component, "Invalid component_idx");
  }
  return resolver.pop(next, 0);
};

/** How many members or parameters there are that a tag may be on. */
function componentsOf({ btf }: Resolver, at: At): number {
  const kind = btf.kind(at);
  if (isStruct(kind)) return btf.vlen(at);
  return kind === KIND.FUNC ? btf.vlen(btf.byId(btf.third(at))!) : 0;
}

const STEPS: ReadonlyMap<number, Step> = new Map([
  [KIND.PTR, pointer],
  [KIND.ARRAY, array],
  [KIND.STRUCT, struct],
  [KIND.UNION, struct],
  [KIND.TYPEDEF, modifier],
  [KIND.VOLATILE, modifier],
  [KIND.CONST, modifier],
  [KIND.RESTRICT, modifier],
  [KIND.TYPE_TAG, modifier],
  [KIND.VAR, variable],
  [KIND.DATASEC, datasec],
  [KIND.DECL_TAG, declTag],
]);

/** The step of a kind that refers to others; FUNC has its own, see funcs.ts. */
export function stepOf(kind: number): Step | undefined {
  return STEPS.get(kind);
}
