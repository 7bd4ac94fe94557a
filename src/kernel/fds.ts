import type { FileObject, OpenFile } from "./files.ts";
import type { Kernel } from "./kernel.ts";
import { holdFile, openFile, putFile } from "./refs.ts";
import type { Task } from "./task.ts";

export function withTask(k: Kernel, task: Task): Kernel {
  return { ...k, tasks: k.tasks.set(task.number, task) };
}

/**
 * The open file behind a descriptor (`fdget`); a descriptor is looked up as an unsigned number. One
 * that was opened with O_PATH counts as not open.
 */
export function fileAt(k: Kernel, task: Task, fd: number | undefined): OpenFile | undefined {
  const file = anyFileAt(k, task, fd);
  return file?.object.of === "inode" && file.object.path ? undefined : file;
}

/** The same with O_PATH descriptors (`fdget_raw`). */
export function anyFileAt(k: Kernel, task: Task, fd: number | undefined): OpenFile | undefined {
  const slot = task.fds.get((fd ?? 0) >>> 0);
  return slot === undefined ? undefined : k.files.get(slot.file);
}

/** The kernel with what an open file is of changed, for everybody who has it. */
export function withObject(k: Kernel, task: Task, fd: number, object: FileObject): Kernel {
  const { file } = task.fds.get(fd >>> 0)!;
  return { ...k, files: k.files.set(file, { ...k.files.get(file)!, object }) };
}

/** The lowest free descriptor from `from` on, or undefined where the limit is reached. */
export function freeFd(task: Task, from = 0): number | undefined {
  const fd = task.fds.firstGap(from);
  return fd < task.limits.nofile ? fd : undefined;
}

/**
 * Gives the task a new open file of an object (whose reference the file takes over) under the
 * lowest free descriptor. The caller has seen that there is one.
 */
export function install(
  k: Kernel,
  taskNumber: number,
  object: FileObject,
  cloexec = true,
): { k: Kernel; fd: number } {
  const opened = openFile(k, object);
  return installFile(opened.k, taskNumber, opened.file, cloexec);
}

/** The same for an open file that is there already and whose reference the descriptor takes over. */
export function installFile(
  k: Kernel,
  taskNumber: number,
  file: number,
  cloexec: boolean,
): { k: Kernel; fd: number } {
  const task = k.tasks.get(taskNumber)!;
  const fd = freeFd(task)!;
  return { k: withTask(k, { ...task, fds: task.fds.set(fd, { file, cloexec }) }), fd };
}

/** Takes a descriptor out of the table and lets go of its file. */
export function closeFd(k: Kernel, taskNumber: number, fd: number): Kernel {
  const task = k.tasks.get(taskNumber)!;
  const { file } = task.fds.get(fd)!;
  return putFile(withTask(k, { ...task, fds: task.fds.delete(fd) }), file);
}

/** Makes `to` refer to what `fd` refers to. */
export function duplicateTo(k: Kernel, taskNumber: number, fd: number, to: number): Kernel {
  const { file } = k.tasks.get(taskNumber)!.fds.get(fd)!;
  const held = holdFile(k, file);
  const cleared = held.tasks.get(taskNumber)!.fds.get(to) === undefined
    ? held
    : closeFd(held, taskNumber, to);
  const task = cleared.tasks.get(taskNumber)!;
  return withTask(cleared, { ...task, fds: task.fds.set(to, { file, cloexec: false }) });
}
