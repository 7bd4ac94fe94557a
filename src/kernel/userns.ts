/** Capabilities over user namespaces (kernel/user_namespace.c, security/commoncap.c). */
import { CAPABILITIES, type Capability, type Credentials } from "./capabilities.ts";
import type { Kernel } from "./kernel.ts";

/** `ns_capable`: whether a task has a capability over a user namespace. */
export function nsCapable(
  _k: Kernel,
  cred: Credentials,
  userns: number,
  cap: Capability,
): boolean {
  return cred.userns === userns && (cred.effective >> BigInt(CAPABILITIES[cap])) % 2n === 1n;
}
