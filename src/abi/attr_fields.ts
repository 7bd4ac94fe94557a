/**
 * The structs of `union bpf_attr`, member by member, as the newest of the five kernels has them; no
 * member ever moved or went away. What a struct shares between commands, every one of them lists.
 */
import { chars, ptr, s32, u32, u64 } from "./field.ts";

/** The anonymous struct of BPF_MAP_CREATE. */
export const MAP_CREATE_FIELDS = [
  u32("map_type", 0),
  u32("key_size", 4),
  u32("value_size", 8),
  u32("max_entries", 12),
  u32("map_flags", 16),
  u32("inner_map_fd", 20),
  u32("numa_node", 24),
  chars("map_name", 28, 16),
  u32("map_ifindex", 44),
  u32("btf_fd", 48),
  u32("btf_key_type_id", 52),
  u32("btf_value_type_id", 56),
  u32("btf_vmlinux_value_type_id", 60),
  u64("map_extra", 64, { since: "6.1" }),
  s32("value_type_btf_obj_fd", 72, { since: "6.12" }),
  s32("map_token_fd", 76, { since: "6.12" }),
  ptr("excl_prog_hash", 80, { since: "6.18" }),
  u32("excl_prog_hash_size", 88, { since: "6.18" }),
] as const;

/** The anonymous struct that BPF_MAP_*_ELEM, GET_NEXT_KEY and FREEZE share. */
export const ELEM_FIELDS = [
  u32("map_fd", 0),
  ptr("key", 8),
  ptr("value", 16),
  ptr("next_key", 16),
  u64("flags", 24),
] as const;

/** `batch`: BPF_MAP_*_BATCH. */
export const BATCH_FIELDS = [
  ptr("in_batch", 0),
  ptr("out_batch", 8),
  ptr("keys", 16),
  ptr("values", 24),
  u32("count", 32, { out: true }),
  u32("map_fd", 36),
  u64("elem_flags", 40),
  u64("flags", 48),
] as const;

/** The anonymous struct of BPF_PROG_LOAD. */
export const PROG_LOAD_FIELDS = [
  u32("prog_type", 0),
  u32("insn_cnt", 4),
  ptr("insns", 8),
  ptr("license", 16),
  u32("log_level", 24),
  u32("log_size", 28),
  ptr("log_buf", 32),
  u32("kern_version", 40),
  u32("prog_flags", 44),
  chars("prog_name", 48, 16),
  u32("prog_ifindex", 64),
  u32("expected_attach_type", 68),
  u32("prog_btf_fd", 72),
  u32("func_info_rec_size", 76),
  ptr("func_info", 80),
  u32("func_info_cnt", 88),
  u32("line_info_rec_size", 92),
  ptr("line_info", 96),
  u32("line_info_cnt", 104),
  u32("attach_btf_id", 108),
  u32("attach_prog_fd", 112),
  u32("attach_btf_obj_fd", 112, { since: "6.1" }),
  u32("core_relo_cnt", 116, { since: "6.1" }),
  ptr("fd_array", 120, { since: "6.1" }),
  ptr("core_relos", 128, { since: "6.1" }),
  u32("core_relo_rec_size", 136, { since: "6.1" }),
  u32("log_true_size", 140, { since: "6.12", out: true }),
  s32("prog_token_fd", 144, { since: "6.12" }),
  u32("fd_array_cnt", 148, { since: "6.18" }),
  ptr("signature", 152, { since: "6.18" }),
  u32("signature_size", 160, { since: "6.18" }),
  s32("keyring_id", 164, { since: "6.18" }),
] as const;

/** The anonymous struct that BPF_OBJ_PIN and BPF_OBJ_GET share. */
export const OBJ_FIELDS = [
  ptr("pathname", 0),
  u32("bpf_fd", 8),
  u32("file_flags", 12),
  s32("path_fd", 16, { since: "6.12" }),
] as const;

/** The anonymous struct that BPF_PROG_ATTACH and BPF_PROG_DETACH share. */
export const ATTACH_FIELDS = [
  u32("target_fd", 0),
  u32("target_ifindex", 0, { since: "6.12" }),
  u32("attach_bpf_fd", 4),
  u32("attach_type", 8),
  u32("attach_flags", 12),
  u32("replace_bpf_fd", 16),
  u32("relative_fd", 20, { since: "6.12" }),
  u32("relative_id", 20, { since: "6.12" }),
  u64("expected_revision", 24, { since: "6.12" }),
] as const;

