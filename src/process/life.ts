import { NR_OPEN } from "../abi/limits.ts";
import {
  ALL_CAPABILITIES,
  capable,
  type Credentials,
  hasCapability,
} from "../kernel/capabilities.ts";
import { closeFd, withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { enterNamespace, leaveNamespace } from "../kernel/mounts.ts";
import { done, type Outcome, refuse } from "../kernel/outcome.ts";
import { Radix } from "../kernel/radix.ts";
import { holdFile, holdPlace, putPlace } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Limits, Task } from "../kernel/task.ts";
import { outsideOf } from "../kernel/userns.ts";
import { holdMapping, unmapAll } from "./mappings.ts";

/**
 * fork(2): a child with the same descriptors, mappings, credentials and limits. `ret` is the
 * child's task number, which stands for its pid.
 */
export function fork(k: Kernel, task: Task): Outcome {
  const number = k.tasks.size;
  let now = withTask(k, { ...task, number });
  for (const slot of task.fds.values()) now = holdFile(now, slot.file);
  for (const mapping of task.mappings) now = holdMapping(now, mapping);
  now = enterNamespace(holdPlace(now, task.cwd), task.ns);
  return done(now, number);
}

/** exit(2): every descriptor is closed and every mapping goes, in that order of no matter. */
export function exit(k: Kernel, task: Task): Outcome {
  let now = k;
  for (const [fd] of task.fds.entries()) now = closeFd(now, task.number, fd);
  now = leaveNamespace(putPlace(unmapAll(now, task.number), task.cwd), task.ns);
  return done(withTask(now, { ...now.tasks.get(task.number)!, alive: false, fds: Radix.empty() }));
}

/** execve(2): close-on-exec descriptors are closed, mappings go, root is given its capabilities. */
export function exec(k: Kernel, task: Task): Outcome {
  let now = k;
  for (const [fd, slot] of task.fds.entries()) {
    if (slot.cloexec) now = closeFd(now, task.number, fd);
  }
  now = unmapAll(now, task.number);
  const isRoot = task.cred.uid === outsideOf(task.cred.ids.uid, 0);
  const caps = isRoot ? ALL_CAPABILITIES : 0n;
  const dumpable = task.cred.userns === 0 ? true : undefined;
  const cred: Credentials = { ...task.cred, permitted: caps, effective: caps };
  return done(withTask(now, { ...now.tasks.get(task.number)!, cred, dumpable }));
}

export const SETUID = rules("setuid", {
  unmapped: ["EINVAL", "the uid is not one of the caller's user namespace"],
  capability: ["EPERM", "the caller has no CAP_SETUID and asks for another uid than its own"],
});

/** What setresuid(2) takes for "as it is": (uid_t) -1. */
const UNCHANGED = 0xffffffff;

/** setresuid(2) of all three to one uid: who leaves uid 0 leaves the capabilities behind. */
export function setuid(k: Kernel, task: Task, asked: number): Outcome {
  const { cred } = task;
  const uid = asked >>> 0 === UNCHANGED ? cred.uid : outsideOf(cred.ids.uid, asked >>> 0);
  if (uid === undefined) return refuse(k, SETUID.unmapped);
  if (uid !== cred.uid && !hasCapability(cred, "CAP_SETUID")) return refuse(k, SETUID.capability);
  const root = outsideOf(cred.ids.uid, 0);
  const drops = cred.uid === root && uid !== root;
  const caps = drops ? { permitted: 0n, effective: 0n } : {};
  const dumpable = task.dumpable && uid === cred.uid;
  return done(withTask(k, { ...task, dumpable, cred: { ...cred, uid, ...caps } }));
}

export const SETGID = rules("setgid", {
  unmapped: ["EINVAL", "the gid is not one of the caller's user namespace"],
  capability: ["EPERM", "the caller has no CAP_SETGID and asks for another gid than its own"],
});

/** setresgid(2) of all three to one gid. */
export function setgid(k: Kernel, task: Task, asked: number): Outcome {
  const { cred } = task;
  const gid = asked >>> 0 === UNCHANGED ? cred.gid : outsideOf(cred.ids.gid, asked >>> 0);
  if (gid === undefined) return refuse(k, SETGID.unmapped);
  if (gid !== cred.gid && !hasCapability(cred, "CAP_SETGID")) return refuse(k, SETGID.capability);
  const dumpable = task.dumpable && gid === cred.gid;
  return done(withTask(k, { ...task, dumpable, cred: { ...cred, gid } }));
}

export const CAPSET = rules("capset", {
  raise: ["EPERM", "a capability is not in the permitted set"],
});

/** capset(2) of the effective and permitted sets to the same mask. */
export function capset(k: Kernel, task: Task, mask: bigint): Outcome {
  const known = mask & ALL_CAPABILITIES;
  if ((known & ~task.cred.permitted) !== 0n) return refuse(k, CAPSET.raise);
  return done(withTask(k, { ...task, cred: { ...task.cred, permitted: known, effective: known } }));
}

/** umask(2); `ret` is the mask before. */
export function umask(k: Kernel, task: Task, mask: number): Outcome {
  return done(withTask(k, { ...task, umask: mask & 0o777 }), task.umask);
}

export const SETRLIMIT = rules("setrlimit", {
  nr_open: ["EPERM", "RLIMIT_NOFILE is to be above `fs.nr_open` (1048576)"],
  raise: ["EPERM", "a limit is to be raised and the caller has no CAP_SYS_RESOURCE"],
});

/** setrlimit(2) of RLIMIT_NOFILE and RLIMIT_MEMLOCK, the soft limit and the hard one alike. */
export function setrlimit(k: Kernel, task: Task, limits: Partial<Limits>): Outcome {
  const { nofile, memlock } = { ...task.limits, ...limits };
  if (nofile > NR_OPEN) return refuse(k, SETRLIMIT.nr_open);
  const raises = nofile > task.limits.nofile || memlock > task.limits.memlock;
  if (raises && !capable(task.cred, "CAP_SYS_RESOURCE")) return refuse(k, SETRLIMIT.raise);
  return done(withTask(k, { ...task, limits: { ...task.limits, ...limits } }));
}
