/** User namespaces and capabilities over them (kernel/user_namespace.c, security/commoncap.c). */
import {
  type Capability,
  type Credentials,
  type Extent,
  hasCapability,
  type IdMaps,
  ROOT,
} from "./capabilities.ts";
import type { Kernel } from "./kernel.ts";

/** A user namespace; number 0 is the initial one. */
export interface UserNamespace {
  readonly parent: number | undefined;
  /** How many namespaces it is in. */
  readonly level: number;
  /** The uid of who made it, as the initial namespace has it. */
  readonly owner: number;
  /** Whether that one had CAP_SETFCAP: without it nobody inside maps the parent's uid 0. */
  readonly setfcap: boolean;
  readonly ids: IdMaps;
}

/** The ids of a namespace without maps. */
export const NO_IDS: IdMaps = { uid: [], gid: [] };

export const INITIAL: UserNamespace = {
  parent: undefined,
  level: 0,
  owner: 0,
  setfcap: true,
  ids: ROOT.ids,
};

/** The initial namespace's id of an id inside (`make_kuid`). */
export function outsideOf(map: readonly Extent[], id: number): number | undefined {
  const found = map.find(({ inside, count }) => id >= inside && id < inside + count);
  return found === undefined ? undefined : found.outside + (id - found.inside);
}

/** The id inside of one of the initial namespace (`from_kuid`). */
export function insideOf(map: readonly Extent[], id: number): number | undefined {
  const found = map.find(({ outside, count }) => id >= outside && id < outside + count);
  return found === undefined ? undefined : found.inside + (id - found.outside);
}

/** What an id is shown as that a user namespace does not have. */
const OVERFLOW_ID = 65534;

/** An id of the initial namespace as a caller is told it (`from_kuid_munged`). */
export function toldId(map: readonly Extent[], id: number): number {
  return insideOf(map, id) ?? OVERFLOW_ID;
}

/**
 * `ns_capable`: a capability over a user namespace is had in the namespace itself; and who made a
 * namespace has all of them over it, as long as it is in the one above.
 */
export function nsCapable(
  k: Kernel,
  cred: Credentials,
  userns: number,
  cap: Capability,
): boolean {
  if (cred.userns === userns) return hasCapability(cred, cap);
  const { parent, level, owner } = k.userns.get(userns)!;
  if (parent === undefined || level <= k.userns.get(cred.userns)!.level) return false;
  if (parent === cred.userns && owner === cred.uid) return true;
  return nsCapable(k, cred, parent, cap);
}

/** `capable_wrt_inode_uidgid`: over a file whose owner and group the task's namespace has. */
export function capableOver(
  cred: Credentials,
  file: { readonly uid: number; readonly gid: number },
  cap: Capability,
): boolean {
  return hasCapability(cred, cap) && insideOf(cred.ids.uid, file.uid) !== undefined &&
    insideOf(cred.ids.gid, file.gid) !== undefined;
}
