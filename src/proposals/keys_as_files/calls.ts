import type { Format } from "./format.ts";

/** A format, or that of the map's own BTF, which is made into format strings. */
export type AskedFormat = Format | { readonly kind: "btf" };

/** The calls that the proposal adds, and those of files that the model has not without it. */
export type KeysCall =
  /** bpf(BPF_MAP_EXPAND): pins a map as a directory in which every key is a file. */
  | {
    readonly op: "MAP_EXPAND";
    readonly map_fd: number;
    readonly pathname: string;
    readonly format: AskedFormat;
  }
  /** mount(2) of a pin on a directory: the other way that was thought of. */
  | {
    readonly op: "mount_keys";
    readonly source: string;
    readonly target: string;
    readonly format: AskedFormat;
  }
  | { readonly op: "umount_keys"; readonly target: string }
  /** getdents(2): at most `count` names, each ended by a NUL; `ret` is how many. */
  | { readonly op: "getdents_keys"; readonly fd: number; readonly count: number }
  /** stat(2) of a key: writes the permission bits, uid, gid and inode number. */
  | { readonly op: "stat_key"; readonly path: string }
  /** read(2) from the start: the whole text of a value. */
  | { readonly op: "read_key"; readonly fd: number }
  | { readonly op: "write_key"; readonly fd: number; readonly text: string };

/** open(2): make the key where it is not there. */
export const O_CREAT = 0o100;
