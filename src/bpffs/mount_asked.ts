/** What a call of mount(2) asks for, and which of its flags are whose. */
import type { Ptr } from "../abi/memory.ts";
import * as MS from "../abi/mount_flags.ts";

/** The arguments of mount(2). A number is a bare address: NULL, or one that cannot be read. */
export interface MountCall {
  readonly source?: Ptr;
  readonly target: string;
  readonly type?: Ptr;
  readonly flags?: number;
  readonly data?: Ptr;
}

/** What a mount is asked for, read. */
export interface Asked {
  readonly source: string | undefined;
  readonly type: string | undefined;
  readonly data: string;
  readonly flags: number;
}

/** What stands for a file system's flags, of those that `mounts` shows. */
export const SB_FLAGS = MS.MS_RDONLY | MS.MS_SYNCHRONOUS | MS.MS_MANDLOCK | MS.MS_DIRSYNC |
  MS.MS_LAZYTIME;

export const ATIME = MS.MS_NOATIME | MS.MS_NODIRATIME | MS.MS_RELATIME;

/** The flags that are the mount's own. */
export function mountFlags(flags: number): number {
  const plain = flags & (MS.MS_RDONLY | MS.MS_NOSUID | MS.MS_NODEV | MS.MS_NOEXEC |
    MS.MS_NODIRATIME | MS.MS_NOSYMFOLLOW);
  const atime = (flags & MS.MS_STRICTATIME) !== 0
    ? 0
    : flags & MS.MS_NOATIME
    ? MS.MS_NOATIME
    : MS.MS_RELATIME;
  return plain | atime;
}
