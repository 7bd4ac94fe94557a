import type { Version } from "../kernel/version.ts";
import { type Enumerator, enumerator } from "./enumerator.ts";

export const BPF_CGROUP_INET_INGRESS = 0;
export const BPF_CGROUP_INET_EGRESS = 1;
export const BPF_CGROUP_INET_SOCK_CREATE = 2;
export const BPF_CGROUP_SOCK_OPS = 3;
export const BPF_SK_SKB_STREAM_PARSER = 4;
export const BPF_SK_SKB_STREAM_VERDICT = 5;
export const BPF_CGROUP_DEVICE = 6;
export const BPF_SK_MSG_VERDICT = 7;
export const BPF_CGROUP_INET4_BIND = 8;
export const BPF_CGROUP_INET6_BIND = 9;
export const BPF_CGROUP_INET4_CONNECT = 10;
export const BPF_CGROUP_INET6_CONNECT = 11;
export const BPF_CGROUP_INET4_POST_BIND = 12;
export const BPF_CGROUP_INET6_POST_BIND = 13;
export const BPF_CGROUP_UDP4_SENDMSG = 14;
export const BPF_CGROUP_UDP6_SENDMSG = 15;
export const BPF_LIRC_MODE2 = 16;
export const BPF_FLOW_DISSECTOR = 17;
export const BPF_CGROUP_SYSCTL = 18;
export const BPF_CGROUP_UDP4_RECVMSG = 19;
export const BPF_CGROUP_UDP6_RECVMSG = 20;
export const BPF_CGROUP_GETSOCKOPT = 21;
export const BPF_CGROUP_SETSOCKOPT = 22;
export const BPF_TRACE_RAW_TP = 23;
export const BPF_TRACE_FENTRY = 24;
export const BPF_TRACE_FEXIT = 25;
export const BPF_MODIFY_RETURN = 26;
export const BPF_LSM_MAC = 27;
export const BPF_TRACE_ITER = 28;
export const BPF_CGROUP_INET4_GETPEERNAME = 29;
export const BPF_CGROUP_INET6_GETPEERNAME = 30;
export const BPF_CGROUP_INET4_GETSOCKNAME = 31;
export const BPF_CGROUP_INET6_GETSOCKNAME = 32;
export const BPF_XDP_DEVMAP = 33;
export const BPF_CGROUP_INET_SOCK_RELEASE = 34;
export const BPF_XDP_CPUMAP = 35;
export const BPF_SK_LOOKUP = 36;
export const BPF_XDP = 37;
export const BPF_SK_SKB_VERDICT = 38; // since 6.1
export const BPF_SK_REUSEPORT_SELECT = 39; // since 6.1
export const BPF_SK_REUSEPORT_SELECT_OR_MIGRATE = 40; // since 6.1
export const BPF_PERF_EVENT = 41; // since 6.1
export const BPF_TRACE_KPROBE_MULTI = 42; // since 6.1
export const BPF_LSM_CGROUP = 43; // since 6.1
export const BPF_STRUCT_OPS = 44; // since 6.12
export const BPF_NETFILTER = 45; // since 6.12
export const BPF_TCX_INGRESS = 46; // since 6.12
export const BPF_TCX_EGRESS = 47; // since 6.12
export const BPF_TRACE_UPROBE_MULTI = 48; // since 6.12
export const BPF_CGROUP_UNIX_CONNECT = 49; // since 6.12
export const BPF_CGROUP_UNIX_SENDMSG = 50; // since 6.12
export const BPF_CGROUP_UNIX_RECVMSG = 51; // since 6.12
export const BPF_CGROUP_UNIX_GETPEERNAME = 52; // since 6.12
export const BPF_CGROUP_UNIX_GETSOCKNAME = 53; // since 6.12
export const BPF_NETKIT_PRIMARY = 54; // since 6.12
export const BPF_NETKIT_PEER = 55; // since 6.12
export const BPF_TRACE_KPROBE_SESSION = 56; // since 6.12
export const BPF_TRACE_UPROBE_SESSION = 57; // since 6.18
export const BPF_TRACE_FSESSION = 58; // since 7.2
export const BPF_TRACE_FENTRY_MULTI = 59; // since 7.2
export const BPF_TRACE_FEXIT_MULTI = 60; // since 7.2
export const BPF_TRACE_FSESSION_MULTI = 61; // since 7.2

