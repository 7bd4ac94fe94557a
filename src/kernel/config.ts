/**
 * What a machine is like that runs the kernel. These are inputs: the model never guesses them.
 */
export interface Config {
  /** `kernel.unprivileged_bpf_disabled`: 0 lets everyone, 1 and 2 want CAP_BPF. */
  readonly unprivileged_bpf_disabled: 0 | 1 | 2;
  /** Possible CPUs. */
  readonly cpus: number;
  /** Online NUMA nodes, numbered from 0. */
  readonly numa_nodes: number;
  /** Bytes of memory: no single area of a map can be larger (the kernel answers ENOMEM). */
  readonly totalram: number;
  /** `fs.protected_symlinks` */
  readonly protected_symlinks: 0 | 1;
  /** `fs.protected_hardlinks` */
  readonly protected_hardlinks: 0 | 1;
  /** Whether CPU mitigations are off, which spares arrays their rounding up for the unprivileged. */
  readonly mitigations_off: boolean;
  /**
   * One bpffs for each mount namespace, which every mount in it shows, as Linux 4.4 had it. None of
   * the five kernels is so.
   */
  readonly bpffs_singleton: boolean;
  /** `net.ipv4.tcp_available_congestion_control` at boot: the kernel's own algorithms. */
  readonly tcp_congestion_control: readonly string[];
}

/** What the real machine decides by chance or by its past, given to `boot` as seeds. */
export interface Seeds {
  /** The first map id. */
  readonly map_id: number;
  /** The first program id. */
  readonly prog_id: number;
  /** The first id of BTF that user space loads; the kernel's own comes before it. */
  readonly btf_id: number;
  /** The first link id. */
  readonly link_id: number;
  /** Where the seeds of hash maps start; a map with BPF_F_ZERO_SEED uses 0 whatever this is. */
  readonly hashrnd: number;
}

/** A kernel as it boots where nothing is said of it. */
export const DEFAULT_CONFIG: Config = {
  unprivileged_bpf_disabled: 2,
  cpus: 2,
  numa_nodes: 1,
  totalram: 2 ** 40,
  protected_symlinks: 0,
  protected_hardlinks: 1,
  mitigations_off: false,
  bpffs_singleton: false,
  tcp_congestion_control: ["reno", "cubic"],
};

/** Where a kernel starts that has just booted. */
export const DEFAULT_SEEDS: Seeds = {
  map_id: 1,
  prog_id: 1,
  btf_id: 2,
  link_id: 1,
  hashrnd: 0x9e3779b9,
};
