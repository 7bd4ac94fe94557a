/** Functions and their prototypes in the second pass. Source: kernel/bpf/btf.c, btf_func_check. */
import type { Rule } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { isAnonymousOrIdentifier } from "./kinds/check.ts";
import { logType } from "./lines.ts";
import { type At, KIND, type Reader } from "./reader.ts";
import { RESOLVE } from "./resolve_rules.ts";
import { isSourceOnly, type Resolver } from "./resolver.ts";

/** The first parameter without a name of each prototype, so that each is looked at once. */
export type Unnamed = Map<At, number | undefined>;

function unnamedOf(btf: Reader, at: At): number | undefined {
  for (let i = 0; i < btf.vlen(at); i++) {
    if (btf.extra(at, 2 * i) === 0 && btf.extra(at, 2 * i + 1) !== 0) return i;
  }
  return undefined;
}

/** FUNC: it refers to a prototype whose parameters all have names. */
export function checkFunc(btf: Reader, id: number, at: At, unnamed: Unnamed): Rule | undefined {
  const proto = btf.byId(btf.third(at));
  if (proto === undefined || btf.kind(proto) !== KIND.FUNC_PROTO) {
    logType(btf, id, at, "Invalid type_id");
    return RESOLVE.func_target;
  }
  if (!unnamed.has(proto)) unnamed.set(proto, unnamedOf(btf, proto));
  const index = unnamed.get(proto);
  if (index === undefined) return undefined;
  logType(btf, id, at, `Invalid arg#${index + 1}`);
  return RESOLVE.func_param;
}

type Resolve = (at: At, id: number) => Rule | undefined;

/** FUNC_PROTO: what it returns and takes has a size; a last parameter of type 0 is a vararg. */
export function checkProto(
  resolver: Resolver,
  id: number,
  at: At,
  resolve: Resolve,
): Rule | undefined {
  const { btf } = resolver;
  const refuse = (rule: Rule, message: string) => {
    logType(btf, id, at, message);
    return rule;
  };
  const returned = btf.third(at);
  if (returned !== 0) {
    const early = has(btf.version, DELTA.btf_proto_return);
    const refused = sizedOrRule(resolver, returned, early, resolve);
    if (refused === "unfit") return refuse(RESOLVE.proto_return, "Invalid return type");
    if (refused !== undefined) return refused;
  }
  let count = btf.vlen(at);
  if (count > 0 && btf.extra(at, 2 * count - 1) === 0) {
    if (btf.extra(at, 2 * count - 2) !== 0) {
      return refuse(RESOLVE.proto_param, `Invalid arg#${count}`);
    }
    count--;
  }
  for (let i = 0; i < count; i++) {
    const unfit = () => refuse(RESOLVE.proto_param, `Invalid arg#${i + 1}`);
    const [nameOff, type] = [btf.extra(at, 2 * i), btf.extra(at, 2 * i + 1)];
    const typeAt = btf.byId(type);
    if (typeAt === undefined || isSourceOnly(btf.kind(typeAt))) return unfit();
    if (!btf.isNameOff(nameOff) || !isAnonymousOrIdentifier(btf, nameOff)) return unfit();
    const refused = sizedOrRule(resolver, type, true, resolve);
    if (refused === "unfit") return unfit();
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Resolves a type if need be, and says whether it is unfit: absent, or without a size. */
function sizedOrRule(
  resolver: Resolver,
  id: number,
  refusesSources: boolean,
  resolve: Resolve,
): Rule | "unfit" | undefined {
  const { btf } = resolver;
  const at = btf.byId(id);
  if (at === undefined || (refusesSources && isSourceOnly(btf.kind(at)))) return "unfit";
  if (resolver.needsResolve(at) && !resolver.isResolved(id)) {
    const refused = resolve(at, id);
    if (refused !== undefined) return refused;
  }
  return resolver.sized(id) === undefined ? "unfit" : undefined;
}
