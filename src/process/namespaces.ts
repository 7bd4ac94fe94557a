/** unshare(2): what a task sees of the mounts. */
import { CLONE_NEWNS, CLONE_NEWUSER } from "../abi/mount_flags.ts";
import { ALL_CAPABILITIES, hasCapability } from "../kernel/capabilities.ts";
import { withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { copyTree, leaveNamespace } from "../kernel/mounts.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdPlace, putPlace } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { insideOf, NO_IDS, nsCapable, type UserNamespace } from "../kernel/userns.ts";

export const UNSHARE = rules("unshare", {
  owner: [
    "EPERM",
    "a user namespace is to be made (CLONE_NEWUSER) and the caller's uid or gid is not one of the one it is in",
  ],
  capability: [
    "EPERM",
    "the caller has no CAP_SYS_ADMIN in its user namespace; in a new one everybody has it",
  ],
});

/** Namespaces are nested this deep at most. */
const DEEPEST = 32;

/**
 * unshare(2) of the user namespace, the mount namespace, or both: then the new mounts belong to the
 * new user namespace. Source: kernel/fork.c, kernel/user_namespace.c and fs/namespace.c.
 */
export function unshare(k: Kernel, task: Task, flags: number): Outcome {
  const [user, mounts] = [(flags & CLONE_NEWUSER) !== 0, (flags & CLONE_NEWNS) !== 0];
  if ((flags & ~(CLONE_NEWUSER | CLONE_NEWNS)) !== 0) {
    return unmodelled(k, "unshare of other namespaces than those of users and mounts");
  }
  if (user && k.userns.get(task.cred.userns)!.level >= DEEPEST) {
    return unmodelled(k, "user namespaces as deep as they can be");
  }
  const { uid, gid, ids, userns } = task.cred;
  const isKnown = insideOf(ids.uid, uid) !== undefined && insideOf(ids.gid, gid) !== undefined;
  if (user && !isKnown) return refuse(k, UNSHARE.owner);
  if (mounts && !user && !nsCapable(k, task.cred, userns, "CAP_SYS_ADMIN")) {
    return refuse(k, UNSHARE.capability);
  }
  const now = user ? newUserNamespace(k, task) : k;
  return done(mounts ? newNamespace(now, now.tasks.get(task.number)!) : now);
}

/** A user namespace without ids, in which the task has every capability. */
function newUserNamespace(k: Kernel, task: Task): Kernel {
  const userns = k.userns.size;
  const parent = task.cred.userns;
  const made: UserNamespace = {
    parent,
    level: k.userns.get(parent)!.level + 1,
    owner: task.cred.uid,
    setfcap: hasCapability(task.cred, "CAP_SETFCAP"),
    ids: NO_IDS,
  };
  const caps = { permitted: ALL_CAPABILITIES, effective: ALL_CAPABILITIES };
  const cred = { ...task.cred, ...caps, userns, ids: NO_IDS };
  return withTask({ ...k, userns: k.userns.set(userns, made) }, { ...task, cred });
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
