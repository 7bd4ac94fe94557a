import { capable, type Credentials } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { insideOf, outsideOf } from "../kernel/userns.ts";
import type { Asking } from "./mount_options.ts";

/** What the options of a mount in a user namespace are asked about their giver. */
export function askingOf(k: Kernel, cred: Credentials, userns: number): Asking {
  const { ids } = k.userns.get(userns)!;
  const id = (which: "uid" | "gid") => (number: number) => {
    const outside = outsideOf(cred.ids[which], number);
    const isMapped = outside !== undefined && insideOf(ids[which], outside) !== undefined;
    return isMapped ? outside : undefined;
  };
  const admin = capable(cred, "CAP_SYS_ADMIN");
  return { version: k.version, admin, uid: id("uid"), gid: id("gid") };
}
