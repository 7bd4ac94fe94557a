import type { BpfBtf } from "./btfs.ts";
import type { Config, Seeds } from "./config.ts";
import type { FsContext } from "./contexts.ts";
import type { OpenFile } from "./files.ts";
import type { IdTable } from "./ids.ts";
import type { FileSystem } from "./inodes.ts";
import type { BpfLink } from "./links.ts";
import type { BpfMap } from "./maps.ts";
import type { BpfProg } from "./progs.ts";
import type { Radix } from "./radix.ts";
import type { Congestion } from "./registry.ts";
import type { Socket } from "./sockets.ts";
import type { Task } from "./task.ts";
import type { UserNamespace } from "./userns.ts";
import type { Version } from "./version.ts";

/**
 * The whole state of the machine as far as bpf(2) can see it. It never changes: a transition
 * returns another one, which shares with this one all that stayed as it was.
 */
export interface Kernel {
  readonly version: Version;
  readonly config: Config;
  readonly seeds: Seeds;
  readonly tasks: Radix<Task>;
  /** Open files by a number that nobody sees. */
  readonly files: Radix<OpenFile>;
  readonly nextFile: number;
  readonly maps: IdTable<BpfMap>;
  readonly progs: IdTable<BpfProg>;
  readonly btfs: IdTable<BpfBtf>;
  /** The kernel's own BTF, latin-1; from 6.1 on it also stands in `btfs`, as id 1. */
  readonly vmlinux: string;
  readonly links: IdTable<BpfLink>;
  /** The TCP congestion control algorithms that are registered, the oldest first. */
  readonly congestion: readonly Congestion[];
  readonly sockets: Radix<Socket>;
  readonly fs: FileSystem;
  readonly userns: Radix<UserNamespace>;
  /** File systems that are being made by fsopen(2). */
  readonly contexts: Radix<FsContext>;
}
