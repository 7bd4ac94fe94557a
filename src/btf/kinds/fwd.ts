import { rules } from "../../kernel/rule.ts";
import { accept, hasIdentifier, type KindCheck, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_fwd_check_meta. */
export const FWD = rules("BTF_LOAD", {
  fwd_vlen: ["EINVAL", "FWD: vlen is not 0"],
  fwd_type: ["EINVAL", "FWD: `type` is not 0"],
  fwd_name: ["EINVAL", "FWD: the name is no identifier"],
});

export const checkFwd: KindCheck = (btf, id, at) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (btf.vlen(at) !== 0) return refuse(FWD.fwd_vlen, "vlen != 0");
  if (btf.third(at) !== 0) return refuse(FWD.fwd_type, "type != 0");
  if (!hasIdentifier(btf, btf.nameOff(at))) return refuse(FWD.fwd_name, "Invalid name");
  return accept(btf, id, at, 0);
};
