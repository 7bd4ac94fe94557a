/**
 * Open files of a proposal's own: the kernel has them as files of something that bpf(2) has nothing
 * to do with, and the proposal remembers what they really are. They live as long as the kernel's
 * open file does, whoever holds that: descriptors, duplicates, messages in flight.
 */
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Radix } from "../kernel/radix.ts";
import type { Task } from "../kernel/task.ts";

/** What each open file of a proposal is of, by its number in `Kernel.files`. */
export type OwnFiles<F> = Radix<F>;

export function noFiles<F>(): OwnFiles<F> {
  return Radix.empty<F>();
}

/** A descriptor of a new open file; undefined where the task has none left. */
export function openOwn<K extends Kernel, F>(
  k: K,
  task: Task,
  files: OwnFiles<F>,
  file: F,
): { readonly k: K; readonly fd: number; readonly files: OwnFiles<F> } | undefined {
  if (freeFd(task) === undefined) return undefined;
  const made = install(k, task.number, { of: "other" });
  return { k: made.k as K, fd: made.fd, files: files.set(k.nextFile, file) };
}

/** What a descriptor is of: `undefined` where it is not open, `"other"` where it is none of these. */
export function ownAt<F>(
  k: Kernel,
  task: Task,
  files: OwnFiles<F>,
  fd: number,
): F | "other" | undefined {
  const slot = task.fds.get(fd >>> 0);
  if (slot === undefined || fileAt(k, task, fd) === undefined) return undefined;
  return files.get(slot.file) ?? "other";
}

/** The number of the open file behind a descriptor that is open. */
export function numberAt(task: Task, fd: number): number {
  return task.fds.get(fd >>> 0)!.file;
}

/** The files that nobody holds any more, and the table without them. */
export function closedSince<F>(
  k: Kernel,
  files: OwnFiles<F>,
): { readonly closed: readonly F[]; readonly files: OwnFiles<F> } {
  const closed: F[] = [];
  let left = files;
  for (const [number, file] of files.entries()) {
    if (k.files.get(number) !== undefined) continue;
    closed.push(file);
    left = left.delete(number);
  }
  return { closed, files: left };
}
