// Made by test/vmlinux.ts from the BTF of a real 6.18.

/** The types, one by one as BTF has them, from id 1 on. */
// deno-fmt-ignore
export const TYPES: readonly string[] = [
  "\x01\0\0\0\0\0\0\x01\x08\0\0\0@\0\0\0", // 1 INT long unsigned int
  "\x13\0\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 2 INT char
  "\x18\0\0\0\0\0\0\x01\x04\0\0\0 \0\0\0", // 3 INT unsigned int
  "%\0\0\0\0\0\0\x08\x05\0\0\0", // 4 TYPEDEF __u8
  "*\0\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 5 INT unsigned char
  "8\0\0\0\0\0\0\x01\x02\0\0\0\x10\0\0\0", // 6 INT short unsigned int
  "K\0\0\0\0\0\0\x01\x04\0\0\0 \0\0\x01", // 7 INT int
  "O\0\0\0\0\0\0\x08\x03\0\0\0", // 8 TYPEDEF __u32
  "U\0\0\0\0\0\0\x08\x04\0\0\0", // 9 TYPEDEF u8
  "X\0\0\0\0\0\0\x08\x08\0\0\0", // 10 TYPEDEF u32
  "\x5c\0\0\0\0\0\0\x08\x01\0\0\0", // 11 TYPEDEF __kernel_ulong_t
  "m\0\0\0\0\0\0\x08\x0b\0\0\0", // 12 TYPEDEF __kernel_size_t
  "}\0\0\0\0\0\0\x08\x0c\0\0\0", // 13 TYPEDEF size_t
  "\0\0\0\0\x01\0\0\x04\x04\0\0\0\x84\0\0\0\x07\0\0\0\0\0\0\0", // 14 STRUCT
  "\x8c\0\0\0\0\0\0\x08\x0e\0\0\0", // 15 TYPEDEF atomic_t
  "\x95\0\0\0\x02\0\0\x04\x10\0\0\0\x9f\0\0\0\x11\0\0\0\0\0\0\0\xa4\0\0\0\x11\0\0\0@\0\0\0", // 16 STRUCT list_head
  "\0\0\0\0\0\0\0\x02\x10\0\0\0", // 17 PTR
  "\0\0\0\0\0\0\0\x03\0\0\0\0\x02\0\0\0\x07\0\0\0\x10\0\0\0", // 18 ARRAY
  "\0\0\0\0\0\0\0\x02\x14\0\0\0", // 19 PTR
  "\xa9\0\0\0\0\0\0\x07\0\0\0\0", // 20 FWD module
  "\xb0\0\0\0\x01\0\0\x04\x04\0\0\0\xc0\0\0\0\x0f\0\0\0\0\0\0\0", // 21 STRUCT refcount_struct
  "\xc5\0\0\0\0\0\0\x08\x15\0\0\0", // 22 TYPEDEF refcount_t
  "\0\0\0\0\0\0\0\x02\x07\0\0\0", // 23 PTR
  "\0\0\0\0\0\0\0\x02\x19\0\0\0", // 24 PTR
  "\xd0\0\0\0\0\0\0\x07\0\0\0\0", // 25 FWD sock
  "\0\0\0\0\x01\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0", // 26 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x1a\0\0\0", // 27 PTR
  "\xd5\0\0\0\x12\0\0\x04\xc0\0\0\0\xe8\0\0\0#\0\0\0\0\0\0\0\xf1\0\0\0%\0\0\0@\0\0\0\xfc\0\0\0'\0\0\0\x80\0\0\0\x06\x01\0\0)\0\0\0\xc0\0\0\0\x11\x01\0\0+\0\0\0\0\x01\0\0\x1e\x01\0\0.\0\0\0@\x01\0\0)\x01\0\0#\0\0\0\x80\x01\0\x006\x01\0\x001\0\0\0\xc0\x01\0\0C\x01\0\0#\0\0\0\0\x02\0\0M\x01\0\0#\0\0\0@\x02\0\0[\x01\0\x004\0\0\0\x80\x02\0\0d\x01\0\0\x12\0\0\0\xc0\x02\0\0i\x01\0\0\x13\0\0\0@\x03\0\0o\x01\0\0\x10\0\0\0\x80\x03\0\0t\x01\0\0\x0a\0\0\0\0\x04\0\0x\x01\0\0\x0a\0\0\0 \x04\0\0~\x01\0\0\x1b\0\0\0@\x04\0\0\x83\x01\0\0\x1b\0\0\0\x80\x04\0\0", // 28 STRUCT tcp_congestion_ops
  "\x8b\x01\0\0\x06\0\0\x06\x04\0\0\0\x98\x01\0\0\0\0\0\0\xaa\x01\0\0\x01\0\0\0\xc0\x01\0\0\x02\0\0\0\xd6\x01\0\0\x03\0\0\0\xe4\x01\0\0\x04\0\0\0\xf7\x01\0\0\x05\0\0\0", // 29 ENUM tcp_ca_event
  "\x0a\x02\0\0\0\0\0\x07\0\0\0\0", // 30 FWD ack_sample
  "\0\0\0\0\0\0\0\x0a\x1e\0\0\0", // 31 CONST
  "\x15\x02\0\0\0\0\0\x07\0\0\0\0", // 32 FWD rate_sample
  "\0\0\0\0\0\0\0\x0a \0\0\0", // 33 CONST
  "\0\0\0\0\x01\0\0\x0d\x0a\0\0\0\0\0\0\0\x18\0\0\0", // 34 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x22\0\0\0", // 35 PTR
  "\0\0\0\0\x03\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\x0a\0\0\0", // 36 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02$\0\0\0", // 37 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x09\0\0\0", // 38 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02&\0\0\0", // 39 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x1d\0\0\0", // 40 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02(\0\0\0", // 41 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x0a\0\0\0", // 42 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02*\0\0\0", // 43 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0-\0\0\0", // 44 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x1f\0\0\0", // 45 PTR
  "\0\0\0\0\0\0\0\x02,\0\0\0", // 46 PTR
  "\0\0\0\0\x04\0\0\x0d\0\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\x000\0\0\0", // 47 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02!\0\0\0", // 48 PTR
  "\0\0\0\0\0\0\0\x02/\0\0\0", // 49 PTR
  "\0\0\0\0\x04\0\0\x0d\x0d\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\x17\0\0\0\0\0\0\x003\0\0\0", // 50 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02?\0\0\0", // 51 PTR
  "\0\0\0\0\0\0\0\x022\0\0\0", // 52 PTR
  "!\x02\0\0\x04\0\0\x06\x04\0\0\x006\x02\0\0\0\0\0\0P\x02\0\0\x01\0\0\0k\x02\0\0\x02\0\0\0\x89\x02\0\0\x03\0\0\0", // 53 ENUM bpf_struct_ops_state
  "\xa4\x02\0\0\x02\0\0\x04\x08\0\0\0\xc0\x02\0\0\x16\0\0\0\0\0\0\0\xc7\x02\0\x005\0\0\0 \0\0\0", // 54 STRUCT bpf_struct_ops_common_value
  "\xcd\x02\0\0\0\0\0\x07\0\0\0\0", // 55 FWD bpf_dummy_ops_state
  "\xe1\x02\0\0\x03\0\0\x04\x18\0\0\0\xef\x02\0\0;\0\0\0\0\0\0\0\xf6\x02\0\0=\0\0\0@\0\0\0\xfd\x02\0\0;\0\0\0\x80\0\0\0", // 56 STRUCT bpf_dummy_ops
  "\0\0\0\0\x01\0\0\x0d\x07\0\0\0\0\0\0\0:\0\0\0", // 57 FUNC_PROTO
  "\0\0\0\0\0\0\0\x027\0\0\0", // 58 PTR
  "\0\0\0\0\0\0\0\x029\0\0\0", // 59 PTR
  "\0\0\0\0\x05\0\0\x0d\x07\0\0\0\0\0\0\0:\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0", // 60 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02<\0\0\0", // 61 PTR
  "\x0c\x03\0\0\x02\0\0\x04\x80\0\0\0)\x03\0\x006\0\0\0\0\0\0\x000\x03\0\x008\0\0\0\0\x02\0\0", // 62 STRUCT bpf_struct_ops_bpf_dummy_ops
  "5\x03\0\0\0\0\0\x87\0\0\0\0", // 63 FWD tcp_cc_info
  "A\x03\0\0\x02\0\0\x04\0\x01\0\0)\x03\0\x006\0\0\0\0\0\0\x000\x03\0\0\x1c\0\0\0\0\x02\0\0", // 64 STRUCT bpf_struct_ops_tcp_congestion_ops
];

