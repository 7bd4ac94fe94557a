/** Everything that BTF_LOAD looks at in the BTF itself. Source: kernel/bpf/btf.c, btf_parse. */
import type { Unmodelled } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { atLeast, type Version } from "../kernel/version.ts";
import { checkStart, parseHeader } from "./header.ts";
import { checkMetas } from "./meta.ts";
import { Reader } from "./reader.ts";
import { resolveAll } from "./resolve.ts";
import type { Resolver } from "./resolver.ts";
import { hasSpecialMembers } from "./special_members.ts";
import { Vlog } from "./vlog.ts";

/** Checks BTF in the kernel's order, and writes what the kernel writes to the log. */
export function checkBtf(version: Version, data: string, log: Vlog): Resolver | Rule | Unmodelled {
  const header = parseHeader(version, data, log);
  if ("errno" in header) return header;
  const refused = checkStart(version, data, header, log);
  if (refused !== undefined) return refused;
  const btf = new Reader(version, data, header, log);
  const refusedType = checkMetas(btf);
  if (refusedType !== undefined) return refusedType;
  const resolver = resolveAll(btf);
  if ("errno" in resolver) return resolver;
  if (atLeast(version, "6.12") && hasSpecialMembers(btf)) {
    return { kind: "unmodelled", what: "structs with locks, lists, trees or kernel pointers" };
  }
  return resolver;
}

/** What is known of BTF that was loaded: it was checked once, and nothing has changed. */
export function checkedBtf(version: Version, data: string): Resolver | undefined {
  const resolver = checkBtf(version, data, new Vlog(false, "stop", 0, 0));
  return "btf" in resolver ? resolver : undefined;
}