/** `test`: BPF_PROG_TEST_RUN. */
export const TEST_FIELDS = [
  u32("prog_fd", 0),
  u32("retval", 4, { out: true }),
  u32("data_size_in", 8),
  u32("data_size_out", 12, { out: true }),
  ptr("data_in", 16),
  ptr("data_out", 24),
  u32("repeat", 32),
  u32("duration", 36, { out: true }),
  u32("ctx_size_in", 40),
  u32("ctx_size_out", 44, { out: true }),
  ptr("ctx_in", 48),
  ptr("ctx_out", 56),
  u32("flags", 64),
  u32("cpu", 68),
  u32("batch_size", 72, { since: "6.1" }),
] as const;

/** The anonymous struct that BPF_*_GET_NEXT_ID and BPF_*_GET_FD_BY_ID share. */
export const ID_FIELDS = [
  u32("start_id", 0),
  u32("prog_id", 0),
  u32("map_id", 0),
  u32("btf_id", 0),
  u32("link_id", 0),
  u32("next_id", 4, { out: true }),
  u32("open_flags", 8),
  s32("fd_by_id_token_fd", 12, { since: "6.18" }),
] as const;

/** `info`: BPF_OBJ_GET_INFO_BY_FD. */
export const INFO_FIELDS = [
  u32("bpf_fd", 0),
  u32("info_len", 4, { out: true }),
  ptr("info", 8),
] as const;

/** `query`: BPF_PROG_QUERY. */
export const QUERY_FIELDS = [
  u32("target_fd", 0),
  u32("target_ifindex", 0, { since: "6.12" }),
  u32("attach_type", 4),
  u32("query_flags", 8),
  u32("attach_flags", 12, { out: true }),
  ptr("prog_ids", 16),
  u32("prog_cnt", 24, { out: true }),
  u32("count", 24, { since: "6.12", out: true }),
  ptr("prog_attach_flags", 32, { since: "6.1" }),
  ptr("link_ids", 40, { since: "6.12" }),
  ptr("link_attach_flags", 48, { since: "6.12" }),
  u64("revision", 56, { since: "6.12", out: true }),
] as const;

/** `raw_tracepoint`: BPF_RAW_TRACEPOINT_OPEN. `name` is a user address, though declared as a plain u64. */
export const RAW_TRACEPOINT_FIELDS = [
  ptr("name", 0),
  u32("prog_fd", 8),
  u64("cookie", 16, { since: "6.12" }),
] as const;

/** The anonymous struct of BPF_BTF_LOAD. */
export const BTF_LOAD_FIELDS = [
  ptr("btf", 0),
  ptr("btf_log_buf", 8),
  u32("btf_size", 16),
  u32("btf_log_size", 20),
  u32("btf_log_level", 24),
  u32("btf_log_true_size", 28, { since: "6.12", out: true }),
  u32("btf_flags", 32, { since: "6.12" }),
  s32("btf_token_fd", 36, { since: "6.12" }),
] as const;

/** `task_fd_query`: BPF_TASK_FD_QUERY. */
export const TASK_FD_QUERY_FIELDS = [
  u32("pid", 0),
  u32("fd", 4),
  u32("flags", 8),
  u32("buf_len", 12, { out: true }),
  ptr("buf", 16),
  u32("prog_id", 24, { out: true }),
  u32("fd_type", 28, { out: true }),
  u64("probe_offset", 32, { out: true }),
  u64("probe_addr", 40, { out: true }),
] as const;

/**
 * `link_create`: BPF_LINK_CREATE. What one kind of link takes stands in a named struct of its own,
 * and has that name before a dot: `kprobe_multi.flags` beside `flags`.
 */
