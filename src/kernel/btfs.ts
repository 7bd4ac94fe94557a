/** A BTF object: the kernel's own, or one that BTF_LOAD made. */
export interface BpfBtf {
  readonly id: number;
  /** The whole BTF as it was loaded, latin-1, header and all. */
  readonly data: string;
  /** Whether it is the kernel's own (`vmlinux`). */
  readonly kernel: boolean;
  /** `vmlinux` for the kernel's own, empty for one of user space. */
  readonly name: string;
  /** Descriptors, maps and programs that hold it; the kernel itself holds its own. */
  readonly refs: number;
}
