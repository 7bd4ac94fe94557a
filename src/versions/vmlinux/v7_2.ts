// Made by test/vmlinux.ts from the BTF of a real 7.2.

/** The types, one by one as BTF has them, from id 1 on. */
// deno-fmt-ignore
export const TYPES: readonly string[] = [
  "\0\0\0\0\x01\0\0\x04\x04\0\0\0\x01\0\0\x000\0\0\0\0\0\0\0", // 1 STRUCT
  "\0\0\0\0\0\0\0\x021\0\0\0", // 2 PTR
  "\0\0\0\0\0\0\0\x023\0\0\0", // 3 PTR
  "\0\0\0\0\0\0\0\x03\0\0\0\0/\0\0\x000\0\0\0\x10\0\0\0", // 4 ARRAY
  "\0\0\0\0\0\0\0\x020\0\0\0", // 5 PTR
  "\0\0\0\0\0\0\0\x029\0\0\0", // 6 PTR
  "\0\0\0\0\x01\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0", // 7 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x07\0\0\0", // 8 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0=\0\0\0", // 9 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x09\0\0\0", // 10 PTR
  "\0\0\0\0\0\0\0\x0a'\0\0\0", // 11 CONST
  "\0\0\0\0\0\0\0\x0a4\0\0\0", // 12 CONST
  "\0\0\0\0\x03\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0=\0\0\0\0\0\0\0=\0\0\0", // 13 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x0d\0\0\0", // 14 PTR
  "\0\0\0\0\x04\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0=\0\0\0\0\0\0\x000\0\0\0\0\0\0\0\x10\0\0\0", // 15 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x0c\0\0\0", // 16 PTR
  "\0\0\0\0\0\0\0\x02\x0f\0\0\0", // 17 PTR
  "\0\0\0\0\x01\0\0\x0d=\0\0\0\0\0\0\0\x06\0\0\0", // 18 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x12\0\0\0", // 19 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0>\0\0\0", // 20 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x14\0\0\0", // 21 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0:\0\0\0", // 22 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x16\0\0\0", // 23 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\x19\0\0\0", // 24 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x0b\0\0\0", // 25 PTR
  "\0\0\0\0\0\0\0\x02\x18\0\0\0", // 26 PTR
  "\0\0\0\0\x04\0\0\x0d8\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0=\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0\x1c\0\0\0", // 27 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02;\0\0\0", // 28 PTR
  "\0\0\0\0\0\0\0\x02\x1b\0\0\0", // 29 PTR
  "\0\0\0\0\x01\0\0\x0d0\0\0\0\0\0\0\0\x1f\0\0\0", // 30 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02*\0\0\0", // 31 PTR
  "\0\0\0\0\0\0\0\x02\x1e\0\0\0", // 32 PTR
  "\0\0\0\0\x05\0\0\x0d0\0\0\0\0\0\0\0\x1f\0\0\0\0\0\0\x000\0\0\0\0\0\0\x007\0\0\0\0\0\0\0/\0\0\0\0\0\0\x002\0\0\0", // 33 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02!\0\0\0", // 34 PTR
  "\x09\0\0\0\0\0\0\x08$\0\0\0", // 35 TYPEDEF __kernel_size_t
  "\x19\0\0\0\0\0\0\x082\0\0\0", // 36 TYPEDEF __kernel_ulong_t
  "*\0\0\0\0\0\0\x08@\0\0\0", // 37 TYPEDEF __u32
  "0\0\0\0\0\0\0\x08?\0\0\0", // 38 TYPEDEF __u8
  "5\0\0\0\0\0\0\x07\0\0\0\0", // 39 FWD ack_sample
  "@\0\0\0\0\0\0\x08\x01\0\0\0", // 40 TYPEDEF atomic_t
  "I\0\0\0\x03\0\0\x04\x18\0\0\0W\0\0\0 \0\0\0\0\0\0\0^\0\0\0\x22\0\0\0@\0\0\0e\0\0\0 \0\0\0\x80\0\0\0", // 41 STRUCT bpf_dummy_ops
  "t\0\0\0\0\0\0\x07\0\0\0\0", // 42 FWD bpf_dummy_ops_state
  "\x88\0\0\0\x02\0\0\x04\x80\0\0\0\xa5\0\0\0,\0\0\0\0\0\0\0\xac\0\0\0)\0\0\0\0\x02\0\0", // 43 STRUCT bpf_struct_ops_bpf_dummy_ops
  "\xb1\0\0\0\x02\0\0\x04\x08\0\0\0\xcd\0\0\x006\0\0\0\0\0\0\0\xd4\0\0\0-\0\0\0 \0\0\0", // 44 STRUCT bpf_struct_ops_common_value
  "\xda\0\0\0\x04\0\0\x06\x04\0\0\0\xef\0\0\0\0\0\0\0\x09\x01\0\0\x01\0\0\0$\x01\0\0\x02\0\0\0B\x01\0\0\x03\0\0\0", // 45 ENUM bpf_struct_ops_state
  "]\x01\0\0\x02\0\0\x04\0\x01\0\0\xa5\0\0\0,\0\0\0\0\0\0\0\xac\0\0\0<\0\0\0\0\x02\0\0", // 46 STRUCT bpf_struct_ops_tcp_congestion_ops
  "\x7f\x01\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 47 INT char
  "\x84\x01\0\0\0\0\0\x01\x04\0\0\0 \0\0\x01", // 48 INT int
  "\x88\x01\0\0\x02\0\0\x04\x10\0\0\0\x92\x01\0\0\x02\0\0\0\0\0\0\0\x97\x01\0\0\x02\0\0\0@\0\0\0", // 49 STRUCT list_head
  "\x9c\x01\0\0\0\0\0\x01\x08\0\0\0@\0\0\0", // 50 INT long unsigned int
  "\xae\x01\0\0\0\0\0\x07\0\0\0\0", // 51 FWD module
  "\xb5\x01\0\0\0\0\0\x07\0\0\0\0", // 52 FWD rate_sample
  "\xc1\x01\0\0\x01\0\0\x04\x04\0\0\0\xd1\x01\0\0(\0\0\0\0\0\0\0", // 53 STRUCT refcount_struct
  "\xd6\x01\0\0\0\0\0\x085\0\0\0", // 54 TYPEDEF refcount_t
  "\xe1\x01\0\0\0\0\0\x01\x02\0\0\0\x10\0\0\0", // 55 INT short unsigned int
  "\xf4\x01\0\0\0\0\0\x08#\0\0\0", // 56 TYPEDEF size_t
  "\xfb\x01\0\0\0\0\0\x07\0\0\0\0", // 57 FWD sock
  "\0\x02\0\0\x06\0\0\x06\x04\0\0\0\x0d\x02\0\0\0\0\0\0\x1f\x02\0\0\x01\0\0\x005\x02\0\0\x02\0\0\0K\x02\0\0\x03\0\0\0Y\x02\0\0\x04\0\0\0l\x02\0\0\x05\0\0\0", // 58 ENUM tcp_ca_event
  "\x7f\x02\0\0\0\0\0\x87\0\0\0\0", // 59 FWD tcp_cc_info
  "\x8b\x02\0\0\x13\0\0\x04\xc0\0\0\0\x9e\x02\0\0\x0e\0\0\0\0\0\0\0\xa9\x02\0\0\x11\0\0\0@\0\0\0\xb6\x02\0\0\x13\0\0\0\x80\0\0\0\xbf\x02\0\0\x15\0\0\0\xc0\0\0\0\xc9\x02\0\0\x17\0\0\0\0\x01\0\0\xd4\x02\0\0\x08\0\0\0@\x01\0\0\xe8\x02\0\0\x0a\0\0\0\x80\x01\0\0\xf5\x02\0\0\x1a\0\0\0\xc0\x01\0\0\0\x03\0\0\x13\0\0\0\0\x02\0\0\x0d\x03\0\0\x13\0\0\0@\x02\0\0\x17\x03\0\0\x13\0\0\0\x80\x02\0\0%\x03\0\0\x1d\0\0\0\xc0\x02\0\0.\x03\0\0\x04\0\0\0\0\x03\0\x003\x03\0\0\x03\0\0\0\x80\x03\0\x009\x03\0\x001\0\0\0\xc0\x03\0\0>\x03\0\0=\0\0\0@\x04\0\0B\x03\0\0=\0\0\0`\x04\0\0H\x03\0\0\x08\0\0\0\x80\x04\0\0M\x03\0\0\x08\0\0\0\xc0\x04\0\0", // 60 STRUCT tcp_congestion_ops
  "U\x03\0\0\0\0\0\x08%\0\0\0", // 61 TYPEDEF u32
  "Y\x03\0\0\0\0\0\x08&\0\0\0", // 62 TYPEDEF u8
  "\x5c\x03\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 63 INT unsigned char
  "j\x03\0\0\0\0\0\x01\x04\0\0\0 \0\0\0", // 64 INT unsigned int
];

