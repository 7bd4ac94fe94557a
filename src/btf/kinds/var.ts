import { rules } from "../../kernel/rule.ts";
import {
  accept,
  hasIdentifier,
  isTypeId,
  type KindCheck,
  refuseShort,
  refuseType,
} from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_var_check_meta. */
export const VAR = rules("BTF_LOAD", {
  var_short: ["EINVAL", "VAR: the section ends before its fourth word"],
  var_vlen: ["EINVAL", "VAR: vlen is not 0"],
  var_kind_flag: ["EINVAL", "VAR: the kind flag is set"],
  var_name: ["EINVAL", "VAR: the name is no identifier"],
  var_type_id: ["EINVAL", "VAR: `type` is 0 or above 0xfffff"],
  var_linkage: ["EINVAL", "VAR: the linkage is neither 0 (static) nor 1 (global)"],
});

const NEEDED = 4;

export const checkVar: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (left < NEEDED) return refuseShort(btf, id, at, VAR.var_short, left, NEEDED);
  if (btf.vlen(at) !== 0) return refuse(VAR.var_vlen, "vlen != 0");
  if (btf.kindFlag(at)) return refuse(VAR.var_kind_flag, "Invalid btf_info kind_flag");
  if (!hasIdentifier(btf, btf.nameOff(at))) return refuse(VAR.var_name, "Invalid name");
  const type = btf.third(at);
  if (type === 0 || !isTypeId(type)) return refuse(VAR.var_type_id, "Invalid type_id");
  if (btf.extra(at, 0) > 1) return refuse(VAR.var_linkage, "Linkage not supported");
  return accept(btf, id, at, NEEDED);
};
