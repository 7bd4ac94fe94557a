/** The calls of files that show attributes; the model has none of them without the proposal. */
export type AttributeCall =
  /** getxattr(2) of `bpf.NAME`, into a buffer of `size` bytes. */
  | { readonly op: "get_fact"; readonly path: string; readonly name: string; readonly size: number }
  /** listxattr(2): the names, each ended by a NUL. */
  | { readonly op: "list_facts"; readonly path: string }
  /** setxattr(2) of such a name. */
  | { readonly op: "set_fact"; readonly path: string; readonly name: string }
  /** Reads a whole directory below /sys/kernel/bpf: the names, each ended by a NUL. */
  | { readonly op: "list_sysfs"; readonly path: string }
  /** read(2) of an attribute from the start. */
  | { readonly op: "read_attribute"; readonly fd: number };
