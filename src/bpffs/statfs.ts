/** statfs(2) of a bpffs or a tmpfs: what it is, and how it is mounted (fs/statfs.c, fs/libfs.c). */
import * as E from "fp-ts/lib/Either.js";
import * as MS from "../abi/mount_flags.ts";
import { word } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import type { Task } from "../kernel/task.ts";
import { pathAt, resolve } from "./walk.ts";

const BPF_FS_MAGIC = 0xcafe4a11;
const TMPFS_MAGIC = 0x01021994;
const ST_VALID = 0x20;
const ST_RELATIME = 0x1000;
const ST_NOSYMFOLLOW = 0x2000;

/** statfs(2); `type`, `bsize`, `namelen` and `flags` are written. */
export function statfs(k: Kernel, task: Task, path: string): Outcome {
  const found = E.chain(() => resolve(k, task, path))(pathAt([], path));
  if (E.isLeft(found)) return refuse(k, found.left);
  const sb = k.fs.superblocks.get(found.right.inode.sb)!;
  if (sb.type !== "bpf" && sb.type !== "tmpfs") {
    return unmodelled(k, "statfs of other file systems");
  }
  const { flags } = k.fs.mounts.get(found.right.mount)!;
  // The flags of ST_* and MS_* agree up to MS_NODIRATIME.
  const plain = flags & (MS.MS_RDONLY | MS.MS_NOSUID | MS.MS_NODEV | MS.MS_NOEXEC |
    MS.MS_NOATIME | MS.MS_NODIRATIME);
  const shown = ST_VALID | plain |
    (flags & MS.MS_RELATIME ? ST_RELATIME : 0) |
    (flags & MS.MS_NOSYMFOLLOW ? ST_NOSYMFOLLOW : 0) |
    (sb.readOnly ? MS.MS_RDONLY : 0) | (sb.flags & (MS.MS_SYNCHRONOUS | MS.MS_MANDLOCK));
  const told = {
    type: sb.type === "bpf" ? BPF_FS_MAGIC : TMPFS_MAGIC,
    bsize: 4096,
    namelen: 255,
    flags: shown,
  };
  const writes = Object.entries(told).map(([field, value]) => ({
    field,
    offset: 0,
    bytes: word(value),
  }));
  return done(k, 0, writes);
}
