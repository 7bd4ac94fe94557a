/** What a running program passes to helpers and gets from them, under the uapi names. */

// enum bpf_stack_build_id_status
export const BPF_STACK_BUILD_ID_EMPTY = 0;
export const BPF_STACK_BUILD_ID_VALID = 1;
export const BPF_STACK_BUILD_ID_IP = 2;

export const BPF_F_RECOMPUTE_CSUM = 1;
export const BPF_F_INVALIDATE_HASH = 2;

export const BPF_F_HDR_FIELD_MASK = 15;

export const BPF_F_PSEUDO_HDR = 16;
export const BPF_F_MARK_MANGLED_0 = 32;
export const BPF_F_MARK_ENFORCE = 64;
export const BPF_F_IPV6 = 128;

export const BPF_F_TUNINFO_IPV6 = 1;

export const BPF_F_SKIP_FIELD_MASK = 255;
export const BPF_F_USER_STACK = 256;
export const BPF_F_FAST_STACK_CMP = 512;
export const BPF_F_REUSE_STACKID = 1024;
export const BPF_F_USER_BUILD_ID = 2048;

export const BPF_F_ZERO_CSUM_TX = 2;
export const BPF_F_DONT_FRAGMENT = 4;
export const BPF_F_SEQ_NUMBER = 8;
export const BPF_F_NO_TUNNEL_KEY = 16; // since 6.12

export const BPF_F_TUNINFO_FLAGS = 16; // since 6.1

export const BPF_F_INDEX_MASK = 4294967295;
export const BPF_F_CURRENT_CPU = 4294967295;
export const BPF_F_CTXLEN_MASK = 4503595332403200;

export const BPF_F_CURRENT_NETNS = -1;

export const BPF_CSUM_LEVEL_QUERY = 0;
export const BPF_CSUM_LEVEL_INC = 1;
export const BPF_CSUM_LEVEL_DEC = 2;
export const BPF_CSUM_LEVEL_RESET = 3;

export const BPF_F_ADJ_ROOM_FIXED_GSO = 1;
export const BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2;
export const BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 = 4;
export const BPF_F_ADJ_ROOM_ENCAP_L4_GRE = 8;
export const BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 16;
export const BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32;
export const BPF_F_ADJ_ROOM_ENCAP_L2_ETH = 64; // since 6.1
export const BPF_F_ADJ_ROOM_DECAP_L3_IPV4 = 128; // since 6.12
export const BPF_F_ADJ_ROOM_DECAP_L3_IPV6 = 256; // since 6.12

export const BPF_ADJ_ROOM_ENCAP_L2_MASK = 255;
export const BPF_ADJ_ROOM_ENCAP_L2_SHIFT = 56;

export const BPF_F_SYSCTL_BASE_NAME = 1;

export const BPF_LOCAL_STORAGE_GET_F_CREATE = 1;
export const BPF_SK_STORAGE_GET_F_CREATE = 1;

export const BPF_F_GET_BRANCH_RECORDS_SIZE = 1;

export const BPF_RB_NO_WAKEUP = 1;
export const BPF_RB_FORCE_WAKEUP = 2;

export const BPF_RB_AVAIL_DATA = 0;
export const BPF_RB_RING_SIZE = 1;
export const BPF_RB_CONS_POS = 2;
export const BPF_RB_PROD_POS = 3;
export const BPF_RB_OVERWRITE_POS = 4; // since 7.2

export const BPF_RINGBUF_BUSY_BIT = 2147483648;
export const BPF_RINGBUF_DISCARD_BIT = 1073741824;
export const BPF_RINGBUF_HDR_SZ = 8;

export const BPF_SK_LOOKUP_F_REPLACE = 1;
export const BPF_SK_LOOKUP_F_NO_REUSEPORT = 2;

// enum bpf_adj_room_mode
export const BPF_ADJ_ROOM_NET = 0;
export const BPF_ADJ_ROOM_MAC = 1;

// enum bpf_hdr_start_off
export const BPF_HDR_START_MAC = 0;
export const BPF_HDR_START_NET = 1;

// enum bpf_lwt_encap_mode
export const BPF_LWT_ENCAP_SEG6 = 0;
export const BPF_LWT_ENCAP_SEG6_INLINE = 1;
export const BPF_LWT_ENCAP_IP = 2;

export const BPF_F_BPRM_SECUREEXEC = 1; // since 6.1

export const BPF_F_INGRESS = 1;
export const BPF_F_BROADCAST = 8; // since 6.1
export const BPF_F_EXCLUDE_INGRESS = 16; // since 6.1

