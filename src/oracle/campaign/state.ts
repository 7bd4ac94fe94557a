/** What a drawn call can refer to where the machine stands. */
import type { Machine } from "bpfspec";
import { one } from "./pools.ts";

/** The descriptors of the current task that are of a kind. */
export function fdsOf(
  m: Machine,
  of: "map" | "prog" | "btf" | "link" | "socket" | "inode" | "context",
): readonly number[] {
  const task = m.kernel.tasks.get(m.task)!;
  const fds: number[] = [];
  for (const [fd, slot] of task.fds.entries()) {
    if (m.kernel.files.get(slot.file)!.object.of === of) fds.push(fd);
  }
  return fds;
}

export function fdOf(
  m: Machine,
  of: "map" | "prog" | "btf" | "link" | "socket" | "inode" | "context",
  drawn: number,
): number | undefined {
  const fds = fdsOf(m, of);
  return fds.length === 0 ? undefined : one(fds, drawn);
}

/** Any descriptor: one that is open, one that is not, one that cannot be. */
export function someFd(m: Machine, drawn: number): number {
  const open = Array.from(m.kernel.tasks.get(m.task)!.fds.entries(), ([fd]) => fd);
  return one([...open, 40, 1023, 1024, 0x7fffffff, 0xffffffff], drawn);
}

/** The tasks that are alive. */
export function aliveTasks(m: Machine): readonly number[] {
  return Array.from(m.kernel.tasks.values())
    .filter((task) => task.alive)
    .map((task) => task.number);
}
