import type { Delegation } from "./inodes.ts";

/** What a mount is asked for, as the options change it one by one. */
export interface MountOptions {
  readonly source: string | undefined;
  /** MS_RDONLY, MS_SYNCHRONOUS, MS_DIRSYNC, MS_MANDLOCK and MS_LAZYTIME. */
  readonly sbFlags: number;
  /** Which of them the options have spoken of. */
  readonly sbMask: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly delegation: Delegation;
}
