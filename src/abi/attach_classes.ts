import type { Version } from "../kernel/version.ts";
import * as T from "./attach_types.ts";

/** An attach type that a command looks for, from the first of the five kernels that does. */
export interface Known {
  readonly value: number;
  readonly since?: Version;
}

function known(since: Version | undefined, ...values: readonly number[]): readonly Known[] {
  return values.map((value) => (since === undefined ? { value } : { value, since }));
}

const CGROUP_ANY = known(
  undefined,
  T.BPF_CGROUP_INET_INGRESS,
  T.BPF_CGROUP_INET_EGRESS,
  T.BPF_CGROUP_INET_SOCK_CREATE,
  T.BPF_CGROUP_SOCK_OPS,
  T.BPF_CGROUP_DEVICE,
  T.BPF_CGROUP_INET4_BIND,
  T.BPF_CGROUP_INET6_BIND,
  T.BPF_CGROUP_INET4_CONNECT,
  T.BPF_CGROUP_INET6_CONNECT,
  T.BPF_CGROUP_INET4_POST_BIND,
  T.BPF_CGROUP_INET6_POST_BIND,
  T.BPF_CGROUP_UDP4_SENDMSG,
  T.BPF_CGROUP_UDP6_SENDMSG,
  T.BPF_CGROUP_SYSCTL,
  T.BPF_CGROUP_UDP4_RECVMSG,
  T.BPF_CGROUP_UDP6_RECVMSG,
  T.BPF_CGROUP_GETSOCKOPT,
  T.BPF_CGROUP_SETSOCKOPT,
  T.BPF_CGROUP_INET4_GETPEERNAME,
  T.BPF_CGROUP_INET6_GETPEERNAME,
  T.BPF_CGROUP_INET4_GETSOCKNAME,
  T.BPF_CGROUP_INET6_GETSOCKNAME,
  T.BPF_CGROUP_INET_SOCK_RELEASE,
);

const CGROUP_UNIX = known(
  "6.12",
  T.BPF_CGROUP_UNIX_CONNECT,
  T.BPF_CGROUP_UNIX_SENDMSG,
  T.BPF_CGROUP_UNIX_RECVMSG,
  T.BPF_CGROUP_UNIX_GETPEERNAME,
  T.BPF_CGROUP_UNIX_GETSOCKNAME,
);

const SOCKETS = known(
  undefined,
  T.BPF_SK_SKB_STREAM_PARSER,
  T.BPF_SK_SKB_STREAM_VERDICT,
  T.BPF_SK_MSG_VERDICT,
);

const SK_SKB_VERDICT = known("6.1", T.BPF_SK_SKB_VERDICT);

/** What has a list of programs on a device, and so takes a place in it (tcx and netkit). */
const MPROG = known(
  "6.12",
  T.BPF_TCX_INGRESS,
  T.BPF_TCX_EGRESS,
  T.BPF_NETKIT_PRIMARY,
  T.BPF_NETKIT_PEER,
);

const LSM = known("6.1", T.BPF_LSM_MAC, T.BPF_LSM_CGROUP);

/** What PROG_DETACH has a way to detach; every other attach type is EINVAL. */
export const DETACHABLE: readonly Known[] = [
  ...CGROUP_ANY,
  ...CGROUP_UNIX,
  ...SOCKETS,
  ...SK_SKB_VERDICT,
  ...known(undefined, T.BPF_LIRC_MODE2, T.BPF_FLOW_DISSECTOR),
  ...LSM,
  ...MPROG,
];

/**
 * What PROG_ATTACH finds a program type for; every other attach type is EINVAL before the program
 * is looked at. Some of these can only be attached by a link, and are EINVAL later.
 */
export const ATTACHABLE: readonly Known[] = [
  ...DETACHABLE,
  ...known(undefined, T.BPF_TRACE_ITER, T.BPF_SK_LOOKUP, T.BPF_XDP),
  ...known(
    "6.1",
    T.BPF_TRACE_RAW_TP,
    T.BPF_TRACE_FENTRY,
    T.BPF_TRACE_FEXIT,
    T.BPF_MODIFY_RETURN,
  ),
  ...known(
    "7.2",
    T.BPF_TRACE_FSESSION,
    T.BPF_TRACE_FENTRY_MULTI,
    T.BPF_TRACE_FEXIT_MULTI,
    T.BPF_TRACE_FSESSION_MULTI,
  ),
];

/** What PROG_QUERY answers for; every other attach type is EINVAL. */
export const QUERIABLE: readonly Known[] = [
  ...CGROUP_ANY,
  ...CGROUP_UNIX,
  ...known("6.1", T.BPF_LSM_CGROUP),
  ...known(undefined, T.BPF_LIRC_MODE2, T.BPF_FLOW_DISSECTOR, T.BPF_SK_LOOKUP),
  ...SOCKETS.map((one): Known => ({ ...one, since: "6.1" })),
  ...SK_SKB_VERDICT,
  ...MPROG,
];

function values(list: readonly Known[]): readonly number[] {
  return list.map((one) => one.value);
}

/** The attach types whose programs form a list on a device. */
export const MPROG_TYPES: readonly number[] = values(MPROG);

/** The attach types that PROG_ATTACH and PROG_DETACH treat as a cgroup's, LSM included. */
export const CGROUP_TYPES: readonly number[] = values([...CGROUP_ANY, ...CGROUP_UNIX, ...LSM]);
