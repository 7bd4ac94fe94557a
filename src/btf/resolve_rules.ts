import { rules } from "../kernel/rule.ts";

/** What the second pass refuses: types in what they refer to. Source: kernel/bpf/btf.c. */
export const RESOLVE = rules("BTF_LOAD", {
  depth: ["E2BIG", "types refer to types more than 32 deep"],
  loop: ["EEXIST", "a type comes back to itself"],
  ref_target: [
    "EINVAL",
    "PTR, TYPEDEF, a qualifier or TYPE_TAG refers to no type, or to a VAR, DATASEC, DECL_TAG or FUNC",
  ],
  var_target: ["EINVAL", "VAR refers to no type, or to one that has no size"],
  array_index: ["EINVAL", "ARRAY: the index is no INT of 8, 16, 32, 64 or 128 bits"],
  array_elem: ["EINVAL", "ARRAY: the elements are of no type, or of one that has no size"],
  array_int: ["EINVAL", "ARRAY: the elements are INTs that are not 8, 16, 32, 64 or 128 bits"],
  array_overflow: ["EINVAL", "ARRAY: the elements together are 2^32 bytes or more"],
  member_target: ["EINVAL", "a member is of no type, or of one that has no size"],
  member_overflow: ["EINVAL", "a member's offset and its INT's offset are together above 2^32 - 1"],
  member_bits: [
    "EINVAL",
    "a member of an INT has more than 128 bits with those before it in its byte",
  ],
  member_exceeds: ["EINVAL", "a member ends beyond the end of its struct"],
  member_base: [
    "EINVAL",
    "the struct has the kind flag, and a member's INT is not 8, 16, 32, 64 or 128 bits",
  ],
  member_offset: [
    "EINVAL",
    "the struct has the kind flag, and a member of an INT that is no bit field starts inside a byte",
  ],
  member_bitfield: ["EINVAL", "a bit field is larger than its type, or its type can have none"],
  member_unaligned: ["EINVAL", "a member that is no INT starts inside a byte"],
  member_float: ["EINVAL", "a FLOAT member is not aligned to its size (or to 8)", { since: "6.1" }],
  secinfo_var: ["EINVAL", "what a DATASEC lists is no VAR"],
  secinfo_var_type: ["EINVAL", "a variable in a DATASEC has a type without a size"],
  secinfo_var_size: ["EINVAL", "a variable in a DATASEC has less room than its type is large"],
  decl_tag_target: ["EINVAL", "DECL_TAG is on none of STRUCT, UNION, FUNC, VAR and TYPEDEF", {
    since: "6.1",
  }],
  decl_tag_component: [
    "EINVAL",
    "DECL_TAG: `component_idx` is on a VAR or TYPEDEF, or there is no such member or parameter",
    { since: "6.1" },
  ],
  func_target: ["EINVAL", "FUNC refers to no FUNC_PROTO"],
  func_param: ["EINVAL", "FUNC: a parameter of its FUNC_PROTO has no name"],
  proto_return: ["EINVAL", "FUNC_PROTO: it returns no type, or one that has no size"],
  proto_param: [
    "EINVAL",
    "FUNC_PROTO: a parameter is of no type, or of one that has no size, or its name is no identifier, or it is a vararg with a name",
  ],
  modifier_chain: ["ELOOP", "more than 32 typedefs, qualifiers and tags follow each other", {
    since: "6.1",
  }],
  tag_order: ["EINVAL", "TYPE_TAG comes behind a typedef or a qualifier", {
    since: "6.1",
    until: "6.18",
  }],
});
