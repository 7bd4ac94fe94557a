import { rules } from "../kernel/rule.ts";

/** Source: kernel/bpf/syscall.c, map_create. The type's own rules stand at `type`. */
export const R = rules("MAP_CREATE", {
  log: [
    "EINVAL",
    "the log of the common attributes has a buffer without a size or a level, a size without a buffer, a level above 15, or a size of 2^30 or more",
    { since: "7.2" },
  ],
  attr: ["EINVAL", "a byte after the last field is not zero"],
  struct_ops: ["EINVAL", "`btf_vmlinux_value_type_id` is set and the type is not STRUCT_OPS"],
  struct_ops_btf: [
    "EINVAL",
    "`btf_vmlinux_value_type_id` is set together with `btf_key_type_id` or `btf_value_type_id`",
  ],
  btf_key: ["EINVAL", "`btf_key_type_id` is set without `btf_value_type_id`"],
  map_extra: ["EINVAL", "`map_extra` is set and the type takes none", { since: "6.1" }],
  access: ["EINVAL", "`map_flags` has both BPF_F_RDONLY and BPF_F_WRONLY", { until: "6.18" }],
  numa_node: ["EINVAL", "`map_flags` has BPF_F_NUMA_NODE and the node is not online"],
  type: ["EINVAL", "`map_type` is not a type of this kernel"],
  token_fd: ["EBADF", "`map_flags` has BPF_F_TOKEN_FD and `map_token_fd` is not open", {
    since: "6.12",
  }],
  not_token: ["EINVAL", "`map_flags` has BPF_F_TOKEN_FD and `map_token_fd` is not a token", {
    since: "6.12",
  }],
  unprivileged: [
    "EPERM",
    "`kernel.unprivileged_bpf_disabled` is set and the caller has neither CAP_BPF nor CAP_SYS_ADMIN",
    { since: "6.12" },
  ],
  name: ["EINVAL", "`map_name` has a byte other than letters, digits, `_` and `.`, or no NUL"],
  btf_fd: ["EBADF", "a BTF type id is set and `btf_fd` is not an open descriptor"],
  not_btf: ["EINVAL", "a BTF type id is set and `btf_fd` is not BTF"],
  btf_kernel: ["EACCES", "a BTF type id is set and `btf_fd` is the kernel's own BTF", {
    since: "6.1",
  }],
  btf_key_size: [
    "EINVAL",
    "`btf_key_type_id` is no type that has a size, or its size is not `key_size`",
  ],
  btf_keyless: [
    "EINVAL",
    "`btf_value_type_id` is set without `btf_key_type_id`, and the type of map wants a key",
    { until: "6.18" },
  ],
  btf_value_size: [
    "EINVAL",
    "`btf_value_type_id` is no type that has a size, or its size is not `value_size`",
  ],
  excl_hash_size: ["EINVAL", "`excl_prog_hash` is set and `excl_prog_hash_size` is not 32", {
    since: "6.18",
  }],
  excl_hash_fault: ["EFAULT", "`excl_prog_hash` cannot be read", { since: "6.18" }],
  excl_hash_absent: ["EINVAL", "`excl_prog_hash_size` is set and `excl_prog_hash` is NULL", {
    since: "6.18",
  }],
  access_late: ["EINVAL", "`map_flags` has both BPF_F_RDONLY and BPF_F_WRONLY", { since: "7.2" }],
  fd_limit: [
    "EMFILE",
    "no descriptor below RLIMIT_NOFILE is free; the map's id is used up all the same",
  ],
});
