/** Keys as files: looking them up, opening, reading, writing and deleting them. */
import { BPF_MAP_TYPE_ARRAY, BPF_NOEXIST } from "../../abi/constants.ts";
import { O_ACCMODE, O_CLOEXEC, O_CREAT } from "../../abi/file_flags.ts";
import { isReadOnly } from "../../bpffs/create.ts";
import { DELETE } from "../../bpffs/names.ts";
import { OPEN } from "../../bpffs/open.ts";
import { MAY_EXEC, MAY_READ, MAY_WRITE, permits, stickyForbids } from "../../bpffs/permission.ts";
import { READ, WRITE } from "../../bpffs/read.ts";
import { told } from "../../bpffs/stat.ts";
import { type Found, type Parent, placeOf } from "../../bpffs/walk.ts";
import { freeFd } from "../../kernel/fds.ts";
import type { Inode } from "../../kernel/inodes.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { holdMap, holdPlace, putMap, putPlace } from "../../kernel/refs.ts";
import type { Task } from "../../kernel/task.ts";
import { outcomeOf } from "../../maps/kind.ts";
import { kindOf } from "../../maps/kinds.ts";
import { numberAt, openOwn, ownAt } from "../own_files.ts";
import { parse, print } from "./format.ts";
import { KEY } from "./rules.ts";
import {
  type K,
  type KeyDir,
  type KeyFile,
  keyNamed,
  mapOf,
  valueOf,
  withDir,
  withKeys,
} from "./state.ts";

/** The inode of a key: what permissions it has it inherits from the directory, at any time. */
function inodeOf(dir: Inode): Inode {
  return { ...dir, node: { kind: "file" }, mode: dir.mode & 0o666, nlink: 1, opens: 0 };
}

/** A key that was looked up has an inode from then on, until it is deleted through its file. */
function instantiated(k: K, number: number, key: string): K {
  const dir = k.proposed.dirs.get(number)!;
  if (dir.inodes.has(key)) return k;
  const ino = k.fs.nextInode;
  const counted = { ...k, fs: { ...k.fs, nextInode: ino + 1 } };
  return withDir(counted, number, { ...dir, inodes: dir.inodes.set(key, ino) });
}

/** open(2) of a name in a directory of keys. */
export function openKey(k: K, task: Task, at: Parent, flags: number): Outcome {
  if ((flags & O_ACCMODE) > 2 || (flags & ~(O_ACCMODE | O_CLOEXEC | O_CREAT)) !== 0) {
    return unmodelled(k, "open flags other than the access mode, O_CREAT and O_CLOEXEC");
  }
  if (freeFd(task) === undefined) return refuse(k, OPEN.fd_limit);
  const { number, inode } = at.dir;
  const dir = k.proposed.dirs.get(number)!;
  const key = keyNamed(k, dir, at.name);
  if (key === undefined) {
    return (flags & O_CREAT) === 0 ? refuse(k, KEY.absent) : createKey(k, task, at, flags);
  }
  const access = flags & O_ACCMODE;
  const want = access === 0 ? MAY_READ : access === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE;
  const { readOnly } = k.fs.superblocks.get(inode.sb)!;
  if (access !== 0 && readOnly) return refuse(k, OPEN.read_only);
  if (!permits(task, inodeOf(inode), want)) return refuse(k, OPEN.permission);
  if (access !== 0 && isReadOnly(k, at.dir)) return refuse(k, OPEN.read_only_mount);
  return opened(k, task, at.dir, dir, key, access);
}

/** O_CREAT of a key that is not there: the map has it from then on, with a value of zeros. */
function createKey(k: K, task: Task, at: Parent, flags: number): Outcome {
  const { number, inode } = at.dir;
  const dir = k.proposed.dirs.get(number)!;
  const map = mapOf(k, dir);
  if (isReadOnly(k, at.dir)) return refuse(k, OPEN.create_read_only);
  if (!permits(task, inode, MAY_WRITE | MAY_EXEC)) return refuse(k, OPEN.create_write);
  const key = parse(dir.format, "key", at.name, map.spec.key_size);
  if (key === undefined) return refuse(k, KEY.not_key);
  if (map.frozen) return refuse(k, KEY.frozen);
  const zeros = "\0".repeat(map.spec.value_size);
  const kind = kindOf(map.spec.map_type)!;
  const made = outcomeOf(k, kind.update(map, key, zeros, BPF_NOEXIST, false, { k, task }));
  if (made.answer.kind !== "value") return made;
  return opened(made.kernel as K, task, at.dir, dir, key, flags & O_ACCMODE);
}

