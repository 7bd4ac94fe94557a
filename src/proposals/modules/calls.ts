/** The calls that the proposal adds, and the two of sockets that show a module in use. */
export type ModuleCall =
  /** bpf(BPF_MODULE_REGISTER): registers programs under a name; returns a descriptor. */
  | {
    readonly op: "MODULE_REGISTER";
    readonly name: string;
    /** The struct of the kernel's that is implemented, `tcp_congestion_ops`. */
    readonly ops: string;
    /** Descriptors of programs, by the member of the struct that each implements. */
    readonly progs: Readonly<Record<string, number>>;
  }
  /** bpf(BPF_MODULE_UNREGISTER): by name, as rmmod does. */
  | { readonly op: "MODULE_UNREGISTER"; readonly name: string; readonly flags?: number }
  /** bpf(BPF_MODULE_GET_NEXT_ID) */
  | { readonly op: "MODULE_GET_NEXT_ID"; readonly start_id: number }
  /** bpf(BPF_MODULE_GET_FD_BY_ID) */
  | { readonly op: "MODULE_GET_FD_BY_ID"; readonly module_id: number }
  /** socket(AF_INET, SOCK_STREAM): it begins with the kernel's default. */
  | { readonly op: "tcp_socket" }
  /** setsockopt(TCP_CONGESTION) */
  | { readonly op: "set_congestion"; readonly fd: number; readonly name: string }
  /** getsockopt(TCP_CONGESTION): writes the name. */
  | { readonly op: "get_congestion"; readonly fd: number };

/** MODULE_UNREGISTER: not refused while in use; the module goes with its last user. */
export const BPF_F_MODULE_DEFER = 1;
