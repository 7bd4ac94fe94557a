import { atLeast, type Version } from "../kernel/version.ts";

/** A behaviour that changed between two of the five kernels. */
export interface Delta {
  /** A stable name, `COMMAND/change`. */
  readonly id: string;
  /** Whose history it belongs to: a command, a map type, the entry. */
  readonly owner: string;
  /** The first of the five kernels that behaves the new way. */
  readonly since: Version;
  /** What is new, in one line. */
  readonly what: string;
}

function delta(owner: string, change: string, since: Version, what: string): Delta {
  return { id: `${owner}/${change}`, owner, since, what };
}

/** The named changes. Code asks `has(version, DELTA.name)` beside the rule that changes. */
export const DELTA = {
  entry_create_only: delta(
    "ENTRY",
    "sysctl_create_only",
    "6.1",
    "`kernel.unprivileged_bpf_disabled` closes MAP_CREATE and PROG_LOAD, not every command",
  ),
  entry_inside: delta(
    "ENTRY",
    "sysctl_inside",
    "6.12",
    "the sysctl is looked at inside MAP_CREATE and PROG_LOAD, after their first checks",
  ),
  common_attrs: delta(
    "ENTRY",
    "common_attrs",
    "7.2",
    "`cmd` takes BPF_COMMON_ATTRS: a fourth and a fifth argument carry a log",
  ),
  tokens: delta(
    "MAP_CREATE",
    "tokens",
    "6.12",
    "`map_flags` takes BPF_F_TOKEN_FD",
  ),
  access_late: delta(
    "MAP_CREATE",
    "access_late",
    "7.2",
    "BPF_F_RDONLY with BPF_F_WRONLY is refused after the map is made, not before",
  ),
  op_flags: delta(
    "MAP_LOOKUP_ELEM",
    "op_flags",
    "7.2",
    "element flags are checked against the map, after the descriptor and its permission",
  ),
  update_flags: delta(
    "MAP_UPDATE_ELEM",
    "op_flags",
    "7.2",
    "element flags are checked against the map: BPF_F_CPU and BPF_F_ALL_CPUS for maps per CPU",
  ),
  freeze_by_descriptor: delta(
    "MAP_FREEZE",
    "by_descriptor",
    "6.12",
    "a writable descriptor is what it takes; CAP_BPF is not asked for any more",
  ),
  memcg: delta(
    "HASH",
    "memcg",
    "6.1",
    "memory is charged to the memory cgroup; RLIMIT_MEMLOCK does not count any more",
  ),
  elem_size: delta(
    "HASH",
    "elem_size",
    "6.1",
    "keys may be above 512 bytes: key and value together have one limit",
  ),
  array_memcg: delta(
    "ARRAY",
    "memcg",
    "6.1",
    "memory is charged to the memory cgroup; RLIMIT_MEMLOCK does not count any more",
  ),
  struct_ops_required: delta(
    "STRUCT_OPS",
    "required",
    "6.1",
    "an algorithm may have `cong_control` instead of `cong_avoid`; that it is whole is seen at the end",
  ),
  struct_ops_link: delta(
    "STRUCT_OPS",
    "link",
    "6.12",
    "`map_flags` takes BPF_F_LINK and BPF_F_VTYPE_BTF_OBJ_FD; that a name is taken is seen when it is registered",
  ),
  struct_ops_accecn: delta(
    "STRUCT_OPS",
    "accecn",
    "6.18",
    "a tcp_congestion_ops has three more flags: 4, 8 and 16, for accurate ECN",
  ),
  value_size: delta("ARRAY", "value_size", "6.1", "values may be above 4 MiB, up to INT_MAX"),
  mitigations: delta(
    "ARRAY",
    "mitigations",
    "6.12",
    "a kernel booted with its CPU mitigations off spares the size from being rounded up",
  ),
  pin_path_fd: delta("OBJ_PIN", "path_fd", "6.12", "`file_flags` takes BPF_F_PATH_FD"),
  get_path_fd: delta("OBJ_GET", "path_fd", "6.12", "`file_flags` takes BPF_F_PATH_FD"),
  map_extra: delta("OBJ_GET_INFO_BY_FD", "map_extra", "6.1", "the info of a map has `map_extra`"),
  tag_sha256: delta(
    "OBJ_GET_INFO_BY_FD",
    "tag_sha256",
    "6.18",
    "the tag of a program is the start of a SHA-256, not of a SHA-1",
  ),
  info_input: delta(
    "OBJ_GET_INFO_BY_FD",
    "info_input",
    "6.18",
    "the info of a map is read before it is written: `hash` asks for a hash, and fields that the kernel does not fill in keep the caller's bytes",
  ),
  mount_source: delta(
    "mount",
    "source",
    "6.1",
    "a bpffs has its source; before, /proc/mounts says `none` of every one",
  ),
  mount_detached: delta(
    "mount",
    "detached",
    "6.12",
    "a target whose mount is mounted nowhere is ENOENT, not EINVAL",
  ),
  mount_move_early: delta(
    "mount",
    "move_early",
    "6.18",
    "whether the source of a move is mounted is asked before whether the target still exists",
  ),
  mount_owner: delta(
    "OPTIONS",
    "owner",
    "6.12",
    "a bpffs takes `uid` and `gid`, and /proc/mounts shows them",
  ),
  mount_delegate: delta(
    "OPTIONS",
    "delegate",
    "6.12",
    "a bpffs takes `delegate_cmds`, `delegate_maps`, `delegate_progs` and `delegate_attachs`",
  ),
  context_userns: delta(
    "fsconfig",
    "userns",
    "6.1",
    "a file system that is not meant for user namespaces is created for none but the initial one",
  ),
  context_delegated: delta(
    "fsconfig",
    "delegated",
    "6.12",
    "a bpffs is created for a user namespace by who has CAP_SYS_ADMIN in the initial one",
  ),
  move_mount_to_first: delta(
    "move_mount",
    "to_first",
    "6.18",
    "the path is looked up before the descriptor of the mount",
  ),
  fsmount_namespace: delta(
    "fsmount",
    "namespace",
    "7.2",
    "`flags` takes FSMOUNT_NAMESPACE, and is checked before the capability",
  ),
  open_fd_first: delta(
    "open",
    "fd_first",
    "7.2",
    "open(2) takes a descriptor before it reads the path, so that EMFILE comes before ENAMETOOLONG",
  ),
  open_create_dir: delta(
    "open",
    "create_dir",
    "6.1",
    "O_CREAT and O_DIRECTORY together are EINVAL",
  ),
  show_unsigned_enums: delta(
    "read",
    "unsigned_enums",
    "6.1",
    "an enum without a name for its value is shown as an unsigned number, where its BTF does not say that it is signed",
  ),
  truncate_mount_late: delta(
    "truncate",
    "mount_late",
    "6.18",
    "that the mount is read-only is looked at after the mode of the file",
  ),
  rename_exchange: delta("rename", "exchange", "6.1", "a bpffs takes RENAME_EXCHANGE"),
  rename_trap_first: delta(
    "rename",
    "trap_first",
    "7.2",
    "that one path is above the other is seen before a slash behind a name that is no directory's",
  ),
  xattrs: delta("xattr", "bpffs", "7.2", "a bpffs has extended attributes"),
  xattr_args_first: delta(
    "xattr",
    "args_first",
    "6.12",
    "setxattr looks at its flags, the name and the size before it walks the path, and removexattr at the name (not fsetxattr and fremovexattr)",
  ),
  getxattr_name_first: delta(
    "xattr",
    "get_name_first",
    "6.18",
    "getxattr, and the forms for descriptors, look at the arguments before they look for the file",
  ),
  license_late: delta(
    "PROG_LOAD",
    "license_late",
    "6.12",
    "the licence is read after the instructions, not among the first checks",
  ),
  prog_tokens: delta(
    "PROG_LOAD",
    "tokens",
    "6.12",
    "`prog_flags` takes BPF_F_TOKEN_FD, BPF_F_XDP_DEV_BOUND_ONLY and BPF_F_TEST_REG_INVARIANTS",
  ),
  xdp_frags: delta("PROG_LOAD", "xdp_frags", "6.1", "`prog_flags` takes BPF_F_XDP_HAS_FRAGS"),
  attach_by_btf: delta(
    "PROG_LOAD",
    "attach_by_btf",
    "6.1",
    "`attach_prog_fd` may be BTF, and is looked up before the attach type is checked",
  ),
  reuseport_attach: delta(
    "PROG_LOAD",
    "reuseport_attach",
    "6.1",
    "`expected_attach_type` of an SK_REUSEPORT program is looked at",
  ),
  bind_returns: delta(
    "PROG_LOAD",
    "bind_returns",
    "6.1",
    "a CGROUP_SOCK_ADDR program at a bind may return 2 and 3 too",
  ),
  lirc: delta("PROG_LOAD", "lirc", "6.12", "LIRC_MODE2 does not want CAP_NET_ADMIN any more"),
  session_returns: delta(
    "PROG_LOAD",
    "session_returns",
    "6.12",
    "a KPROBE program for a session (BPF_TRACE_KPROBE_SESSION, from 6.18 on BPF_TRACE_UPROBE_SESSION) returns 0 or 1",
  ),
  tracing_multi: delta(
    "PROG_LOAD",
    "tracing_multi",
    "7.2",
    "the attach types for many functions at once are for TRACING alone",
  ),
  log_any_size: delta(
    "PROG_LOAD",
    "log_any_size",
    "6.12",
    "a log may be smaller than 128 bytes, have a level without a buffer, and BPF_LOG_FIXED; `log_true_size` is written",
  ),
  log_early: delta("PROG_LOAD", "log_early", "7.2", "the log's attributes are checked first"),
  prog_memcg: delta(
    "PROG_LOAD",
    "memcg",
    "6.1",
    "memory is charged to the memory cgroup; RLIMIT_MEMLOCK does not count any more",
  ),
  btf_fd_tokens: delta(
    "BTF_GET_FD_BY_ID",
    "tokens",
    "6.18",
    "`open_flags` takes BPF_F_TOKEN_FD, with a token in `fd_by_id_token_fd`",
  ),
  btf_info_name: delta(
    "OBJ_GET_INFO_BY_FD",
    "btf_name",
    "6.1",
    "the info of BTF has `name`, `name_len` and `kernel_btf`",
  ),
  btf_kinds: delta(
    "BTF_LOAD",
    "kinds",
    "6.1",
    "there are FLOAT, DECL_TAG, TYPE_TAG and ENUM64",
  ),
  btf_long_names: delta("BTF_LOAD", "long_names", "6.1", "names may have 512 bytes, not 128"),
  btf_enum_sign: delta(
    "BTF_LOAD",
    "enum_sign",
    "6.1",
    "an ENUM may have the kind flag, which says that its values are signed",
  ),
  btf_empty_datasec: delta("BTF_LOAD", "empty_datasec", "6.1", "a DATASEC may list no variable"),
  btf_func_resolve: delta(
    "BTF_LOAD",
    "func_resolve",
    "6.1",
    "a FUNC is resolved like the other types that refer to one",
  ),
  btf_proto_return: delta(
    "BTF_LOAD",
    "proto_return",
    "6.1",
    "what a FUNC_PROTO returns cannot be a VAR, a DATASEC or a DECL_TAG",
  ),
  btf_section_names: delta(
    "BTF_LOAD",
    "section_names",
    "6.12",
    "the name of a DATASEC may have every byte that can be printed",
  ),
  btf_log_any_size: delta(
    "BTF_LOAD",
    "log_any_size",
    "6.12",
    "a log may be smaller than 128 bytes, have a level without a buffer, and go round; `btf_log_true_size` is written",
  ),
  btf_tokens: delta("BTF_LOAD", "tokens", "6.12", "there are `btf_flags` and `btf_token_fd`"),
  btf_tag_flag: delta(
    "BTF_LOAD",
    "tag_flag",
    "6.18",
    "TYPE_TAG and DECL_TAG may have the kind flag",
  ),
  btf_log_early: delta("BTF_LOAD", "log_early", "7.2", "the log's attributes are checked first"),
  btf_layout: delta(
    "BTF_LOAD",
    "layout",
    "7.2",
    "the header may have 32 bytes, and name a third section",
  ),
  btf_wide_info: delta(
    "BTF_LOAD",
    "wide_info",
    "7.2",
    "vlen has 24 bits, not 16, and the kind 7, not 5",
  ),
  btf_tag_order: delta(
    "BTF_LOAD",
    "tag_order",
    "7.2",
    "a TYPE_TAG may come behind typedefs and qualifiers",
  ),
} as const satisfies Readonly<Record<string, Delta>>;

/** Every named change. */
export const DELTAS: readonly Delta[] = Object.values(DELTA);

/** Whether a version behaves the new way. */
export function has(version: Version, change: Delta): boolean {
  return atLeast(version, change.since);
}
