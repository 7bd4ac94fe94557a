import { rules } from "../../kernel/rule.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { type At, KIND, type Reader } from "../reader.ts";
import { accept, hasIdentifier, isTypeId, type KindCheck, refuseType } from "./check.ts";

/** Pointers, typedefs, qualifiers, type tags. Source: kernel/bpf/btf.c, btf_ref_type_check_meta. */
export const REFERENCE = rules("BTF_LOAD", {
  ref_vlen: ["EINVAL", "PTR, TYPEDEF, a qualifier or TYPE_TAG: vlen is not 0"],
  ref_kind_flag: [
    "EINVAL",
    "PTR, TYPEDEF, a qualifier or (until 6.12) TYPE_TAG: the kind flag is set",
  ],
  ref_type_id: ["EINVAL", "PTR, TYPEDEF, a qualifier or TYPE_TAG: `type` is above 0xfffff"],
  ref_name: [
    "EINVAL",
    "TYPEDEF without an identifier for a name, TYPE_TAG without a name, or PTR or a qualifier with one",
  ],
});

export const checkReference: KindCheck = (btf, id, at) => {
  const refuse = refuseType.bind(undefined, btf, id, at);
  if (btf.vlen(at) !== 0) return refuse(REFERENCE.ref_vlen, "vlen != 0");
  const flagged = btf.kindFlag(at) && !mayBeFlagged(btf, at);
  if (flagged) return refuse(REFERENCE.ref_kind_flag, "Invalid btf_info kind_flag");
  if (!isTypeId(btf.third(at))) return refuse(REFERENCE.ref_type_id, "Invalid type_id");
  if (!isNamed(btf, at)) return refuse(REFERENCE.ref_name, "Invalid name");
  return accept(btf, id, at, 0);
};

function mayBeFlagged(btf: Reader, at: At): boolean {
  return has(btf.version, DELTA.btf_tag_flag) && btf.kind(at) === KIND.TYPE_TAG;
}

function isNamed(btf: Reader, at: At): boolean {
  const nameOff = btf.nameOff(at);
  switch (btf.kind(at)) {
    case KIND.TYPEDEF:
      return hasIdentifier(btf, nameOff);
    case KIND.TYPE_TAG:
      return btf.name(nameOff) !== "";
    default:
      return nameOff === 0;
  }
}
