import type { KeysCall } from "../keys_as_files/calls.ts";

/** The calls that a machine with a file system for each map takes beside the kernel's own. */
export type MapMountCall =
  /** `mount -t bpffs -o DATA none PATH`: mount(2) with its options as a string. */
  | { readonly op: "mount_map"; readonly path: string; readonly data: string }
  /** What is done with directories of keys. */
  | Extract<KeysCall, { readonly op: "getdents_keys" }>;