/** A descriptor of a key's file. The caller has seen that there is one. */
function opened(
  k: K,
  task: Task,
  found: Found,
  { map, format }: KeyDir,
  key: string,
  access: number,
): Outcome {
  const dir = placeOf(found);
  const [readable, writable] = [access !== 1, access !== 0];
  const file: KeyFile = { dir, map, format, key, readable, writable, pos: 0 };
  const seen = instantiated(k, found.number, key);
  const held = holdPlace(holdMap(seen, map, true), dir) as K;
  const made = openOwn(held, task, held.proposed.files, file)!;
  return done(withKeys(made.k, { files: made.files }), made.fd);
}

/** A file that was closed lets go of what it held. */
export function closeKey(k: K, { map, dir }: KeyFile): K {
  return putPlace(putMap(k, map, true), dir) as K;
}

/** stat(2) of a key: as of every file of a bpffs, which knows no sizes. */
export function statKey(k: K, task: Task, at: Parent): Outcome {
  const { number, inode } = at.dir;
  const key = keyNamed(k, k.proposed.dirs.get(number)!, at.name);
  if (key === undefined) return refuse(k, KEY.absent);
  return told(instantiated(k, number, key), task, { inode: inodeOf(inode) });
}

/** unlink(2) of a key: the element is deleted. */
export function unlinkKey(k: K, task: Task, at: Parent): Outcome {
  const { number, inode } = at.dir;
  const dir = k.proposed.dirs.get(number)!;
  if (isReadOnly(k, at.dir)) return refuse(k, DELETE.read_only);
  const key = keyNamed(k, dir, at.name);
  if (key === undefined) return refuse(k, KEY.absent);
  if (!permits(task, inode, MAY_WRITE | MAY_EXEC)) return refuse(k, DELETE.write);
  if (stickyForbids(task, inode, inodeOf(inode))) return refuse(k, DELETE.sticky);
  const map = mapOf(k, dir);
  if (map.frozen) return refuse(k, KEY.frozen);
  if (map.spec.map_type === BPF_MAP_TYPE_ARRAY) return refuse(k, KEY.fixed);
  const removed = outcomeOf(k, kindOf(map.spec.map_type)!.remove(map, key, { k, task }));
  if (removed.answer.kind !== "value") return removed;
  const inodes = dir.inodes.delete(key);
  return done(withDir(removed.kernel as K, number, { ...dir, inodes }));
}

/** The file of a key that a descriptor is of; undefined where it is of something else. */
function fileOf(k: K, task: Task, fd: number): KeyFile | undefined {
  const file = ownAt(k, task, k.proposed.files, fd);
  return file === "other" ? undefined : file;
}

/** read(2): the value as it is now, not as it was at open. */
export function readKey(k: K, task: Task, fd: number, n: number): Outcome | undefined {
  const file = fileOf(k, task, fd);
  if (file === undefined) return undefined;
  if (!file.readable) return refuse(k, READ.unreadable);
  const value = valueOf(mapOf(k, file), file.key);
  if (value === undefined) return refuse(k, KEY.gone);
  const text = print(file.format, "value", value) + (file.format.kind === "raw" ? "" : "\n");
  const bytes = text.slice(file.pos, file.pos + n);
  const files = k.proposed.files.set(numberAt(task, fd), { ...file, pos: file.pos + bytes.length });
  return done(withKeys(k, { files }), bytes.length, [{ field: "buf", offset: 0, bytes }]);
}

/** write(2): the whole text of a value, with or without a line end, wherever the last one ended. */
export function writeKey(k: K, task: Task, fd: number, text: string): Outcome | undefined {
  const file = fileOf(k, task, fd);
  if (file === undefined) return undefined;
  if (!file.writable) return refuse(k, WRITE.unwritable);
  const map = mapOf(k, file);
  const line = file.format.kind === "raw" ? text : text.replace(/\n$/, "");
  const value = parse(file.format, "value", line, map.spec.value_size);
  if (value === undefined) return refuse(k, KEY.text);
  if (map.frozen) return refuse(k, KEY.frozen);
  const kind = kindOf(map.spec.map_type)!;
  const written = outcomeOf(k, kind.update(map, file.key, value, 0, false, { k, task }));
  return written.answer.kind === "value" ? done(written.kernel, text.length) : written;
}

/** What else is done with a descriptor of a key's file, and is not thought of. */
export function otherwise(k: K, task: Task, op: string, fd: number): Outcome | undefined {
  return fileOf(k, task, fd) === undefined ? undefined : unmodelled(k, `${op} of a key's file`);
}
