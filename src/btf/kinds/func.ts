import { rules } from "../../kernel/rule.ts";
import { accept, hasIdentifier, type KindCheck, refuseShort, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_func_proto_check_meta and btf_func_check_meta. */
export const FUNC = rules("BTF_LOAD", {
  proto_short: ["EINVAL", "FUNC_PROTO: the section ends before its last parameter"],
  proto_name: ["EINVAL", "FUNC_PROTO: it has a name"],
  proto_kind_flag: ["EINVAL", "FUNC_PROTO: the kind flag is set"],
  func_name: ["EINVAL", "FUNC: the name is no identifier"],
  func_linkage: ["EINVAL", "FUNC: the linkage (vlen) is neither 0 (static) nor 1 (global)"],
  func_kind_flag: ["EINVAL", "FUNC: the kind flag is set"],
});

const PARAM = 8;

export const checkFuncProto: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  const needed = PARAM * btf.vlen(at);
  if (left < needed) return refuseShort(btf, id, at, FUNC.proto_short, left, needed);
  if (btf.nameOff(at) !== 0) return refuse(FUNC.proto_name, "Invalid name");
  if (btf.kindFlag(at)) return refuse(FUNC.proto_kind_flag, "Invalid btf_info kind_flag");
  return accept(btf, id, at, needed);
};

export const checkFunc: KindCheck = (btf, id, at) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (!hasIdentifier(btf, btf.nameOff(at))) return refuse(FUNC.func_name, "Invalid name");
  if (btf.vlen(at) > 1) return refuse(FUNC.func_linkage, "Invalid func linkage");
  if (btf.kindFlag(at)) return refuse(FUNC.func_kind_flag, "Invalid btf_info kind_flag");
  return accept(btf, id, at, 0);
};
