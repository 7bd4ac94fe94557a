// Made by test/vmlinux.ts from the BTF of a real 5.10.

/** The types, one by one as BTF has them, from id 1 on. */
// deno-fmt-ignore
export const TYPES: readonly string[] = [
  "\x01\0\0\0\0\0\0\x01\x08\0\0\0@\0\0\0", // 1 INT long unsigned int
  "\x13\0\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 2 INT char
  "\x18\0\0\0\0\0\0\x01\x04\0\0\0 \0\0\0", // 3 INT unsigned int
  "%\0\0\0\0\0\0\x08\x05\0\0\0", // 4 TYPEDEF __u8
  "*\0\0\0\0\0\0\x01\x01\0\0\0\x08\0\0\0", // 5 INT unsigned char
  "8\0\0\0\0\0\0\x01\x04\0\0\0 \0\0\x01", // 6 INT int
  "<\0\0\0\0\0\0\x08\x03\0\0\0", // 7 TYPEDEF __u32
  "B\0\0\0\0\0\0\x08\x04\0\0\0", // 8 TYPEDEF u8
  "E\0\0\0\0\0\0\x08\x07\0\0\0", // 9 TYPEDEF u32
  "I\0\0\0\0\0\0\x08\x01\0\0\0", // 10 TYPEDEF __kernel_ulong_t
  "Z\0\0\0\0\0\0\x08\x0a\0\0\0", // 11 TYPEDEF __kernel_size_t
  "j\0\0\0\0\0\0\x08\x0b\0\0\0", // 12 TYPEDEF size_t
  "\0\0\0\0\x01\0\0\x04\x04\0\0\0q\0\0\0\x06\0\0\0\0\0\0\0", // 13 STRUCT
  "y\0\0\0\0\0\0\x08\x0d\0\0\0", // 14 TYPEDEF atomic_t
  "\x82\0\0\0\x02\0\0\x04\x10\0\0\0\x8c\0\0\0\x10\0\0\0\0\0\0\0\x91\0\0\0\x10\0\0\0@\0\0\0", // 15 STRUCT list_head
  "\0\0\0\0\0\0\0\x02\x0f\0\0\0", // 16 PTR
  "\0\0\0\0\0\0\0\x02\x06\0\0\0", // 17 PTR
  "\0\0\0\0\0\0\0\x03\0\0\0\0\x02\0\0\0\x06\0\0\0\x10\0\0\0", // 18 ARRAY
  "\x96\0\0\0\x01\0\0\x04\x04\0\0\0\xa6\0\0\0\x0e\0\0\0\0\0\0\0", // 19 STRUCT refcount_struct
  "\xab\0\0\0\0\0\0\x08\x13\0\0\0", // 20 TYPEDEF refcount_t
  "\0\0\0\0\0\0\0\x02\x17\0\0\0", // 21 PTR
  "\0\0\0\0\0\0\0\x02\x18\0\0\0", // 22 PTR
  "\xb6\0\0\0\0\0\0\x07\0\0\0\0", // 23 FWD module
  "\xbd\0\0\0\0\0\0\x07\0\0\0\0", // 24 FWD sock
  "\0\0\0\0\x01\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0", // 25 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x19\0\0\0", // 26 PTR
  "\xc2\0\0\0\x12\0\0\x04\x98\0\0\0\xd5\0\0\0\x0f\0\0\0\0\0\0\0\xda\0\0\0\x09\0\0\0\x80\0\0\0\xde\0\0\0\x09\0\0\0\xa0\0\0\0\xe4\0\0\0\x1a\0\0\0\xc0\0\0\0\xe9\0\0\0\x1a\0\0\0\0\x01\0\0\xf1\0\0\0$\0\0\0@\x01\0\0\xfa\0\0\0&\0\0\0\x80\x01\0\0\x05\x01\0\0(\0\0\0\xc0\x01\0\0\x0f\x01\0\0*\0\0\0\0\x02\0\0\x1a\x01\0\0\x1d\0\0\0@\x02\0\0'\x01\0\0$\0\0\0\x80\x02\0\x001\x01\0\0-\0\0\0\xc0\x02\0\0<\x01\0\0$\0\0\0\0\x03\0\0I\x01\0\0$\0\0\0@\x03\0\0W\x01\0\x000\0\0\0\x80\x03\0\0d\x01\0\x003\0\0\0\xc0\x03\0\0m\x01\0\0\x12\0\0\0\0\x04\0\0r\x01\0\0\x15\0\0\0\x80\x04\0\0", // 27 STRUCT tcp_congestion_ops
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\x09\0\0\0", // 28 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x1c\0\0\0", // 29 PTR
  "x\x01\0\0\x06\0\0\x06\x04\0\0\0\x85\x01\0\0\0\0\0\0\x97\x01\0\0\x01\0\0\0\xad\x01\0\0\x02\0\0\0\xc3\x01\0\0\x03\0\0\0\xd1\x01\0\0\x04\0\0\0\xe4\x01\0\0\x05\0\0\0", // 30 ENUM tcp_ca_event
  "\xf7\x01\0\0\0\0\0\x07\0\0\0\0", // 31 FWD ack_sample
  "\0\0\0\0\0\0\0\x0a\x1f\0\0\0", // 32 CONST
  "\x02\x02\0\0\0\0\0\x07\0\0\0\0", // 33 FWD rate_sample
  "\0\0\0\0\0\0\0\x0a!\0\0\0", // 34 CONST
  "\0\0\0\0\x01\0\0\x0d\x09\0\0\0\0\0\0\0\x16\0\0\0", // 35 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02#\0\0\0", // 36 PTR
  "\0\0\0\0\x03\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x09\0\0\0", // 37 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02%\0\0\0", // 38 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\x08\0\0\0", // 39 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02'\0\0\0", // 40 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\x1e\0\0\0", // 41 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02)\0\0\0", // 42 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0,\0\0\0", // 43 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02 \0\0\0", // 44 PTR
  "\0\0\0\0\0\0\0\x02+\0\0\0", // 45 PTR
  "\0\0\0\0\x02\0\0\x0d\0\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0/\0\0\0", // 46 FUNC_PROTO
  "\0\0\0\0\0\0\0\x02\x22\0\0\0", // 47 PTR
  "\0\0\0\0\0\0\0\x02.\0\0\0", // 48 PTR
  "\0\0\0\0\x04\0\0\x0d\x0c\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x11\0\0\0\0\0\0\x002\0\0\0", // 49 FUNC_PROTO
  "\0\0\0\0\0\0\0\x026\0\0\0", // 50 PTR
  "\0\0\0\0\0\0\0\x021\0\0\0", // 51 PTR
  "\x0e\x02\0\0\x03\0\0\x06\x04\0\0\0#\x02\0\0\0\0\0\0=\x02\0\0\x01\0\0\0X\x02\0\0\x02\0\0\0", // 52 ENUM bpf_struct_ops_state
  "v\x02\0\0\x03\0\0\x04\0\x01\0\0\x98\x02\0\0\x14\0\0\0\0\0\0\0\x9f\x02\0\x004\0\0\0 \0\0\0\xa5\x02\0\0\x1b\0\0\0\0\x02\0\0", // 53 STRUCT bpf_struct_ops_tcp_congestion_ops
  "\xaa\x02\0\0\0\0\0\x87\0\0\0\0", // 54 FWD tcp_cc_info
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
  "refcount_struct",
  "refs",
  "refcount_t",
  "module",
  "sock",
  "tcp_congestion_ops",
  "list",
  "key",
  "flags",
  "init",
  "release",
  "ssthresh",
  "cong_avoid",
  "set_state",
  "cwnd_event",
  "in_ack_event",
  "undo_cwnd",
  "pkts_acked",
  "min_tso_segs",
  "sndbuf_expand",
  "cong_control",
  "get_info",
  "name",
  "owner",
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
  "bpf_struct_ops_tcp_congestion_ops",
  "refcnt",
  "state",
  "data",
  "tcp_cc_info",
];
