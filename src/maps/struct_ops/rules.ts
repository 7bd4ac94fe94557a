import { rules } from "../../kernel/rule.ts";

/**
 * What BPF_MAP_TYPE_STRUCT_OPS refuses, in the kernel's order. Source:
 * kernel/bpf/bpf_struct_ops.c, net/ipv4/bpf_tcp_ca.c and tcp_cong.c, net/bpf/bpf_dummy_struct_ops.c.
 */
export const STRUCT_OPS = rules("STRUCT_OPS", {
  create_key_size: ["EINVAL", "`key_size` is not 4"],
  create_max_entries: ["EINVAL", "`max_entries` is not 1"],
  create_flags: [
    "EINVAL",
    "`map_flags` has a bit other than (6.12 and later) BPF_F_LINK and BPF_F_VTYPE_BTF_OBJ_FD",
  ],
  create_value_type: ["EINVAL", "`btf_vmlinux_value_type_id` is 0"],
  create_capability: ["EPERM", "the caller has neither CAP_BPF nor CAP_SYS_ADMIN"],
  create_module_fd: [
    "EBADF",
    "`map_flags` has BPF_F_VTYPE_BTF_OBJ_FD and `value_type_btf_obj_fd` is not open",
    { since: "6.12" },
  ],
  create_not_module: [
    "EINVAL",
    "`map_flags` has BPF_F_VTYPE_BTF_OBJ_FD and `value_type_btf_obj_fd` is not BTF of a module",
    { since: "6.12" },
  ],
  create_no_struct: [
    "ENOTSUPP",
    "`btf_vmlinux_value_type_id` is no value of a struct that the kernel lets programs implement",
  ],
  create_value_size: ["EINVAL", "`value_size` is not that of the value's type"],
  create_memlock: [
    "EPERM",
    "the memory of the map, with that of the user's other maps and programs, is above RLIMIT_MEMLOCK (in whole pages)",
    { until: "5.10" },
  ],
  lookup_key: ["ENOENT", "the key is not 0"],
  update_flags: ["EINVAL", "`flags` is not 0"],
  update_key: ["E2BIG", "the key is not 0"],
  update_holes: ["EINVAL", "padding of the value is not zero"],
  update_state: ["EINVAL", "the count or the state in the value is not 0"],
  update_busy: ["EBUSY", "the map was filled before"],
  update_dummy: ["EOPNOTSUPP", "the struct is `bpf_dummy_ops`, which is never registered", {
    since: "6.1",
  }],
  update_tcp_flags: [
    "EINVAL",
    "`flags` of a tcp_congestion_ops has a bit that the kernel does not know",
  ],
  update_tcp_name: [
    "EINVAL",
    "`name` of a tcp_congestion_ops is empty, has no NUL, or has a byte other than letters, digits, `_` and `.`",
  ],
  update_tcp_taken: ["EEXIST", "`name` is the name of an algorithm that is registered", {
    until: "6.1",
  }],
  update_tcp_absent: [
    "EINVAL",
    "`ssthresh`, `cong_avoid` or `undo_cwnd` of a tcp_congestion_ops is 0",
    { until: "5.10" },
  ],
  update_data: [
    "EINVAL",
    "a member that is neither a function nor known to the struct is not zero",
  ],
  update_bad_fd: ["EBADF", "a function is not an open descriptor"],
  update_not_prog: ["EINVAL", "a function is a descriptor of something else than a program"],
  update_other_prog: ["EINVAL", "a function is a program of another type, struct or member"],
  update_tcp_required: [
    "EINVAL",
    "a tcp_congestion_ops has no `ssthresh`, no `undo_cwnd`, or neither `cong_avoid` nor `cong_control`",
    { since: "6.1" },
  ],
  update_tcp_exists: [
    "EEXIST",
    "`name` is the name of an algorithm that is registered; with BPF_F_LINK it is LINK_CREATE that looks",
    { since: "6.12" },
  ],
  delete_link: ["EOPNOTSUPP", "the map was made with BPF_F_LINK", { since: "6.12" }],
  delete_again: ["EINPROGRESS", "the struct was unregistered before"],
  delete_empty: ["ENOENT", "the map was not filled"],
  next_key_last: ["ENOENT", "the key is 0, the only one there is"],
});
