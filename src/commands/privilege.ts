import { bpfCapable } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";

/** Whether the sysctl keeps this caller from creating objects. */
export function lacksPrivilege(k: Kernel, task: Task): boolean {
  return k.config.unprivileged_bpf_disabled !== 0 && !bpfCapable(task.cred);
}
