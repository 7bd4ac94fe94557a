/**
 * The calls that a machine with character devices takes beside the kernel's own. `stat` tells the
 * number of a device as well, and `mount` knows a type "disk".
 */
export type DeviceCall =
  /** mknod(2) of a character device. */
  | {
    readonly op: "mknod_dev";
    readonly path: string;
    readonly mode: number;
    readonly major: number;
    readonly minor: number;
  }
  /** The two commands of the text; `tail` where a byte of attr after `dev_fd` is not zero. */
  | {
    readonly op: "bind_dev" | "fetch_dev";
    readonly bpf_fd: number;
    readonly dev_fd: number;
    readonly tail?: boolean;
  }
  /** The command that the reading by number cannot do without. */
  | { readonly op: "unbind_dev"; readonly dev_fd: number; readonly tail?: boolean }
  /** Inodes that nobody has open leave memory, where a disk has them. */
  | { readonly op: "drop_caches" };

/** One of them, by its name. */
export type CallOf<Op extends DeviceCall["op"]> = Extract<DeviceCall, { op: Op }>;
