import { rules } from "../../kernel/rule.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { logType } from "../lines.ts";
import { type At, FIXED, KIND, type Reader } from "../reader.ts";
import {
  hasIdentifier,
  isAnonymousOrIdentifier,
  type KindCheck,
  refuseShort,
  refuseType,
} from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_enum_check_meta and btf_enum64_check_meta. */
export const ENUM = rules("BTF_LOAD", {
  enum_short: ["EINVAL", "ENUM or ENUM64: the section ends before its last value"],
  enum_kind_flag: ["EINVAL", "ENUM: the kind flag is set", { until: "5.10" }],
  enum_size: ["EINVAL", "ENUM or ENUM64: the size is not 1, 2, 4 or 8"],
  enum_name: ["EINVAL", "ENUM or ENUM64: it has a name that is no identifier"],
  value_name_off: ["EINVAL", "an enumerator's `name_off` is beyond the string section"],
  value_name: ["EINVAL", "an enumerator's name is no identifier"],
});

const SIZES: ReadonlySet<number> = new Set([1, 2, 4, 8]);

export const checkEnum: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  const words = btf.kind(at) === KIND.ENUM64 ? 3 : 2;
  const count = btf.vlen(at);
  const needed = 4 * words * count;
  if (left < needed) return refuseShort(btf, id, at, ENUM.enum_short, left, needed);
  if (btf.kindFlag(at) && !has(btf.version, DELTA.btf_enum_sign)) {
    return refuse(ENUM.enum_kind_flag, "Invalid btf_info kind_flag");
  }
  if (!SIZES.has(btf.third(at))) return refuse(ENUM.enum_size, "Unexpected size");
  if (!isAnonymousOrIdentifier(btf, btf.nameOff(at))) return refuse(ENUM.enum_name, "Invalid name");
  logType(btf, id, at);
  for (let i = 0; i < count; i++) {
    const nameOff = btf.extra(at, words * i);
    if (!btf.isNameOff(nameOff)) {
      btf.log.print(`\tInvalid name_offset:${nameOff}`);
      return ENUM.value_name_off;
    }
    if (!hasIdentifier(btf, nameOff)) return refuse(ENUM.value_name, "Invalid name");
    if (btf.log.on) btf.log.print(`\t${btf.shown(nameOff)} val=${valueOf(btf, at, words, i)}\n`);
  }
  return FIXED + needed;
};

/** The kind flag says that values are signed; 5.10 takes all for signed. */
function valueOf(btf: Reader, at: At, words: number, index: number): number | bigint {
  const signed = btf.kindFlag(at) || !has(btf.version, DELTA.btf_enum_sign);
  const low = btf.extra(at, words * index + 1);
  if (words === 2) return signed ? low | 0 : low;
  const value = (BigInt(btf.extra(at, words * index + 2)) << 32n) | BigInt(low);
  return signed ? BigInt.asIntN(64, value) : value;
}