/** Their names, in the order of the string section. */
// deno-fmt-ignore
export const STRINGS: readonly string[] = [
  "",
  "long unsigned int",
  "char",
  "unsigned int",
  "__u8",
  "unsigned char",
  "short unsigned int",
  "int",
  "__u32",
  "u8",
  "u32",
  "__kernel_ulong_t",
  "__kernel_size_t",
  "size_t",
  "counter",
  "atomic_t",
  "list_head",
  "next",
  "prev",
  "module",
  "refcount_struct",
  "refs",
  "refcount_t",
  "sock",
  "tcp_congestion_ops",
  "ssthresh",
  "cong_avoid",
  "set_state",
  "cwnd_event",
  "in_ack_event",
  "pkts_acked",
  "min_tso_segs",
  "cong_control",
  "undo_cwnd",
  "sndbuf_expand",
  "get_info",
  "name",
  "owner",
  "list",
  "key",
  "flags",
  "init",
  "release",
  "tcp_ca_event",
  "CA_EVENT_TX_START",
  "CA_EVENT_CWND_RESTART",
  "CA_EVENT_COMPLETE_CWR",
  "CA_EVENT_LOSS",
  "CA_EVENT_ECN_NO_CE",
  "CA_EVENT_ECN_IS_CE",
  "ack_sample",
  "rate_sample",
  "bpf_struct_ops_state",
  "BPF_STRUCT_OPS_STATE_INIT",
  "BPF_STRUCT_OPS_STATE_INUSE",
  "BPF_STRUCT_OPS_STATE_TOBEFREE",
  "BPF_STRUCT_OPS_STATE_READY",
  "bpf_struct_ops_common_value",
  "refcnt",
  "state",
  "bpf_dummy_ops_state",
  "bpf_dummy_ops",
  "test_1",
  "test_2",
  "test_sleepable",
  "bpf_struct_ops_bpf_dummy_ops",
  "common",
  "data",
  "tcp_cc_info",
  "bpf_struct_ops_tcp_congestion_ops",
];
