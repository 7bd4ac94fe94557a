/** Mounts, and users in a namespace of their own: who can come by a device at all. */
import * as E from "fp-ts/lib/Either.js";
import { withTask } from "../../kernel/fds.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { fork as forkTask } from "../../process/life.ts";
import { mountAt, mountPlace, newSuperblock } from "../mounts.ts";
import type { DeviceCall } from "./call.ts";
import { type K, withDevices } from "./state.ts";

/** Source: fs/namespace.c, path_mount. */
export const MOUNT = rules("mount", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over its mount namespace"],
  not_dir: ["ENOTDIR", "the path names no directory"],
});

/** mount(2). In a user namespace it is allowed, and no device on it can be opened. */
export function mount(
  k: K,
  task: Task,
  { path, type, nodev }: Extract<DeviceCall, { op: "mount" }>,
): Outcome {
  const confined = k.proposed.confined.get(task.number) !== undefined;
  const place = mountPlace(k, task, path, MOUNT, confined);
  if (E.isLeft(place)) return refuse(k, place.left);
  const root = { uid: task.cred.uid, gid: task.cred.gid, mode: 0o1777 };
  const made = newSuperblock(k, { type: "tmpfs", readOnly: false }, root);
  const { sb } = made;
  const proposed = {
    ...k.proposed,
    nodev: nodev || confined ? k.proposed.nodev.set(sb, true) : k.proposed.nodev,
    disks: type === "disk" ? k.proposed.disks.set(sb, true) : k.proposed.disks,
  };
  return done(withDevices(mountAt(made.k, place.right, sb), proposed));
}

/** unshare(2) of the user namespace: capabilities of the first one are left behind, root's too. */
export function unshareUser(k: K, task: Task): Outcome {
  const confined = k.proposed.confined.set(task.number, true);
  const cred = { ...task.cred, permitted: 0n, effective: 0n };
  return done(withDevices(withTask(k, { ...task, cred }), { ...k.proposed, confined }));
}

/** fork(2): a child is where its parent is. */
export function fork(k: K, task: Task): Outcome {
  const outcome = forkTask(k, task);
  if (k.proposed.confined.get(task.number) === undefined) return outcome;
  const confined = k.proposed.confined.set(k.tasks.size, true);
  return { ...outcome, kernel: withDevices(outcome.kernel, { ...k.proposed, confined }) };
}

/** execve(2) gives root's capabilities back, but those of its own namespace. */
export function stayConfined(k: K): K {
  return Array.from(k.proposed.confined.entries()).reduce((left, [number]) => {
    const task = left.tasks.get(number)!;
    if (task.cred.permitted === 0n) return left;
    const cred = { ...task.cred, permitted: 0n, effective: 0n };
    return { ...withTask(left, { ...task, cred }), proposed: left.proposed };
  }, k);
}
