import type { Credentials } from "./capabilities.ts";
import type { Radix } from "./radix.ts";

/** A slot of a descriptor table. */
export interface FdSlot {
  /** The open file that the descriptor refers to, by its number in `Kernel.files`. */
  readonly file: number;
  readonly cloexec: boolean;
}

/** Resource limits that bpf(2) life depends on. */
export interface Limits {
  /** RLIMIT_NOFILE: descriptors are smaller than this. */
  readonly nofile: number;
  /** RLIMIT_MEMLOCK in bytes: 5.10 charges maps and programs to it. */
  readonly memlock: number;
}

/** A shared memory mapping of a map. */
export interface Mapping {
  readonly file: number;
  readonly map: number;
  readonly writable: boolean;
}

/** A process. Tasks are numbered in the order of forks; the first one is 0. */
export interface Task {
  readonly number: number;
  readonly alive: boolean;
  readonly cred: Credentials;
  readonly fds: Radix<FdSlot>;
  readonly limits: Limits;
  readonly umask: number;
  /** The working directory, by its inode; it is held as an open file would hold it. */
  readonly cwd: number;
  readonly mappings: readonly Mapping[];
}
