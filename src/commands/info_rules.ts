import { rules } from "../kernel/rule.ts";

/** Source: kernel/bpf/syscall.c, bpf_obj_get_info_by_fd, and what it calls for each kind of object. */
export const R = rules("OBJ_GET_INFO_BY_FD", {
  attr: ["EINVAL", "a byte after `info` is not zero"],
  bad_fd: ["EBADFD", "`bpf_fd` is not an open descriptor (EBADFD, not EBADF)"],
  not_bpf: ["EINVAL", "`bpf_fd` is none of the objects that have an info"],
  info_len: ["E2BIG", "`info_len` is above 4096"],
  tail: ["E2BIG", "`info_len` is above the kernel's info and a byte after it is not zero"],
  tail_fault: [
    "EFAULT",
    "`info_len` is above the kernel's info and the bytes after cannot be read",
  ],
  info_unreadable: ["EFAULT", "`info` cannot be read (of a map from 6.18 on)"],
  hash_type: ["EINVAL", "`hash` is set and the map is not an array", { since: "6.18" }],
  hash_size: ["EINVAL", "`hash` is set and `hash_size` is not 32", { since: "6.18" }],
  hash_unfrozen: ["EPERM", "`hash` is set and the map is not frozen", { since: "6.18" }],
  hash_fault: ["EFAULT", "`hash` cannot be written", { since: "6.18" }],
  hash_absent: ["EINVAL", "`hash_size` is set and `hash` is NULL", { since: "6.18" }],
  map_ids_fault: ["EFAULT", "program: `map_ids` cannot be written"],
  rec_size: [
    "EINVAL",
    "program: a count or a size of records is set, and the size is not the kernel's (func_info 8, line_info 16, jited_line_info 8)",
  ],
  xlated_fault: ["EFAULT", "program: `xlated_prog_insns` cannot be written"],
  prog_tags_fault: ["EFAULT", "program: `prog_tags` cannot be written"],
  link_info_unreadable: ["EFAULT", "link: `info` cannot be read", { since: "6.12" }],
  btf_info_unreadable: ["EFAULT", "BTF: `info` cannot be read"],
  btf_data_fault: ["EFAULT", "BTF: `btf` in the info cannot be written"],
  btf_name_pair: ["EINVAL", "BTF: of `name` and `name_len` in the info one is 0 and one is not", {
    since: "6.1",
  }],
  btf_name_fault: ["EFAULT", "BTF: `name` in the info cannot be written", { since: "6.1" }],
  info_fault: ["EFAULT", "`info` cannot be written"],
  info_len_fault: ["EFAULT", "`info_len` cannot be written back to attr"],
  btf_name_short: [
    "ENOSPC",
    "BTF: `name_len` in the info is too small for the name and its NUL; all else is done",
    { since: "6.1" },
  ],
});
