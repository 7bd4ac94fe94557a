/** File systems on a disk: all that matters of them is that their inodes leave memory. */
import { mount as mountKernel } from "../../bpffs/mount.ts";
import type { MountCall } from "../../bpffs/mount_asked.ts";
import { type Outcome, unmodelled } from "../../kernel/outcome.ts";
import type { Task } from "../../kernel/task.ts";
import { type K, withDevices } from "./state.ts";

/** mount(2) of a "disk", which is like a tmpfs in all else; other types are the kernel's. */
export function mount(k: K, task: Task, call: MountCall): Outcome | undefined {
  if (call.type !== "disk") return undefined;
  if (task.cred.userns !== 0) return unmodelled(k, "a disk that is mounted in a user namespace");
  const { answer, ...rest } = mountKernel(k, task, { ...call, type: "tmpfs" });
  if (rest.kernel.fs.nextSuperblock === k.fs.nextSuperblock) return { answer, ...rest };
  const disks = k.proposed.disks.set(k.fs.nextSuperblock, true);
  return { ...rest, answer, kernel: withDevices(rest.kernel, { ...k.proposed, disks }) };
}
