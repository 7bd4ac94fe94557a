import type { Version } from "../kernel/version.ts";
import { type Enumerator, enumerator } from "./enumerator.ts";

export const BPF_PROG_TYPE_UNSPEC = 0;
export const BPF_PROG_TYPE_SOCKET_FILTER = 1;
export const BPF_PROG_TYPE_KPROBE = 2;
export const BPF_PROG_TYPE_SCHED_CLS = 3;
export const BPF_PROG_TYPE_SCHED_ACT = 4;
export const BPF_PROG_TYPE_TRACEPOINT = 5;
export const BPF_PROG_TYPE_XDP = 6;
export const BPF_PROG_TYPE_PERF_EVENT = 7;
export const BPF_PROG_TYPE_CGROUP_SKB = 8;
export const BPF_PROG_TYPE_CGROUP_SOCK = 9;
export const BPF_PROG_TYPE_LWT_IN = 10;
export const BPF_PROG_TYPE_LWT_OUT = 11;
export const BPF_PROG_TYPE_LWT_XMIT = 12;
export const BPF_PROG_TYPE_SOCK_OPS = 13;
export const BPF_PROG_TYPE_SK_SKB = 14;
export const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
export const BPF_PROG_TYPE_SK_MSG = 16;
export const BPF_PROG_TYPE_RAW_TRACEPOINT = 17;
export const BPF_PROG_TYPE_CGROUP_SOCK_ADDR = 18;
export const BPF_PROG_TYPE_LWT_SEG6LOCAL = 19;
export const BPF_PROG_TYPE_LIRC_MODE2 = 20;
export const BPF_PROG_TYPE_SK_REUSEPORT = 21;
export const BPF_PROG_TYPE_FLOW_DISSECTOR = 22;
export const BPF_PROG_TYPE_CGROUP_SYSCTL = 23;
export const BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE = 24;
export const BPF_PROG_TYPE_CGROUP_SOCKOPT = 25;
export const BPF_PROG_TYPE_TRACING = 26;
export const BPF_PROG_TYPE_STRUCT_OPS = 27;
export const BPF_PROG_TYPE_EXT = 28;
export const BPF_PROG_TYPE_LSM = 29;
export const BPF_PROG_TYPE_SK_LOOKUP = 30;
export const BPF_PROG_TYPE_SYSCALL = 31; // since 6.1
export const BPF_PROG_TYPE_NETFILTER = 32; // since 6.12

/** Every program type, `value` = index. */
export const PROG_TYPES = [
  enumerator("BPF_PROG_TYPE_UNSPEC", BPF_PROG_TYPE_UNSPEC),
  enumerator("BPF_PROG_TYPE_SOCKET_FILTER", BPF_PROG_TYPE_SOCKET_FILTER),
  enumerator("BPF_PROG_TYPE_KPROBE", BPF_PROG_TYPE_KPROBE),
  enumerator("BPF_PROG_TYPE_SCHED_CLS", BPF_PROG_TYPE_SCHED_CLS),
  enumerator("BPF_PROG_TYPE_SCHED_ACT", BPF_PROG_TYPE_SCHED_ACT),
  enumerator("BPF_PROG_TYPE_TRACEPOINT", BPF_PROG_TYPE_TRACEPOINT),
  enumerator("BPF_PROG_TYPE_XDP", BPF_PROG_TYPE_XDP),
  enumerator("BPF_PROG_TYPE_PERF_EVENT", BPF_PROG_TYPE_PERF_EVENT),
  enumerator("BPF_PROG_TYPE_CGROUP_SKB", BPF_PROG_TYPE_CGROUP_SKB),
  enumerator("BPF_PROG_TYPE_CGROUP_SOCK", BPF_PROG_TYPE_CGROUP_SOCK),
  enumerator("BPF_PROG_TYPE_LWT_IN", BPF_PROG_TYPE_LWT_IN),
  enumerator("BPF_PROG_TYPE_LWT_OUT", BPF_PROG_TYPE_LWT_OUT),
  enumerator("BPF_PROG_TYPE_LWT_XMIT", BPF_PROG_TYPE_LWT_XMIT),
  enumerator("BPF_PROG_TYPE_SOCK_OPS", BPF_PROG_TYPE_SOCK_OPS),
  enumerator("BPF_PROG_TYPE_SK_SKB", BPF_PROG_TYPE_SK_SKB),
  enumerator("BPF_PROG_TYPE_CGROUP_DEVICE", BPF_PROG_TYPE_CGROUP_DEVICE),
  enumerator("BPF_PROG_TYPE_SK_MSG", BPF_PROG_TYPE_SK_MSG),
  enumerator("BPF_PROG_TYPE_RAW_TRACEPOINT", BPF_PROG_TYPE_RAW_TRACEPOINT),
  enumerator("BPF_PROG_TYPE_CGROUP_SOCK_ADDR", BPF_PROG_TYPE_CGROUP_SOCK_ADDR),
  enumerator("BPF_PROG_TYPE_LWT_SEG6LOCAL", BPF_PROG_TYPE_LWT_SEG6LOCAL),
  enumerator("BPF_PROG_TYPE_LIRC_MODE2", BPF_PROG_TYPE_LIRC_MODE2),
  enumerator("BPF_PROG_TYPE_SK_REUSEPORT", BPF_PROG_TYPE_SK_REUSEPORT),
  enumerator("BPF_PROG_TYPE_FLOW_DISSECTOR", BPF_PROG_TYPE_FLOW_DISSECTOR),
  enumerator("BPF_PROG_TYPE_CGROUP_SYSCTL", BPF_PROG_TYPE_CGROUP_SYSCTL),
  enumerator("BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE", BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE),
  enumerator("BPF_PROG_TYPE_CGROUP_SOCKOPT", BPF_PROG_TYPE_CGROUP_SOCKOPT),
  enumerator("BPF_PROG_TYPE_TRACING", BPF_PROG_TYPE_TRACING),
  enumerator("BPF_PROG_TYPE_STRUCT_OPS", BPF_PROG_TYPE_STRUCT_OPS),
  enumerator("BPF_PROG_TYPE_EXT", BPF_PROG_TYPE_EXT),
  enumerator("BPF_PROG_TYPE_LSM", BPF_PROG_TYPE_LSM),
  enumerator("BPF_PROG_TYPE_SK_LOOKUP", BPF_PROG_TYPE_SK_LOOKUP),
  enumerator("BPF_PROG_TYPE_SYSCALL", BPF_PROG_TYPE_SYSCALL, "6.1"),
  enumerator("BPF_PROG_TYPE_NETFILTER", BPF_PROG_TYPE_NETFILTER, "6.12"),
] as const satisfies readonly Enumerator[];

/** The uapi name of a program type. */
export type ProgTypeName = (typeof PROG_TYPES)[number]["name"];

/** The first number that is no program type (the header's `__MAX_BPF_PROG_TYPE`). */
export const MAX_PROG_TYPE: Readonly<Record<Version, number>> = {
  "5.10": 31,
  "6.1": 32,
  "6.12": 33,
  "6.18": 33,
  "7.2": 33,
};
