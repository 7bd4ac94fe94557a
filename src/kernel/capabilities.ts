/** The capabilities that bpf(2) and the calls around it look at, by their bit. */
export const CAPABILITIES = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_FOWNER: 3,
  CAP_FSETID: 4,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_MKNOD: 27,
  CAP_SETFCAP: 31,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

/** A capability, by its name in capabilities(7). */
export type Capability = keyof typeof CAPABILITIES;

/** Every capability there is (bits 0 to 40), as root has them. */
export const ALL_CAPABILITIES = (1n << 41n) - 1n;

/** Ids in a row that a user namespace has: `outside` is what the initial namespace calls them. */
export interface Extent {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** The ids that a user namespace has. */
export interface IdMaps {
  readonly uid: readonly Extent[];
  readonly gid: readonly Extent[];
}

/** Credentials of a task, with ids as the initial user namespace has them. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly permitted: bigint;
  readonly effective: bigint;
  /** The user namespace, by its number; 0 is the initial one. */
  readonly userns: number;
  /** The ids of that namespace. */
  readonly ids: IdMaps;
}

export const ROOT: Credentials = {
  uid: 0,
  gid: 0,
  permitted: ALL_CAPABILITIES,
  effective: ALL_CAPABILITIES,
  userns: 0,
  ids: {
    uid: [{ inside: 0, outside: 0, count: 0xffffffff }],
    gid: [{ inside: 0, outside: 0, count: 0xffffffff }],
  },
};

/** The mask of some capabilities, by name. */
export function capabilityMask(names: readonly Capability[]): bigint {
  return names.reduce((mask, name) => mask | (1n << BigInt(CAPABILITIES[name])), 0n);
}

/** Whether the effective set has a capability, in the task's own user namespace. */
export function hasCapability(cred: Credentials, cap: Capability): boolean {
  return (cred.effective >> BigInt(CAPABILITIES[cap])) % 2n === 1n;
}

/** `capable(cap)`: the effective set has it, in the initial user namespace. */
export function capable(cred: Credentials, cap: Capability): boolean {
  return cred.userns === 0 && hasCapability(cred, cap);
}

/** `bpf_capable()`: CAP_BPF, or CAP_SYS_ADMIN as before 5.8. */
export function bpfCapable(cred: Credentials): boolean {
  return capable(cred, "CAP_BPF") || capable(cred, "CAP_SYS_ADMIN");
}

/** `perfmon_capable()`: CAP_PERFMON, or CAP_SYS_ADMIN. */
export function perfmonCapable(cred: Credentials): boolean {
  return capable(cred, "CAP_PERFMON") || capable(cred, "CAP_SYS_ADMIN");
}

/** CAP_NET_ADMIN, or CAP_SYS_ADMIN: how bpf(2) asks for it. */
export function netAdminCapable(cred: Credentials): boolean {
  return capable(cred, "CAP_NET_ADMIN") || capable(cred, "CAP_SYS_ADMIN");
}
