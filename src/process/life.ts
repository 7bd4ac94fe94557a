import { Radix } from "../kernel/radix.ts";
import { closeFd, withTask } from "../kernel/fds.ts";
import { ALL_CAPABILITIES, capable, type Credentials } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse } from "../kernel/outcome.ts";
import { closeInode, holdFile, openInode } from "../kernel/refs.ts";
import { rules } from "../kernel/rule.ts";
import type { Limits, Task } from "../kernel/task.ts";
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
  return done(openInode(now, task.cwd), number);
}

/** exit(2): every descriptor is closed and every mapping goes, in that order of no matter. */
export function exit(k: Kernel, task: Task): Outcome {
  let now = k;
  for (const [fd] of task.fds.entries()) now = closeFd(now, task.number, fd);
  now = closeInode(unmapAll(now, task.number), task.cwd);
  return done(withTask(now, { ...now.tasks.get(task.number)!, alive: false, fds: Radix.empty() }));
}

/** execve(2): close-on-exec descriptors are closed, mappings go, root is given its capabilities. */
export function exec(k: Kernel, task: Task): Outcome {
  let now = k;
  for (const [fd, slot] of task.fds.entries()) {
    if (slot.cloexec) now = closeFd(now, task.number, fd);
  }
  now = unmapAll(now, task.number);
  const caps = task.cred.uid === 0 ? ALL_CAPABILITIES : 0n;
  const cred: Credentials = { ...task.cred, permitted: caps, effective: caps };
  return done(withTask(now, { ...now.tasks.get(task.number)!, cred }));
}

export const SETUID = rules("setuid", {
  capability: ["EPERM", "the caller has no CAP_SETUID and asks for another uid than its own"],
});

/** What setresuid(2) takes for "as it is": (uid_t) -1. */
const UNCHANGED = 0xffffffff;

/** setresuid(2) of all three to one uid: who leaves uid 0 leaves the capabilities behind. */
export function setuid(k: Kernel, task: Task, asked: number): Outcome {
  const { cred } = task;
  const uid = asked >>> 0 === UNCHANGED ? cred.uid : asked >>> 0;
  if (uid !== cred.uid && !capable(cred, "CAP_SETUID")) return refuse(k, SETUID.capability);
  const drops = cred.uid === 0 && uid !== 0;
  const caps = drops ? { permitted: 0n, effective: 0n } : {};
  return done(withTask(k, { ...task, cred: { ...cred, uid, ...caps } }));
}

export const SETGID = rules("setgid", {
  capability: ["EPERM", "the caller has no CAP_SETGID and asks for another gid than its own"],
});

/** setresgid(2) of all three to one gid. */
export function setgid(k: Kernel, task: Task, asked: number): Outcome {
  const { cred } = task;
  const gid = asked >>> 0 === UNCHANGED ? cred.gid : asked >>> 0;
  if (gid !== cred.gid && !capable(cred, "CAP_SETGID")) return refuse(k, SETGID.capability);
  return done(withTask(k, { ...task, cred: { ...cred, gid } }));
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

const NR_OPEN = 1048576;

/** setrlimit(2) of RLIMIT_NOFILE and RLIMIT_MEMLOCK, the soft limit and the hard one alike. */
export function setrlimit(k: Kernel, task: Task, limits: Partial<Limits>): Outcome {
  const { nofile, memlock } = { ...task.limits, ...limits };
  if (nofile > NR_OPEN) return refuse(k, SETRLIMIT.nr_open);
  const raises = nofile > task.limits.nofile || memlock > task.limits.memlock;
  if (raises && !capable(task.cred, "CAP_SYS_RESOURCE")) return refuse(k, SETRLIMIT.raise);
  return done(withTask(k, { ...task, limits: { ...task.limits, ...limits } }));
}
