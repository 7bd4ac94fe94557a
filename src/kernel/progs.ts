/** Instructions after the verifier. */
export interface Xlated {
  readonly bytes: string;
  /** Where ids of maps stand among them. */
  readonly mapIdsAt: readonly number[];
  /** How many the verifier walked: a load of 64 bits, two slots, is one. */
  readonly walked: number;
}

/** A loaded program. */
export interface BpfProg {
  readonly id: number;
  readonly prog_type: number;
  readonly expected_attach_type: number;
  /** The type of the kernel's own BTF that it is for; 0 where none. */
  readonly attach_btf_id: number;
  readonly name: string;
  readonly gpl_compatible: boolean;
  /** The instructions as they were loaded, latin-1, eight bytes each. */
  readonly insns: string;
  /**
   * The instructions as the kernel tells them, with map ids among them; undefined where the model
   * does not know what the verifier makes of the program.
   */
  readonly xlated: Xlated | undefined;
  /** Ids of the maps that it uses, in the order of first use; it holds a reference on each. */
  readonly maps: readonly number[];
  readonly created_by_uid: number;
  /** Bytes charged to RLIMIT_MEMLOCK (5.10). */
  readonly charge: number;
  readonly refs: number;
}
