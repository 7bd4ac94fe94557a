import { rules } from "../../kernel/rule.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { accept, type KindCheck, refuseShort, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_decl_tag_check_meta. */
export const DECL_TAG = rules("BTF_LOAD", {
  decl_tag_short: ["EINVAL", "DECL_TAG: the section ends before its fourth word", { since: "6.1" }],
  decl_tag_value: ["EINVAL", "DECL_TAG: it has no name", { since: "6.1" }],
  decl_tag_vlen: ["EINVAL", "DECL_TAG: vlen is not 0", { since: "6.1" }],
  decl_tag_kind_flag: ["EINVAL", "DECL_TAG: the kind flag is set", {
    since: "6.1",
    until: "6.12",
  }],
  decl_tag_below: ["EINVAL", "DECL_TAG: `component_idx` is below -1", { since: "6.1" }],
});

const NEEDED = 4;

export const checkDeclTag: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (left < NEEDED) return refuseShort(btf, id, at, DECL_TAG.decl_tag_short, left, NEEDED);
  if (btf.name(btf.nameOff(at)) === "") return refuse(DECL_TAG.decl_tag_value, "Invalid value");
  if (btf.vlen(at) !== 0) return refuse(DECL_TAG.decl_tag_vlen, "vlen != 0");
  if (btf.kindFlag(at) && !has(btf.version, DELTA.btf_tag_flag)) {
    return refuse(DECL_TAG.decl_tag_kind_flag, "Invalid btf_info kind_flag");
  }
  if ((btf.extra(at, 0) | 0) < -1) {
    return refuse(DECL_TAG.decl_tag_below, "Invalid component_idx");
  }
  return accept(btf, id, at, NEEDED);
};
