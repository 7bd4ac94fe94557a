import { type Rule, rules } from "../../kernel/rule.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { logType, logVarInfo } from "../lines.ts";
import { isSection } from "../names.ts";
import { type At, FIXED, type Reader } from "../reader.ts";
import { isTypeId, type KindCheck, refuseShort, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_datasec_check_meta. */
export const DATASEC = rules("BTF_LOAD", {
  datasec_short: ["EINVAL", "DATASEC: the section of types ends before its last variable"],
  datasec_empty: ["EINVAL", "DATASEC: vlen is 0", { until: "5.10" }],
  datasec_size: ["EINVAL", "DATASEC: the size is 0"],
  datasec_kind_flag: ["EINVAL", "DATASEC: the kind flag is set"],
  datasec_name: [
    "EINVAL",
    "DATASEC: the name is empty or too long, or (until 6.1) no identifier, or has a byte that cannot be printed",
  ],
  secinfo_type_id: ["EINVAL", "a variable's `type` in a DATASEC is 0 or above 0xfffff"],
  secinfo_offset: [
    "EINVAL",
    "a variable in a DATASEC starts in the one before it, or at or beyond the end",
  ],
  secinfo_size: [
    "EINVAL",
    "a variable in a DATASEC has the size 0, or a larger one than the DATASEC",
  ],
  secinfo_end: ["EINVAL", "a variable in a DATASEC ends beyond the end (counted in 32 bits)"],
  datasec_sum: ["EINVAL", "the variables of a DATASEC are together larger than it"],
});

const VAR_INFO = 12;

export const checkDatasec: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  const count = btf.vlen(at);
  const needed = VAR_INFO * count;
  if (left < needed) return refuseShort(btf, id, at, DATASEC.datasec_short, left, needed);
  if (count === 0 && !has(btf.version, DELTA.btf_empty_datasec)) {
    return refuse(DATASEC.datasec_empty, "vlen == 0");
  }
  if (btf.third(at) === 0) return refuse(DATASEC.datasec_size, "size == 0");
  if (btf.kindFlag(at)) return refuse(DATASEC.datasec_kind_flag, "Invalid btf_info kind_flag");
  const nameOff = btf.nameOff(at);
  if (nameOff === 0 || !isSection(btf.version, btf.name(nameOff))) {
    return refuse(DATASEC.datasec_name, "Invalid name");
  }
  logType(btf, id, at);
  let [last, sum] = [0, 0];
  for (let index = 0; index < count; index++) {
    const end = checkVarInfo(btf, at, index, last);
    if (typeof end !== "number") return end;
    last = end;
    sum += btf.extra(at, 3 * index + 2);
  }
  if (btf.third(at) < sum) return refuse(DATASEC.datasec_sum, "Invalid btf_info size");
  return FIXED + needed;
};

/** One variable; what comes back is where it ends. */
function checkVarInfo(btf: Reader, at: At, index: number, last: number): number | Rule {
  const refuse = (rule: Rule, message: string) => {
    logVarInfo(btf, at, index, message);
    return rule;
  };
  const size = btf.third(at);
  const type = btf.extra(at, 3 * index);
  const [from, length] = [btf.extra(at, 3 * index + 1), btf.extra(at, 3 * index + 2)];
  if (type === 0 || !isTypeId(type)) return refuse(DATASEC.secinfo_type_id, "Invalid type_id");
  if (from < last || from >= size) return refuse(DATASEC.secinfo_offset, "Invalid offset");
  if (length === 0 || length > size) return refuse(DATASEC.secinfo_size, "Invalid size");
  // The sum is one of 32 bits.
  const end = (from + length) >>> 0;
  if (end > size) return refuse(DATASEC.secinfo_end, "Invalid offset+size");
  logVarInfo(btf, at, index);
  return end;
}
