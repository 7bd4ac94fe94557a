import { rules } from "../../kernel/rule.ts";
import { logBasic } from "../lines.ts";
import { accept, type KindCheck, refuseShort, refuseType } from "./check.ts";

/** Source: kernel/bpf/btf.c, btf_int_check_meta. */
export const INT = rules("BTF_LOAD", {
  int_short: ["EINVAL", "INT: the section ends before its fourth word"],
  int_vlen: ["EINVAL", "INT: vlen is not 0"],
  int_kind_flag: ["EINVAL", "INT: the kind flag is set"],
  int_data: ["EINVAL", "INT: one of the four highest bits of the fourth word is set"],
  int_bits: ["EINVAL", "INT: offset and bits are together above 128"],
  int_size: ["EINVAL", "INT: offset and bits do not fit the size"],
  int_encoding: ["ENOTSUPP", "INT: the encoding is not 0, 1 (signed), 2 (char) or 4 (bool)"],
});

const NEEDED = 4;
const ENCODINGS: ReadonlySet<number> = new Set([0, 1, 2, 4]);

export const checkInt: KindCheck = (btf, id, at, left) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (left < NEEDED) return refuseShort(btf, id, at, INT.int_short, left, NEEDED);
  if (btf.vlen(at) !== 0) return refuse(INT.int_vlen, "vlen != 0");
  if (btf.kindFlag(at)) return refuse(INT.int_kind_flag, "Invalid btf_info kind_flag");
  const data = btf.extra(at, 0);
  if (data >= 0x10000000) {
    logBasic(btf, id, at, `Invalid int_data:${data.toString(16)}`);
    return INT.int_data;
  }
  const bits = (data & 255) + ((data >>> 16) & 255);
  if (bits > 128) return refuse(INT.int_bits, "nr_bits exceeds 128");
  if (Math.ceil(bits / 8) > btf.third(at)) {
    return refuse(INT.int_size, "nr_bits exceeds type_size");
  }
  if (!ENCODINGS.has(data >>> 24)) return refuse(INT.int_encoding, "Unsupported encoding");
  return accept(btf, id, at, NEEDED);
};
