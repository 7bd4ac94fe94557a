import { rules } from "../../kernel/rule.ts";

export const REGISTER = rules("MODULE_REGISTER", {
  bpf: ["EPERM", "the caller has neither CAP_BPF nor CAP_SYS_ADMIN"],
  net_admin: [
    "EPERM",
    "the struct is one of the network's and the caller has neither CAP_NET_ADMIN nor CAP_SYS_ADMIN",
  ],
  ops: ["ENOTSUPP", "the kernel has no struct of this name that modules may implement"],
  name: ["EINVAL", "`name` is empty, has more than 15 bytes, or a byte that no object name has"],
  member: ["EINVAL", "the struct has no such member, or it is no function"],
  bad_fd: ["EBADF", "a descriptor in `progs` is not open"],
  not_prog: ["EINVAL", "a descriptor in `progs` is not a program"],
  other_prog: ["EINVAL", "a program is of another type, struct or member"],
  mandatory: ["EINVAL", "a member that the subsystem cannot do without has no program"],
  exists: [
    "EEXIST",
    "the name is taken: by the kernel's own, by a struct_ops map, by a module, by one that is going",
  ],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors; nothing was registered"],
});

export const UNREGISTER = rules("MODULE_UNREGISTER", {
  flags: ["EINVAL", "`flags` has another bit than BPF_F_MODULE_DEFER"],
  bpf: ["EPERM", "the caller has neither CAP_BPF nor CAP_SYS_ADMIN"],
  absent: ["ENOENT", "no module that is live has the name"],
  busy: ["EBUSY", "something uses the module and the flag BPF_F_MODULE_DEFER is not given"],
});

export const NEXT_ID = rules("MODULE_GET_NEXT_ID", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  none: ["ENOENT", "no module has an id above `start_id`"],
});

export const FD_BY_ID = rules("MODULE_GET_FD_BY_ID", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  absent: ["ENOENT", "no module has this id"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** Of the sockets, as Linux has them, as far as a run here needs them. */
export const TCP = rules("TCP_CONGESTION", {
  bad_fd: ["EBADF", "the descriptor is not open"],
  not_socket: ["ENOTSOCK", "the descriptor is not a TCP socket"],
  absent: ["ENOENT", "no congestion control that can be taken has the name"],
});

export const MODULE_RULES = [REGISTER, UNREGISTER, NEXT_ID, FD_BY_ID, TCP]
  .flatMap((table) => Object.values(table));
