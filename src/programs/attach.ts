import * as U from "../abi/constants.ts";
import { atLeast, type Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";

/** The attach types that a program type insists on at load time, by program type. */
const EXPECTED: ReadonlyMap<number, readonly number[]> = new Map([
  [U.BPF_PROG_TYPE_CGROUP_SOCK, [
    U.BPF_CGROUP_INET_SOCK_CREATE,
    U.BPF_CGROUP_INET_SOCK_RELEASE,
    U.BPF_CGROUP_INET4_POST_BIND,
    U.BPF_CGROUP_INET6_POST_BIND,
  ]],
  [U.BPF_PROG_TYPE_CGROUP_SOCK_ADDR, [
    U.BPF_CGROUP_INET4_BIND,
    U.BPF_CGROUP_INET6_BIND,
    U.BPF_CGROUP_INET4_CONNECT,
    U.BPF_CGROUP_INET6_CONNECT,
    U.BPF_CGROUP_INET4_GETPEERNAME,
    U.BPF_CGROUP_INET6_GETPEERNAME,
    U.BPF_CGROUP_INET4_GETSOCKNAME,
    U.BPF_CGROUP_INET6_GETSOCKNAME,
    U.BPF_CGROUP_UDP4_SENDMSG,
    U.BPF_CGROUP_UDP6_SENDMSG,
    U.BPF_CGROUP_UDP4_RECVMSG,
    U.BPF_CGROUP_UDP6_RECVMSG,
  ]],
  [U.BPF_PROG_TYPE_CGROUP_SKB, [U.BPF_CGROUP_INET_INGRESS, U.BPF_CGROUP_INET_EGRESS]],
  [U.BPF_PROG_TYPE_CGROUP_SOCKOPT, [U.BPF_CGROUP_SETSOCKOPT, U.BPF_CGROUP_GETSOCKOPT]],
  [U.BPF_PROG_TYPE_SK_LOOKUP, [U.BPF_SK_LOOKUP]],
  [U.BPF_PROG_TYPE_SK_REUSEPORT, [
    U.BPF_SK_REUSEPORT_SELECT,
    U.BPF_SK_REUSEPORT_SELECT_OR_MIGRATE,
  ]],
  [U.BPF_PROG_TYPE_NETFILTER, [U.BPF_NETFILTER]],
  [U.BPF_PROG_TYPE_SYSCALL, [0]],
  [U.BPF_PROG_TYPE_EXT, [0]],
]);

const UNIX_ADDRESS: readonly number[] = [
  U.BPF_CGROUP_UNIX_CONNECT,
  U.BPF_CGROUP_UNIX_SENDMSG,
  U.BPF_CGROUP_UNIX_RECVMSG,
  U.BPF_CGROUP_UNIX_GETPEERNAME,
  U.BPF_CGROUP_UNIX_GETSOCKNAME,
];

/** The first kernel that looks at the attach type of a program type at all, where not all do. */
const SINCE: ReadonlyMap<number, Version> = new Map([
  [U.BPF_PROG_TYPE_SK_REUSEPORT, "6.1"],
  [U.BPF_PROG_TYPE_SYSCALL, "6.1"],
  [U.BPF_PROG_TYPE_NETFILTER, "6.12"],
]);

/** `bpf_prog_load_fixup_attach_type`: what an absent attach type stands for. */
export function fixedUp(version: Version, type: number, expected: number): number {
  if (expected !== 0) return expected;
  if (type === U.BPF_PROG_TYPE_CGROUP_SOCK) return U.BPF_CGROUP_INET_SOCK_CREATE;
  if (type === U.BPF_PROG_TYPE_SK_REUSEPORT && has(version, DELTA.reuseport_attach)) {
    return U.BPF_SK_REUSEPORT_SELECT;
  }
  return 0;
}

/** Whether a program of the type may be loaded for the attach type. */
export function attachTypeFits(version: Version, type: number, expected: number): boolean {
  const since = SINCE.get(type);
  const allowed = EXPECTED.get(type);
  if (allowed === undefined || (since !== undefined && !atLeast(version, since))) return true;
  if (allowed.includes(expected)) return true;
  return type === U.BPF_PROG_TYPE_CGROUP_SOCK_ADDR && atLeast(version, "6.12") &&
    UNIX_ADDRESS.includes(expected);
}

/** Attach types of a program for many functions at once (7.2): only TRACING takes them. */
export function isTracingMulti(version: Version, expected: number): boolean {
  return has(version, DELTA.tracing_multi) && TRACING_MULTI.has(expected);
}

const TRACING_MULTI: ReadonlySet<number> = new Set([
  U.BPF_TRACE_FENTRY_MULTI,
  U.BPF_TRACE_FEXIT_MULTI,
  U.BPF_TRACE_FSESSION_MULTI,
]);

/** The types whose programs attach to a function that BTF names. */
export function takesBtfId(type: number): boolean {
  return type === U.BPF_PROG_TYPE_TRACING || type === U.BPF_PROG_TYPE_LSM ||
    type === U.BPF_PROG_TYPE_STRUCT_OPS || type === U.BPF_PROG_TYPE_EXT;
}

/** The types whose programs attach to another program. */
export function takesProgFd(type: number): boolean {
  return type === U.BPF_PROG_TYPE_TRACING || type === U.BPF_PROG_TYPE_EXT;
}
