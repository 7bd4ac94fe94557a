import * as U from "../abi/constants.ts";
import { atLeast, type Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";

const NET_ADMIN: ReadonlySet<number> = new Set([
  U.BPF_PROG_TYPE_SCHED_CLS,
  U.BPF_PROG_TYPE_SCHED_ACT,
  U.BPF_PROG_TYPE_XDP,
  U.BPF_PROG_TYPE_LWT_IN,
  U.BPF_PROG_TYPE_LWT_OUT,
  U.BPF_PROG_TYPE_LWT_XMIT,
  U.BPF_PROG_TYPE_LWT_SEG6LOCAL,
  U.BPF_PROG_TYPE_SK_SKB,
  U.BPF_PROG_TYPE_SK_MSG,
  U.BPF_PROG_TYPE_FLOW_DISSECTOR,
  U.BPF_PROG_TYPE_CGROUP_DEVICE,
  U.BPF_PROG_TYPE_CGROUP_SOCK,
  U.BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
  U.BPF_PROG_TYPE_CGROUP_SOCKOPT,
  U.BPF_PROG_TYPE_CGROUP_SYSCTL,
  U.BPF_PROG_TYPE_SOCK_OPS,
  U.BPF_PROG_TYPE_EXT,
]);

const PERFMON: ReadonlySet<number> = new Set([
  U.BPF_PROG_TYPE_KPROBE,
  U.BPF_PROG_TYPE_TRACEPOINT,
  U.BPF_PROG_TYPE_PERF_EVENT,
  U.BPF_PROG_TYPE_RAW_TRACEPOINT,
  U.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
  U.BPF_PROG_TYPE_TRACING,
  U.BPF_PROG_TYPE_LSM,
  U.BPF_PROG_TYPE_STRUCT_OPS,
  U.BPF_PROG_TYPE_EXT,
]);

/** Whether programs of the type may be loaded without CAP_BPF, where the sysctl allows it. */
export function isUnprivileged(type: number): boolean {
  return type === U.BPF_PROG_TYPE_SOCKET_FILTER || type === U.BPF_PROG_TYPE_CGROUP_SKB;
}

export function needsNetAdmin(version: Version, type: number): boolean {
  if (type === U.BPF_PROG_TYPE_NETFILTER) return atLeast(version, "6.12");
  if (type === U.BPF_PROG_TYPE_LIRC_MODE2) return !has(version, DELTA.lirc);
  return NET_ADMIN.has(type);
}

export function needsPerfmon(type: number): boolean {
  return PERFMON.has(type);
}

/** What a program may return: the verifier refuses others. */
export type Returns = readonly [least: number, most: number] | "anything";

/**
 * What programs of a type may return, for the types that every kernel here has built in and that
 * `r0 = imm; exit` can be a program of without more. Other types are not decided by the model.
 */
export function returns(version: Version, type: number, attachType: number): Returns | undefined {
  switch (type) {
    case U.BPF_PROG_TYPE_SOCKET_FILTER:
    case U.BPF_PROG_TYPE_SCHED_CLS:
    case U.BPF_PROG_TYPE_SCHED_ACT:
    case U.BPF_PROG_TYPE_TRACEPOINT:
    case U.BPF_PROG_TYPE_XDP:
    case U.BPF_PROG_TYPE_PERF_EVENT:
    case U.BPF_PROG_TYPE_RAW_TRACEPOINT:
    case U.BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
    case U.BPF_PROG_TYPE_LWT_IN:
    case U.BPF_PROG_TYPE_LWT_OUT:
    case U.BPF_PROG_TYPE_LWT_XMIT:
    case U.BPF_PROG_TYPE_LWT_SEG6LOCAL:
    case U.BPF_PROG_TYPE_SK_SKB:
    case U.BPF_PROG_TYPE_SK_MSG:
    case U.BPF_PROG_TYPE_SK_REUSEPORT:
    case U.BPF_PROG_TYPE_FLOW_DISSECTOR:
    case U.BPF_PROG_TYPE_STRUCT_OPS:
      return "anything";
    case U.BPF_PROG_TYPE_KPROBE:
      return isSession(version, attachType) ? [0, 1] : "anything";
    case U.BPF_PROG_TYPE_CGROUP_SKB:
      return attachType === U.BPF_CGROUP_INET_EGRESS ? [0, 3] : [0, 1];
    case U.BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
      return addressReturns(version, attachType);
    case U.BPF_PROG_TYPE_CGROUP_SOCK:
    case U.BPF_PROG_TYPE_SOCK_OPS:
    case U.BPF_PROG_TYPE_CGROUP_DEVICE:
    case U.BPF_PROG_TYPE_CGROUP_SYSCTL:
    case U.BPF_PROG_TYPE_CGROUP_SOCKOPT:
    case U.BPF_PROG_TYPE_SK_LOOKUP:
    case U.BPF_PROG_TYPE_NETFILTER:
      return [0, 1];
    default:
      return undefined;
  }
}

/** A session probe says with 1 that its return side is to be left out. */
function isSession(version: Version, attachType: number): boolean {
  if (attachType === U.BPF_TRACE_KPROBE_SESSION) return has(version, DELTA.session_returns);
  return attachType === U.BPF_TRACE_UPROBE_SESSION && atLeast(version, "6.18");
}

/** Attach types at which an address program has nothing to refuse. */
const ALWAYS_ALLOWS: ReadonlySet<number> = new Set([
  U.BPF_CGROUP_UDP4_RECVMSG,
  U.BPF_CGROUP_UDP6_RECVMSG,
  U.BPF_CGROUP_UNIX_RECVMSG,
  U.BPF_CGROUP_INET4_GETPEERNAME,
  U.BPF_CGROUP_INET6_GETPEERNAME,
  U.BPF_CGROUP_UNIX_GETPEERNAME,
  U.BPF_CGROUP_INET4_GETSOCKNAME,
  U.BPF_CGROUP_INET6_GETSOCKNAME,
  U.BPF_CGROUP_UNIX_GETSOCKNAME,
]);

/** At bind, bit 1 says that the caller needs no CAP_NET_BIND_SERVICE (6.1 and later). */
function addressReturns(version: Version, attachType: number): Returns {
  if (ALWAYS_ALLOWS.has(attachType)) return [1, 1];
  const bind = attachType === U.BPF_CGROUP_INET4_BIND || attachType === U.BPF_CGROUP_INET6_BIND;
  return bind && has(version, DELTA.bind_returns) ? [0, 3] : [0, 1];
}
