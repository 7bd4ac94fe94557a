/** unshare(2): what a task sees of the mounts. */
import { CLONE_NEWNS } from "../abi/mount_flags.ts";
import { withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { copyTree, leaveNamespace } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdPlace, putPlace } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { nsCapable } from "../kernel/userns.ts";

export const UNSHARE = rules("unshare", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN in its user namespace"],
});

/** unshare(2) of the mount namespace. Source: kernel/nsproxy.c and fs/namespace.c, copy_mnt_ns. */
export function unshare(k: Kernel, task: Task, flags: number): Outcome {
  if (flags !== CLONE_NEWNS) return unmodelled(k, "unshare of anything but the mount namespace");
  if (!nsCapable(k, task.cred, task.cred.userns, "CAP_SYS_ADMIN")) {
    return refuse(k, UNSHARE.capability);
  }
  return done(newNamespace(k, task));
}

/** Copies the mounts of a task's namespace into a new one, which has the task alone in it. */
function newNamespace(k: Kernel, task: Task): Kernel {
  const { root, userns } = k.fs.namespaces.get(task.ns)!;
  const ns = k.fs.nextNamespace;
  const lock = userns !== task.cred.userns;
  const copied = copyTree(k, root, k.fs.mounts.get(root)!.root, { ns, lock });
  const own = { root: copied.mount, userns: task.cred.userns, tasks: 1 };
  const namespaces = copied.k.fs.namespaces.set(ns, own);
  const fs = { ...copied.k.fs, namespaces, nextNamespace: ns + 1 };
  const mount = copied.copies.get(task.cwd.mount) ?? task.cwd.mount;
  const cwd = { ...task.cwd, mount };
  const moved = withTask(holdPlace({ ...copied.k, fs }, cwd), { ...task, ns, cwd });
  return leaveNamespace(putPlace(moved, task.cwd), task.ns);
}
