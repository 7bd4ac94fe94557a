/** Flags and small enumerations of the system call itself, under their uapi names. */

// MAP_CREATE map_flags; RDONLY and WRONLY are also open_flags and file_flags, PATH_FD is of file_flags,
// TOKEN_FD is also of prog_flags and btf_flags, LINK also of attach_flags.
export const BPF_F_NO_PREALLOC = 1;
export const BPF_F_NO_COMMON_LRU = 2;
export const BPF_F_NUMA_NODE = 4;
export const BPF_F_RDONLY = 8;
export const BPF_F_WRONLY = 16;
export const BPF_F_STACK_BUILD_ID = 32;
export const BPF_F_ZERO_SEED = 64;
export const BPF_F_RDONLY_PROG = 128;
export const BPF_F_WRONLY_PROG = 256;
export const BPF_F_CLONE = 512;
export const BPF_F_MMAPABLE = 1024;
export const BPF_F_PRESERVE_ELEMS = 2048;
export const BPF_F_INNER_MAP = 4096;
export const BPF_F_LINK = 8192; // since 6.12
export const BPF_F_PATH_FD = 16384; // since 6.12
export const BPF_F_VTYPE_BTF_OBJ_FD = 32768; // since 6.12
export const BPF_F_TOKEN_FD = 65536; // since 6.12
export const BPF_F_SEGV_ON_FAULT = 131072; // since 6.12
export const BPF_F_NO_USER_CONV = 262144; // since 6.12
export const BPF_F_RB_OVERWRITE = 524288; // since 7.2

// Flags of map elements
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;
export const BPF_F_LOCK = 4;
export const BPF_F_CPU = 8; // since 7.2
export const BPF_F_ALL_CPUS = 16; // since 7.2

// PROG_ATTACH attach_flags; REPLACE is also of LINK_UPDATE, BEFORE, AFTER and ID of LINK_CREATE
export const BPF_F_ALLOW_OVERRIDE = 1;
export const BPF_F_ALLOW_MULTI = 2;
export const BPF_F_REPLACE = 4;
export const BPF_F_BEFORE = 8; // since 6.12
export const BPF_F_AFTER = 16; // since 6.12
export const BPF_F_ID = 32; // since 6.12
export const BPF_F_PREORDER = 64; // since 6.12

// PROG_LOAD prog_flags
export const BPF_F_STRICT_ALIGNMENT = 1;
export const BPF_F_ANY_ALIGNMENT = 2;
export const BPF_F_TEST_RND_HI32 = 4;
export const BPF_F_TEST_STATE_FREQ = 8;
export const BPF_F_SLEEPABLE = 16;
export const BPF_F_XDP_HAS_FRAGS = 32; // since 6.1
export const BPF_F_XDP_DEV_BOUND_ONLY = 64; // since 6.12
export const BPF_F_TEST_REG_INVARIANTS = 128; // since 6.12

// LINK_CREATE: kprobe_multi.flags, uprobe_multi.flags, netfilter.flags
export const BPF_F_KPROBE_MULTI_RETURN = 1; // since 6.1
export const BPF_F_UPROBE_MULTI_RETURN = 1; // since 6.12
export const BPF_F_UPROBE_MULTI_PATH_FD = 2; // since 7.2
export const BPF_F_NETFILTER_IP_DEFRAG = 1; // since 6.12

// PROG_QUERY query_flags
export const BPF_F_QUERY_EFFECTIVE = 1;

// PROG_TEST_RUN flags
export const BPF_F_TEST_RUN_ON_CPU = 1;
export const BPF_F_TEST_XDP_LIVE_FRAMES = 2; // since 6.1
export const BPF_F_TEST_SKB_CHECKSUM_COMPLETE = 4; // since 6.1

// ENABLE_STATS type
export const BPF_STATS_RUN_TIME = 0;

// PROG_STREAM_READ_BY_FD stream_id
export const BPF_STREAM_STDOUT = 1; // since 6.18
export const BPF_STREAM_STDERR = 2; // since 6.18

// TASK_FD_QUERY fd_type
export const BPF_FD_TYPE_RAW_TRACEPOINT = 0;
export const BPF_FD_TYPE_TRACEPOINT = 1;
export const BPF_FD_TYPE_KPROBE = 2;
export const BPF_FD_TYPE_KRETPROBE = 3;
export const BPF_FD_TYPE_UPROBE = 4;
export const BPF_FD_TYPE_URETPROBE = 5;

// bpf_link_info perf_event.type
export const BPF_PERF_EVENT_UNSPEC = 0; // since 6.12
export const BPF_PERF_EVENT_UPROBE = 1; // since 6.12
export const BPF_PERF_EVENT_URETPROBE = 2; // since 6.12
export const BPF_PERF_EVENT_KPROBE = 3; // since 6.12
export const BPF_PERF_EVENT_KRETPROBE = 4; // since 6.12
export const BPF_PERF_EVENT_TRACEPOINT = 5; // since 6.12
export const BPF_PERF_EVENT_EVENT = 6; // since 6.12

// LINK_CREATE iter_info: cgroup.order
export const BPF_CGROUP_ITER_ORDER_UNSPEC = 0; // since 6.1
export const BPF_CGROUP_ITER_SELF_ONLY = 1; // since 6.1
export const BPF_CGROUP_ITER_DESCENDANTS_PRE = 2; // since 6.1
export const BPF_CGROUP_ITER_DESCENDANTS_POST = 3; // since 6.1
export const BPF_CGROUP_ITER_ANCESTORS_UP = 4; // since 6.1
export const BPF_CGROUP_ITER_CHILDREN = 5; // since 7.2

// Lengths
export const BPF_OBJ_NAME_LEN = 16;
export const BPF_TAG_SIZE = 8;
export const BPF_BUILD_ID_SIZE = 20;
