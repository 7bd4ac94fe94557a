import type { MountOptions } from "./mount_options.ts";

/** A file system that fsopen(2) began and that is told its options step by step. */
export interface FsContext {
  readonly type: "bpf" | "tmpfs";
  /** The user namespace of who opened it; the file system will belong to it. */
  readonly userns: number;
  readonly options: MountOptions;
  /** What can be done next: options, a mount, nothing that is modelled, nothing at all. */
  readonly phase: "options" | "mount" | "mounted" | "failed";
  /** The instance, once it is created; the context holds it. */
  readonly sb: number | undefined;
}
