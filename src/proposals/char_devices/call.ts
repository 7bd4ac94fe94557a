/** The calls that a machine with character devices takes beside the kernel's own. */
export type DeviceCall =
  /** mknod(2) of a character device. */
  | {
    readonly op: "mknod";
    readonly path: string;
    readonly mode: number;
    readonly major: number;
    readonly minor: number;
  }
  /** stat(2) of a device: `rdev` is written, 12 bits of major and 20 of minor number. */
  | { readonly op: "stat"; readonly path: string }
  /** link(2) of a device. */
  | { readonly op: "link"; readonly path: string; readonly to: string }
  /** The two commands of the text; `tail` where a byte of attr after `dev_fd` is not zero. */
  | {
    readonly op: "bind_dev" | "fetch_dev";
    readonly bpf_fd: number;
    readonly dev_fd: number;
    readonly tail?: boolean;
  }
  /** The command that the reading by number cannot do without. */
  | { readonly op: "unbind_dev"; readonly dev_fd: number; readonly tail?: boolean }
  /** mount(2) of a tmpfs, or of a file system on a disk. */
  | {
    readonly op: "mount";
    readonly path: string;
    readonly type: "tmpfs" | "disk";
    readonly nodev: boolean;
  }
  /** unshare(2) with CLONE_NEWUSER and CLONE_NEWNS. */
  | { readonly op: "unshare_user" }
  /** Inodes that nobody has open leave memory, where a disk has them. */
  | { readonly op: "drop_caches" };
