import { capable, type Credentials } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Asking } from "./mount_options.ts";

/** What the options of a mount are asked about their giver. */
export function askingOf(k: Kernel, cred: Credentials, _userns: number): Asking {
  const id = (number: number) => number === 0xffffffff ? undefined : number;
  return { version: k.version, admin: capable(cred, "CAP_SYS_ADMIN"), uid: id, gid: id };
}
