import { type Rule, rules } from "../../kernel/rule.ts";
import { logMember, logType, memberOffset } from "../lines.ts";
import { type At, FIXED, KIND, type Reader } from "../reader.ts";
import {
  isAnonymousOrIdentifier,
  isTypeId,
  type KindCheck,
  refuseShort,
  refuseType,
} from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_struct_check_meta. */
export const STRUCT = rules("BTF_LOAD", {
  struct_short: ["EINVAL", "STRUCT or UNION: the section ends before its last member"],
  struct_name: ["EINVAL", "STRUCT or UNION: it has a name that is no identifier"],
  member_name_off: ["EINVAL", "a member's `name_off` is beyond the string section"],
  member_name: ["EINVAL", "a member has a name that is no identifier"],
  member_type_id: ["EINVAL", "a member's `type` is 0 or above 0xfffff"],
  member_union: ["EINVAL", "a member of a UNION does not start at bit 0"],
  member_order: ["EINVAL", "a member starts before the one before it"],
  member_beyond: ["EINVAL", "a member starts beyond the end of its struct"],
});

const MEMBER = 12;

export const checkStruct: KindCheck = (btf, id, at, left) => {
  const needed = MEMBER * btf.vlen(at);
  if (left < needed) return refuseShort(btf, id, at, STRUCT.struct_short, left, needed);
  if (!isAnonymousOrIdentifier(btf, btf.nameOff(at))) {
    return refuseType(btf, id, at, STRUCT.struct_name, "Invalid name");
  }
  logType(btf, id, at);
  let last = 0;
  for (let index = 0; index < btf.vlen(at); index++) {
    const offset = checkMember(btf, at, index, last);
    if (typeof offset !== "number") return offset;
    last = offset;
  }
  return FIXED + needed;
};

/** Where a member starts, in bits. */
export function bitOffset(btf: Reader, at: At, index: number): number {
  const offset = memberOffset(btf, at, index);
  return btf.kindFlag(at) ? offset & 0xffffff : offset;
}

/** One member; what comes back is where it starts. */
function checkMember(btf: Reader, at: At, index: number, last: number): number | Rule {
  const [nameOff, type] = [btf.extra(at, 3 * index), btf.extra(at, 3 * index + 1)];
  const refuse = (rule: Rule, message: string) => {
    logMember(btf, at, { index, type }, message);
    return rule;
  };
  if (!btf.isNameOff(nameOff)) {
    return refuse(STRUCT.member_name_off, `Invalid member name_offset:${nameOff}`);
  }
  if (!isAnonymousOrIdentifier(btf, nameOff)) return refuse(STRUCT.member_name, "Invalid name");
  if (type === 0 || !isTypeId(type)) return refuse(STRUCT.member_type_id, "Invalid type_id");
  const offset = bitOffset(btf, at, index);
  if (btf.kind(at) === KIND.UNION && offset !== 0) {
    return refuse(STRUCT.member_union, "Invalid member bits_offset");
  }
  if (last > offset) return refuse(STRUCT.member_order, "Invalid member bits_offset");
  if (Math.ceil(offset / 8) > btf.third(at)) {
    return refuse(STRUCT.member_beyond, "Member bits_offset exceeds its struct size");
  }
  logMember(btf, at, { index, type });
  return offset;
}