export const BPF_SKB_TSTAMP_UNSPEC = 0; // since 6.1
export const BPF_SKB_TSTAMP_DELIVERY_MONO = 1; // since 6.1
export const BPF_SKB_CLOCK_REALTIME = 0; // since 6.12
export const BPF_SKB_CLOCK_MONOTONIC = 1; // since 6.12
export const BPF_SKB_CLOCK_TAI = 2; // since 6.12

// enum bpf_ret_code
export const BPF_OK = 0;
export const BPF_DROP = 2;
export const BPF_REDIRECT = 7;
export const BPF_LWT_REROUTE = 128;
export const BPF_FLOW_DISSECTOR_CONTINUE = 129; // since 6.1

// enum tcx_action_base
export const TCX_NEXT = -1; // since 6.12
export const TCX_PASS = 0; // since 6.12
export const TCX_DROP = 2; // since 6.12
export const TCX_REDIRECT = 7; // since 6.12

// enum xdp_action
export const XDP_ABORTED = 0;
export const XDP_DROP = 1;
export const XDP_PASS = 2;
export const XDP_TX = 3;
export const XDP_REDIRECT = 4;

// enum sk_action
export const SK_DROP = 0;
export const SK_PASS = 1;

export const BPF_SOCK_OPS_RTO_CB_FLAG = 1;
export const BPF_SOCK_OPS_RETRANS_CB_FLAG = 2;
export const BPF_SOCK_OPS_STATE_CB_FLAG = 4;
export const BPF_SOCK_OPS_RTT_CB_FLAG = 8;
export const BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG = 16;
export const BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG = 32;
export const BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG = 64;
export const BPF_SOCK_OPS_ALL_CB_FLAGS = 127;

export const SK_BPF_CB_TX_TIMESTAMPING = 1; // since 6.18
export const SK_BPF_CB_MASK = 1; // since 6.18

export const BPF_SOCK_OPS_VOID = 0;
export const BPF_SOCK_OPS_TIMEOUT_INIT = 1;
export const BPF_SOCK_OPS_RWND_INIT = 2;
export const BPF_SOCK_OPS_TCP_CONNECT_CB = 3;
export const BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB = 4;
export const BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB = 5;
export const BPF_SOCK_OPS_NEEDS_ECN = 6;
export const BPF_SOCK_OPS_BASE_RTT = 7;
export const BPF_SOCK_OPS_RTO_CB = 8;
export const BPF_SOCK_OPS_RETRANS_CB = 9;
export const BPF_SOCK_OPS_STATE_CB = 10;
export const BPF_SOCK_OPS_TCP_LISTEN_CB = 11;
export const BPF_SOCK_OPS_RTT_CB = 12;
export const BPF_SOCK_OPS_PARSE_HDR_OPT_CB = 13;
export const BPF_SOCK_OPS_HDR_OPT_LEN_CB = 14;
export const BPF_SOCK_OPS_WRITE_HDR_OPT_CB = 15;
export const BPF_SOCK_OPS_TSTAMP_SCHED_CB = 16; // since 6.18
export const BPF_SOCK_OPS_TSTAMP_SND_SW_CB = 17; // since 6.18
export const BPF_SOCK_OPS_TSTAMP_SND_HW_CB = 18; // since 6.18
export const BPF_SOCK_OPS_TSTAMP_ACK_CB = 19; // since 6.18
export const BPF_SOCK_OPS_TSTAMP_SENDMSG_CB = 20; // since 6.18

export const BPF_TCP_ESTABLISHED = 1;
export const BPF_TCP_SYN_SENT = 2;
export const BPF_TCP_SYN_RECV = 3;
export const BPF_TCP_FIN_WAIT1 = 4;
export const BPF_TCP_FIN_WAIT2 = 5;
export const BPF_TCP_TIME_WAIT = 6;
export const BPF_TCP_CLOSE = 7;
export const BPF_TCP_CLOSE_WAIT = 8;
export const BPF_TCP_LAST_ACK = 9;
export const BPF_TCP_LISTEN = 10;
export const BPF_TCP_CLOSING = 11;
export const BPF_TCP_NEW_SYN_RECV = 12;
export const BPF_TCP_BOUND_INACTIVE = 13; // since 6.12

