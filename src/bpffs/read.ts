/** read(2), write(2) and lseek(2) of what open(2) gave, and of bpf objects (fs/read_write.c). */
import { fileAt, withObject } from "../kernel/fds.ts";
import { type FileObject, type InodeFile, type Mode, RDONLY, RDWR } from "../kernel/files.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { inRandomOrder } from "../maps/order.ts";
import { seqRead } from "./seq.ts";

export const READ = rules("read", {
  bad_fd: ["EBADF", "the descriptor is not open, or was opened with O_PATH"],
  unreadable: ["EBADF", "the descriptor was not opened for reading"],
  object: ["EINVAL", "the descriptor is a bpf object"],
  dir: ["EISDIR", "the descriptor is a directory"],
});

/** What a read of a bpf object's descriptor may do; undefined for what is no bpf object. */
function objectMode(object: FileObject): Mode | undefined {
  if (object.of === "map") return object.mode;
  if (object.of === "btf") return RDONLY;
  return object.of === "prog" || object.of === "link" ? RDWR : undefined;
}

/** read(2) of `n` bytes: the text of a pinned map. */
export function read(k: Kernel, task: Task, fd: number, n: number): Outcome {
  const object = fileAt(k, task, fd)?.object;
  if (object === undefined) return refuse(k, READ.bad_fd);
  const mode = objectMode(object);
  if (mode !== undefined) return refuse(k, mode.readable ? READ.object : READ.unreadable);
  if (object.of !== "inode") {
    return unmodelled(k, "reading what is neither a file nor a bpf object");
  }
  if (!(object.mode ?? RDONLY).readable) return refuse(k, READ.unreadable);
  if (object.seq === undefined) return refuse(k, READ.dir);
  return readText(k, task, fd, object, n);
}

function readText(k: Kernel, task: Task, fd: number, object: InodeFile, n: number): Outcome {
  const { node } = k.fs.inodes.get(object.inode)!;
  const map = node.kind === "pin" ? k.maps.table.get(node.id) : undefined;
  if (map === undefined) return unmodelled(k, "the text of what is no map");
  const read = seqRead(k, map, object.seq!, n);
  if ("unknown" in read) return unmodelled(k, read.unknown);
  const { text, seq } = read;
  const after = withObject(k, task, fd, { ...object, seq });
  const outcome = done(after, text.length, [{ field: "buf", offset: 0, bytes: text }]);
  return inRandomOrder(map) ? { ...outcome, undetermined: "the seed of the hash" } : outcome;
}

export const WRITE = rules("write", {
  bad_fd: ["EBADF", "the descriptor is not open, or was opened with O_PATH"],
  unwritable: ["EBADF", "the descriptor was not opened for writing"],
  never: ["EINVAL", "neither bpf objects nor the text of a map can be written"],
});

/** write(2), which nothing takes that the model has. */
export function write(k: Kernel, task: Task, fd: number): Outcome {
  const object = fileAt(k, task, fd)?.object;
  if (object === undefined) return refuse(k, WRITE.bad_fd);
  const mode = object.of === "inode" ? object.mode ?? RDONLY : objectMode(object);
  if (mode === undefined) return unmodelled(k, "writing what is neither a file nor a bpf object");
  return refuse(k, mode.writable ? WRITE.never : WRITE.unwritable);
}

export const LSEEK = rules("lseek", {
  bad_fd: ["EBADF", "the descriptor is not open, or was opened with O_PATH"],
  whence: ["EINVAL", "`whence` is above SEEK_HOLE"],
  never: ["ESPIPE", "neither bpf objects nor the text of a map have a position to set"],
});

const SEEK_HOLE = 4;

/** lseek(2): the text of a map is read from its beginning to its end, and once. */
export function lseek(k: Kernel, task: Task, fd: number, whence: number): Outcome {
  const object = fileAt(k, task, fd)?.object;
  if (object === undefined) return refuse(k, LSEEK.bad_fd);
  if (whence >>> 0 > SEEK_HOLE) return refuse(k, LSEEK.whence);
  const isText = object.of === "inode" && object.seq !== undefined;
  return isText || objectMode(object) !== undefined
    ? refuse(k, LSEEK.never)
    : unmodelled(k, "the position in a directory or another file");
}
