import { rules } from "../../kernel/rule.ts";
import { accept, type KindCheck, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_float_check_meta. */
export const FLOAT = rules("BTF_LOAD", {
  float_vlen: ["EINVAL", "FLOAT: vlen is not 0", { since: "6.1" }],
  float_kind_flag: ["EINVAL", "FLOAT: the kind flag is set", { since: "6.1" }],
  float_size: ["EINVAL", "FLOAT: the size is not 2, 4, 8, 12 or 16", { since: "6.1" }],
});

const SIZES: ReadonlySet<number> = new Set([2, 4, 8, 12, 16]);

export const checkFloat: KindCheck = (btf, id, at) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (btf.vlen(at) !== 0) return refuse(FLOAT.float_vlen, "vlen != 0");
  if (btf.kindFlag(at)) return refuse(FLOAT.float_kind_flag, "Invalid btf_info kind_flag");
  if (!SIZES.has(btf.third(at))) return refuse(FLOAT.float_size, "Invalid type_size");
  return accept(btf, id, at, 0);
};