export const TCP_BPF_IW = 1001;
export const TCP_BPF_SNDCWND_CLAMP = 1002;
export const TCP_BPF_DELACK_MAX = 1003;
export const TCP_BPF_RTO_MIN = 1004;
export const TCP_BPF_SYN = 1005;
export const TCP_BPF_SYN_IP = 1006;
export const TCP_BPF_SYN_MAC = 1007;
export const TCP_BPF_SOCK_OPS_CB_FLAGS = 1008; // since 6.12
export const SK_BPF_CB_FLAGS = 1009; // since 6.18
export const SK_BPF_BYPASS_PROT_MEM = 1010; // since 7.2

export const BPF_LOAD_HDR_OPT_TCP_SYN = 1;

export const BPF_WRITE_HDR_TCP_CURRENT_MSS = 1;
export const BPF_WRITE_HDR_TCP_SYNACK_COOKIE = 2;

export const BPF_DEVCG_ACC_MKNOD = 1;
export const BPF_DEVCG_ACC_READ = 2;
export const BPF_DEVCG_ACC_WRITE = 4;

export const BPF_DEVCG_DEV_BLOCK = 1;
export const BPF_DEVCG_DEV_CHAR = 2;

export const BPF_FIB_LOOKUP_DIRECT = 1;
export const BPF_FIB_LOOKUP_OUTPUT = 2;
export const BPF_FIB_LOOKUP_SKIP_NEIGH = 4; // since 6.1
export const BPF_FIB_LOOKUP_TBID = 8; // since 6.1
export const BPF_FIB_LOOKUP_SRC = 16; // since 6.1
export const BPF_FIB_LOOKUP_MARK = 32; // since 6.12

export const BPF_FIB_LKUP_RET_SUCCESS = 0;
export const BPF_FIB_LKUP_RET_BLACKHOLE = 1;
export const BPF_FIB_LKUP_RET_UNREACHABLE = 2;
export const BPF_FIB_LKUP_RET_PROHIBIT = 3;
export const BPF_FIB_LKUP_RET_NOT_FWDED = 4;
export const BPF_FIB_LKUP_RET_FWD_DISABLED = 5;
export const BPF_FIB_LKUP_RET_UNSUPP_LWT = 6;
export const BPF_FIB_LKUP_RET_NO_NEIGH = 7;
export const BPF_FIB_LKUP_RET_FRAG_NEEDED = 8;
export const BPF_FIB_LKUP_RET_NO_SRC_ADDR = 9; // since 6.1

// enum bpf_check_mtu_flags
export const BPF_MTU_CHK_SEGS = 1; // since 6.1

// enum bpf_check_mtu_ret
export const BPF_MTU_CHK_RET_SUCCESS = 0; // since 6.1
export const BPF_MTU_CHK_RET_FRAG_NEEDED = 1; // since 6.1
export const BPF_MTU_CHK_RET_SEGS_TOOBIG = 2; // since 6.1

export const BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG = 1;
export const BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL = 2;
export const BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP = 4;

export const BTF_F_COMPACT = 1;
export const BTF_F_NONAME = 2;
export const BTF_F_PTR_RAW = 4;
export const BTF_F_ZERO = 8;

// enum bpf_core_relo_kind
export const BPF_CORE_FIELD_BYTE_OFFSET = 0; // since 6.1
export const BPF_CORE_FIELD_BYTE_SIZE = 1; // since 6.1
export const BPF_CORE_FIELD_EXISTS = 2; // since 6.1
export const BPF_CORE_FIELD_SIGNED = 3; // since 6.1
export const BPF_CORE_FIELD_LSHIFT_U64 = 4; // since 6.1
export const BPF_CORE_FIELD_RSHIFT_U64 = 5; // since 6.1
export const BPF_CORE_TYPE_ID_LOCAL = 6; // since 6.1
export const BPF_CORE_TYPE_ID_TARGET = 7; // since 6.1
export const BPF_CORE_TYPE_EXISTS = 8; // since 6.1
export const BPF_CORE_TYPE_SIZE = 9; // since 6.1
export const BPF_CORE_ENUMVAL_EXISTS = 10; // since 6.1
export const BPF_CORE_ENUMVAL_VALUE = 11; // since 6.1
export const BPF_CORE_TYPE_MATCHES = 12; // since 6.1

export const BPF_F_TIMER_ABS = 1; // since 6.12
export const BPF_F_TIMER_CPU_PIN = 2; // since 6.12

// enum bpf_kfunc_flags
export const BPF_F_PAD_ZEROS = 1; // since 6.12

// Masks and sizes
export const BPF_F_REDIRECT_FLAGS = 25; // since 6.1
export const XDP_PACKET_HEADROOM = 256;
