import { rules } from "../../kernel/rule.ts";
import { accept, isTypeId, type KindCheck, refuseShort, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_array_check_meta. */
export const ARRAY = rules("BTF_LOAD", {
  array_short: ["EINVAL", "ARRAY: the section ends before its sixth word"],
  array_name: ["EINVAL", "ARRAY: it has a name"],
  array_vlen: ["EINVAL", "ARRAY: vlen is not 0"],
  array_kind_flag: ["EINVAL", "ARRAY: the kind flag is set"],
  array_size: ["EINVAL", "ARRAY: `size` is not 0"],
  array_elem_id: ["EINVAL", "ARRAY: the type of its elements is 0 or above 0xfffff"],
  array_index_id: ["EINVAL", "ARRAY: the type of its index is 0 or above 0xfffff"],
});

const NEEDED = 12;

export const checkArray: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (left < NEEDED) return refuseShort(btf, id, at, ARRAY.array_short, left, NEEDED);
  if (btf.nameOff(at) !== 0) return refuse(ARRAY.array_name, "Invalid name");
  if (btf.vlen(at) !== 0) return refuse(ARRAY.array_vlen, "vlen != 0");
  if (btf.kindFlag(at)) return refuse(ARRAY.array_kind_flag, "Invalid btf_info kind_flag");
  if (btf.third(at) !== 0) return refuse(ARRAY.array_size, "size != 0");
  const [elem, index] = [btf.extra(at, 0), btf.extra(at, 1)];
  if (elem === 0 || !isTypeId(elem)) return refuse(ARRAY.array_elem_id, "Invalid elem");
  if (index === 0 || !isTypeId(index)) return refuse(ARRAY.array_index_id, "Invalid index");
  return accept(btf, id, at, NEEDED);
};
