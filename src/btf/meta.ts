/** The first pass over the types: each by itself. Source: kernel/bpf/btf.c, btf_check_all_metas. */
import { BTF_MAX_TYPE } from "../abi/limits.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import { atLeast } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { CHECKS } from "./kinds.ts";
import { type At, FIXED, KIND, type Reader } from "./reader.ts";

export const META = rules("BTF_LOAD", {
  type_short: ["EINVAL", "the type section ends inside the first three words of a type"],
  type_info: ["EINVAL", "a bit of a type's `info` is set that means nothing", { until: "6.18" }],
  kind: ["EINVAL", "a type is of kind 0, or of a kind that the kernel does not know"],
  name_off: ["EINVAL", "a type's `name_off` is beyond the string section"],
});

/** Bits of `info` that mean something: kind flag, kind, vlen. */
function infoMask(btf: Reader): number {
  return atLeast(btf.version, "6.1") ? 0x9f00ffff : 0x8f00ffff;
}

function lastKind(btf: Reader): number {
  return has(btf.version, DELTA.btf_kinds) ? KIND.ENUM64 : KIND.DATASEC;
}

/** Checks each type by itself and notes where it stands. */
export function checkMetas(btf: Reader): Rule | undefined {
  const { header, types, log } = btf;
  const start = header.hdr_len + header.type_off;
  const end = start + header.type_len;
  let id = 1;
  for (let at = start; at < end; id++) {
    const size = checkMeta(btf, id, at, end - at);
    if (typeof size !== "number") return size;
    // The kernel goes on where there are too many, and forgets the rest.
    // With void, no more types than these are kept.
    if (types.length < BTF_MAX_TYPE) types.push(at);
    else log.print("Exceeded max num of types");
    at += size;
  }
  return undefined;
}

/** One type; what comes back is its length. */
function checkMeta(btf: Reader, id: number, at: At, left: number): number | Rule {
  const { log } = btf;
  if (left < FIXED) {
    log.print(`[${id}] meta_left:${left} meta_needed:${FIXED}`);
    return META.type_short;
  }
  const info = btf.info(at);
  if (!has(btf.version, DELTA.btf_wide_info) && (info & ~infoMask(btf)) !== 0) {
    log.print(`[${id}] Invalid btf_info:${info.toString(16)}`);
    return META.type_info;
  }
  const kind = btf.kind(at);
  if (kind === 0 || kind > lastKind(btf)) {
    log.print(`[${id}] Invalid kind:${kind}`);
    return META.kind;
  }
  const nameOff = btf.nameOff(at);
  if (!btf.isNameOff(nameOff)) {
    log.print(`[${id}] Invalid name_offset:${nameOff}`);
    return META.name_off;
  }
  return CHECKS.get(kind)!(btf, id, at, left - FIXED);
}