/** Every attach type, `value` = index. */
export const ATTACH_TYPES = [
  enumerator("BPF_CGROUP_INET_INGRESS", BPF_CGROUP_INET_INGRESS),
  enumerator("BPF_CGROUP_INET_EGRESS", BPF_CGROUP_INET_EGRESS),
  enumerator("BPF_CGROUP_INET_SOCK_CREATE", BPF_CGROUP_INET_SOCK_CREATE),
  enumerator("BPF_CGROUP_SOCK_OPS", BPF_CGROUP_SOCK_OPS),
  enumerator("BPF_SK_SKB_STREAM_PARSER", BPF_SK_SKB_STREAM_PARSER),
  enumerator("BPF_SK_SKB_STREAM_VERDICT", BPF_SK_SKB_STREAM_VERDICT),
  enumerator("BPF_CGROUP_DEVICE", BPF_CGROUP_DEVICE),
  enumerator("BPF_SK_MSG_VERDICT", BPF_SK_MSG_VERDICT),
  enumerator("BPF_CGROUP_INET4_BIND", BPF_CGROUP_INET4_BIND),
  enumerator("BPF_CGROUP_INET6_BIND", BPF_CGROUP_INET6_BIND),
  enumerator("BPF_CGROUP_INET4_CONNECT", BPF_CGROUP_INET4_CONNECT),
  enumerator("BPF_CGROUP_INET6_CONNECT", BPF_CGROUP_INET6_CONNECT),
  enumerator("BPF_CGROUP_INET4_POST_BIND", BPF_CGROUP_INET4_POST_BIND),
  enumerator("BPF_CGROUP_INET6_POST_BIND", BPF_CGROUP_INET6_POST_BIND),
  enumerator("BPF_CGROUP_UDP4_SENDMSG", BPF_CGROUP_UDP4_SENDMSG),
  enumerator("BPF_CGROUP_UDP6_SENDMSG", BPF_CGROUP_UDP6_SENDMSG),
  enumerator("BPF_LIRC_MODE2", BPF_LIRC_MODE2),
  enumerator("BPF_FLOW_DISSECTOR", BPF_FLOW_DISSECTOR),
  enumerator("BPF_CGROUP_SYSCTL", BPF_CGROUP_SYSCTL),
  enumerator("BPF_CGROUP_UDP4_RECVMSG", BPF_CGROUP_UDP4_RECVMSG),
  enumerator("BPF_CGROUP_UDP6_RECVMSG", BPF_CGROUP_UDP6_RECVMSG),
  enumerator("BPF_CGROUP_GETSOCKOPT", BPF_CGROUP_GETSOCKOPT),
  enumerator("BPF_CGROUP_SETSOCKOPT", BPF_CGROUP_SETSOCKOPT),
  enumerator("BPF_TRACE_RAW_TP", BPF_TRACE_RAW_TP),
  enumerator("BPF_TRACE_FENTRY", BPF_TRACE_FENTRY),
  enumerator("BPF_TRACE_FEXIT", BPF_TRACE_FEXIT),
  enumerator("BPF_MODIFY_RETURN", BPF_MODIFY_RETURN),
  enumerator("BPF_LSM_MAC", BPF_LSM_MAC),
  enumerator("BPF_TRACE_ITER", BPF_TRACE_ITER),
  enumerator("BPF_CGROUP_INET4_GETPEERNAME", BPF_CGROUP_INET4_GETPEERNAME),
  enumerator("BPF_CGROUP_INET6_GETPEERNAME", BPF_CGROUP_INET6_GETPEERNAME),
  enumerator("BPF_CGROUP_INET4_GETSOCKNAME", BPF_CGROUP_INET4_GETSOCKNAME),
  enumerator("BPF_CGROUP_INET6_GETSOCKNAME", BPF_CGROUP_INET6_GETSOCKNAME),
  enumerator("BPF_XDP_DEVMAP", BPF_XDP_DEVMAP),
  enumerator("BPF_CGROUP_INET_SOCK_RELEASE", BPF_CGROUP_INET_SOCK_RELEASE),
  enumerator("BPF_XDP_CPUMAP", BPF_XDP_CPUMAP),
  enumerator("BPF_SK_LOOKUP", BPF_SK_LOOKUP),
  enumerator("BPF_XDP", BPF_XDP),
  enumerator("BPF_SK_SKB_VERDICT", BPF_SK_SKB_VERDICT, "6.1"),
  enumerator("BPF_SK_REUSEPORT_SELECT", BPF_SK_REUSEPORT_SELECT, "6.1"),
  enumerator("BPF_SK_REUSEPORT_SELECT_OR_MIGRATE", BPF_SK_REUSEPORT_SELECT_OR_MIGRATE, "6.1"),
  enumerator("BPF_PERF_EVENT", BPF_PERF_EVENT, "6.1"),
  enumerator("BPF_TRACE_KPROBE_MULTI", BPF_TRACE_KPROBE_MULTI, "6.1"),
  enumerator("BPF_LSM_CGROUP", BPF_LSM_CGROUP, "6.1"),
  enumerator("BPF_STRUCT_OPS", BPF_STRUCT_OPS, "6.12"),
  enumerator("BPF_NETFILTER", BPF_NETFILTER, "6.12"),
  enumerator("BPF_TCX_INGRESS", BPF_TCX_INGRESS, "6.12"),
  enumerator("BPF_TCX_EGRESS", BPF_TCX_EGRESS, "6.12"),
  enumerator("BPF_TRACE_UPROBE_MULTI", BPF_TRACE_UPROBE_MULTI, "6.12"),
  enumerator("BPF_CGROUP_UNIX_CONNECT", BPF_CGROUP_UNIX_CONNECT, "6.12"),
  enumerator("BPF_CGROUP_UNIX_SENDMSG", BPF_CGROUP_UNIX_SENDMSG, "6.12"),
  enumerator("BPF_CGROUP_UNIX_RECVMSG", BPF_CGROUP_UNIX_RECVMSG, "6.12"),
  enumerator("BPF_CGROUP_UNIX_GETPEERNAME", BPF_CGROUP_UNIX_GETPEERNAME, "6.12"),
  enumerator("BPF_CGROUP_UNIX_GETSOCKNAME", BPF_CGROUP_UNIX_GETSOCKNAME, "6.12"),
  enumerator("BPF_NETKIT_PRIMARY", BPF_NETKIT_PRIMARY, "6.12"),
  enumerator("BPF_NETKIT_PEER", BPF_NETKIT_PEER, "6.12"),
  enumerator("BPF_TRACE_KPROBE_SESSION", BPF_TRACE_KPROBE_SESSION, "6.12"),
  enumerator("BPF_TRACE_UPROBE_SESSION", BPF_TRACE_UPROBE_SESSION, "6.18"),
  enumerator("BPF_TRACE_FSESSION", BPF_TRACE_FSESSION, "7.2"),
  enumerator("BPF_TRACE_FENTRY_MULTI", BPF_TRACE_FENTRY_MULTI, "7.2"),
  enumerator("BPF_TRACE_FEXIT_MULTI", BPF_TRACE_FEXIT_MULTI, "7.2"),
  enumerator("BPF_TRACE_FSESSION_MULTI", BPF_TRACE_FSESSION_MULTI, "7.2"),
] as const satisfies readonly Enumerator[];

/** The uapi name of an attach type. */
export type AttachTypeName = (typeof ATTACH_TYPES)[number]["name"];

/** The first number that is no attach type (the header's `__MAX_BPF_ATTACH_TYPE`). */
export const MAX_ATTACH_TYPE: Readonly<Record<Version, number>> = {
  "5.10": 38,
  "6.1": 44,
  "6.12": 57,
  "6.18": 58,
  "7.2": 62,
};