export const LINK_CREATE_FIELDS = [
  u32("prog_fd", 0),
  u32("map_fd", 0, { since: "6.12" }),
  u32("target_fd", 4),
  u32("target_ifindex", 4),
  u32("attach_type", 8),
  u32("flags", 12),
  u32("target_btf_id", 16),
  ptr("iter_info", 16),
  u32("iter_info_len", 24),
  u64("perf_event.bpf_cookie", 16, { since: "6.1" }),
  u32("kprobe_multi.flags", 16, { since: "6.1" }),
  u32("kprobe_multi.cnt", 20, { since: "6.1" }),
  ptr("kprobe_multi.syms", 24, { since: "6.1" }),
  ptr("kprobe_multi.addrs", 32, { since: "6.1" }),
  ptr("kprobe_multi.cookies", 40, { since: "6.1" }),
  u32("tracing.target_btf_id", 16, { since: "6.1" }),
  u64("tracing.cookie", 24, { since: "6.1" }),
  u32("netfilter.pf", 16, { since: "6.12" }),
  u32("netfilter.hooknum", 20, { since: "6.12" }),
  s32("netfilter.priority", 24, { since: "6.12" }),
  u32("netfilter.flags", 28, { since: "6.12" }),
  u32("tcx.relative_fd", 16, { since: "6.12" }),
  u32("tcx.relative_id", 16, { since: "6.12" }),
  u64("tcx.expected_revision", 24, { since: "6.12" }),
  ptr("uprobe_multi.path", 16, { since: "6.12" }),
  ptr("uprobe_multi.offsets", 24, { since: "6.12" }),
  ptr("uprobe_multi.ref_ctr_offsets", 32, { since: "6.12" }),
  ptr("uprobe_multi.cookies", 40, { since: "6.12" }),
  u32("uprobe_multi.cnt", 48, { since: "6.12" }),
  u32("uprobe_multi.flags", 52, { since: "6.12" }),
  u32("uprobe_multi.pid", 56, { since: "6.12" }),
  u32("uprobe_multi.path_fd", 60, { since: "7.2" }),
  u32("netkit.relative_fd", 16, { since: "6.12" }),
  u32("netkit.relative_id", 16, { since: "6.12" }),
  u64("netkit.expected_revision", 24, { since: "6.12" }),
  u32("cgroup.relative_fd", 16, { since: "6.12" }),
  u32("cgroup.relative_id", 16, { since: "6.12" }),
  u64("cgroup.expected_revision", 24, { since: "6.12" }),
  ptr("tracing_multi.ids", 16, { since: "7.2" }),
  ptr("tracing_multi.cookies", 24, { since: "7.2" }),
  u32("tracing_multi.cnt", 32, { since: "7.2" }),
] as const;

/** `link_update`: BPF_LINK_UPDATE. */
export const LINK_UPDATE_FIELDS = [
  u32("link_fd", 0),
  u32("new_prog_fd", 4),
  u32("new_map_fd", 4, { since: "6.12" }),
  u32("flags", 8),
  u32("old_prog_fd", 12),
  u32("old_map_fd", 12, { since: "6.12" }),
] as const;

/** `link_detach`: BPF_LINK_DETACH. */
export const LINK_DETACH_FIELDS = [
  u32("link_fd", 0),
] as const;

/** `enable_stats`: BPF_ENABLE_STATS. */
export const ENABLE_STATS_FIELDS = [
  u32("type", 0),
] as const;

/** `iter_create`: BPF_ITER_CREATE. */
export const ITER_CREATE_FIELDS = [
  u32("link_fd", 0),
  u32("flags", 4),
] as const;

/** `prog_bind_map`: BPF_PROG_BIND_MAP. */
export const PROG_BIND_MAP_FIELDS = [
  u32("prog_fd", 0),
  u32("map_fd", 4),
  u32("flags", 8),
] as const;

/** `token_create`: BPF_TOKEN_CREATE. */
export const TOKEN_CREATE_FIELDS = [
  u32("flags", 0),
  u32("bpffs_fd", 4),
] as const;

/** `prog_stream_read`: BPF_PROG_STREAM_READ_BY_FD. */
export const STREAM_READ_FIELDS = [
  ptr("stream_buf", 0),
  u32("stream_buf_len", 8),
  u32("stream_id", 12),
  u32("prog_fd", 16),
] as const;

/** `prog_assoc_struct_ops`: BPF_PROG_ASSOC_STRUCT_OPS. */
export const ASSOC_STRUCT_OPS_FIELDS = [
  u32("map_fd", 0),
  u32("prog_fd", 4),
  u32("flags", 8),
] as const;
