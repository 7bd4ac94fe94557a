import type { Format } from "./format.ts";

/** A format, or that of the map's own BTF, which is made into format strings. */
export type AskedFormat = Format | { readonly kind: "btf" };

/** The calls that the proposal adds; files of keys are opened, read and written as all files are. */
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
  /** One getdents64(2) of a directory of keys: at most `count` names, each ended by a NUL. */
  | { readonly op: "getdents_keys"; readonly fd: number; readonly count: number };