/** Their names, in the order of the string section. */
// deno-fmt-ignore
export const STRINGS: readonly string[] = [
  "",
  "counter",
  "__kernel_size_t",
  "__kernel_ulong_t",
  "__u32",
  "__u8",
  "ack_sample",
  "atomic_t",
  "bpf_dummy_ops",
  "test_1",
  "test_2",
  "test_sleepable",
  "bpf_dummy_ops_state",
  "bpf_struct_ops_bpf_dummy_ops",
  "common",
  "data",
  "bpf_struct_ops_common_value",
  "refcnt",
  "state",
  "bpf_struct_ops_state",
  "BPF_STRUCT_OPS_STATE_INIT",
  "BPF_STRUCT_OPS_STATE_INUSE",
  "BPF_STRUCT_OPS_STATE_TOBEFREE",
  "BPF_STRUCT_OPS_STATE_READY",
  "bpf_struct_ops_tcp_congestion_ops",
  "char",
  "int",
  "list_head",
  "next",
  "prev",
  "long unsigned int",
  "module",
  "rate_sample",
  "refcount_struct",
  "refs",
  "refcount_t",
  "short unsigned int",
  "size_t",
  "sock",
  "tcp_ca_event",
  "CA_EVENT_TX_START",
  "CA_EVENT_CWND_RESTART",
  "CA_EVENT_COMPLETE_CWR",
  "CA_EVENT_LOSS",
  "CA_EVENT_ECN_NO_CE",
  "CA_EVENT_ECN_IS_CE",
  "tcp_cc_info",
  "tcp_congestion_ops",
  "cong_avoid",
  "cong_control",
  "ssthresh",
  "set_state",
  "cwnd_event",
  "cwnd_event_tx_start",
  "in_ack_event",
  "pkts_acked",
  "min_tso_segs",
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
  "u32",
  "u8",
  "unsigned char",
  "unsigned int",
];
