import { BPF_F_RDONLY, BPF_F_TOKEN_FD, BPF_F_WRONLY } from "../abi/constants.ts";
import { INT_MAX } from "../abi/limits.ts";
import { word } from "../abi/words.ts";
import { capable } from "../kernel/capabilities.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { type FileObject, type Mode, RDONLY, RDWR, WRONLY } from "../kernel/files.ts";
import type { IdTable } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type IdKind, type Outcome, refuse } from "../kernel/outcome.ts";
import { holdBtf, holdLink, holdMap, holdProg } from "../kernel/refs.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Args, attrWritable, type Command } from "./args.ts";

function nextIdRules(command: string) {
  return rules(command, {
    attr: ["EINVAL", "a byte after `next_id` is not zero"],
    start_id: ["EINVAL", "`start_id` is INT_MAX or larger"],
    capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
    end: ["ENOENT", "no object has a larger id"],
    next_id_fault: ["EFAULT", "`next_id` cannot be written back to attr"],
  });
}

/** Source: kernel/bpf/syscall.c, bpf_obj_get_next_id. */
export const MAP_NEXT = nextIdRules("MAP_GET_NEXT_ID");
export const PROG_NEXT = nextIdRules("PROG_GET_NEXT_ID");
export const LINK_NEXT = nextIdRules("LINK_GET_NEXT_ID");
export const BTF_NEXT = nextIdRules("BTF_GET_NEXT_ID");

type NextRules = ReturnType<typeof nextIdRules>;

function nextId(
  k: Kernel,
  task: Task,
  args:
    | Args<"MAP_GET_NEXT_ID">
    | Args<"PROG_GET_NEXT_ID">
    | Args<"BTF_GET_NEXT_ID">
    | Args<"LINK_GET_NEXT_ID">,
  kind: IdKind,
  R: NextRules,
): Outcome {
  if (args.tail) return refuse(k, R.attr);
  const start = (args.attr.start_id ?? 0) >>> 0;
  if (start >= INT_MAX) return refuse(k, R.start_id);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, R.capability);
  const next = tableOf(k, kind).table.nextIndex(start + 1);
  if (next === undefined) return refuse(k, R.end);
  if (!attrWritable(args, 4, 4)) return refuse(k, R.next_id_fault);
  const ids = [{ kind, offset: 0 }];
  return done(k, 0, [{ field: "next_id", offset: 0, bytes: word(next), ids }]);
}

function tableOf(k: Kernel, kind: IdKind): IdTable<unknown> {
  return k[`${kind}s`];
}

/** BPF_MAP_GET_NEXT_ID: the smallest map id above `start_id`. */
export const map_get_next_id: Command<"MAP_GET_NEXT_ID"> = (k, task, args) =>
  nextId(k, task, args, "map", MAP_NEXT);

/** BPF_PROG_GET_NEXT_ID: the smallest program id above `start_id`. */
export const prog_get_next_id: Command<"PROG_GET_NEXT_ID"> = (k, task, args) =>
  nextId(k, task, args, "prog", PROG_NEXT);

/** BPF_BTF_GET_NEXT_ID: the smallest BTF id above `start_id`. */
export const btf_get_next_id: Command<"BTF_GET_NEXT_ID"> = (k, task, args) =>
  nextId(k, task, args, "btf", BTF_NEXT);

/** BPF_LINK_GET_NEXT_ID: the smallest link id above `start_id`. */
export const link_get_next_id: Command<"LINK_GET_NEXT_ID"> = (k, task, args) =>
  nextId(k, task, args, "link", LINK_NEXT);

/** Source: kernel/bpf/syscall.c, bpf_map_get_fd_by_id. */
export const MAP_FD = rules("MAP_GET_FD_BY_ID", {
  attr: ["EINVAL", "a byte after `open_flags` is not zero"],
  open_flags: ["EINVAL", "`open_flags` has a bit other than BPF_F_RDONLY and BPF_F_WRONLY"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  access: ["EINVAL", "`open_flags` has both BPF_F_RDONLY and BPF_F_WRONLY"],
  absent: ["ENOENT", "no map has the id"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** BPF_MAP_GET_FD_BY_ID: a descriptor of a map by its id. `next_id` is not looked at. */
export const map_get_fd_by_id: Command<"MAP_GET_FD_BY_ID"> = (k, task, { attr, tail }) => {
  if (tail) return refuse(k, MAP_FD.attr);
  const flags = (attr.open_flags ?? 0) >>> 0;
  if ((flags & ~(BPF_F_RDONLY | BPF_F_WRONLY)) !== 0) return refuse(k, MAP_FD.open_flags);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, MAP_FD.capability);
  const mode = modeOf(flags);
  if (mode === undefined) return refuse(k, MAP_FD.access);
  const id = (attr.map_id ?? 0) >>> 0;
  if (k.maps.table.get(id) === undefined) return refuse(k, MAP_FD.absent);
  return descriptor(holdMap(k, id, true), k, task, { of: "map", id, mode }, MAP_FD.fd_limit);
};

/** `bpf_get_file_flag`: what a descriptor may do, or undefined where both flags are set. */
export function modeOf(flags: number): Mode | undefined {
  if ((flags & BPF_F_RDONLY) !== 0) return (flags & BPF_F_WRONLY) !== 0 ? undefined : RDONLY;
  return (flags & BPF_F_WRONLY) !== 0 ? WRONLY : RDWR;
}

/** Source: kernel/bpf/syscall.c, bpf_prog_get_fd_by_id. */
export const PROG_FD = rules("PROG_GET_FD_BY_ID", {
  attr: ["EINVAL", "a byte after `prog_id` is not zero"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  absent: ["ENOENT", "no program has the id"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** BPF_PROG_GET_FD_BY_ID: a descriptor of a program by its id. */
export const prog_get_fd_by_id: Command<"PROG_GET_FD_BY_ID"> = (k, task, { attr, tail }) => {
  if (tail) return refuse(k, PROG_FD.attr);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, PROG_FD.capability);
  const id = (attr.prog_id ?? 0) >>> 0;
  if (k.progs.table.get(id) === undefined) return refuse(k, PROG_FD.absent);
  return descriptor(holdProg(k, id), k, task, { of: "prog", id }, PROG_FD.fd_limit);
};

/** Source: kernel/bpf/syscall.c, bpf_link_get_fd_by_id. */
export const LINK_FD = rules("LINK_GET_FD_BY_ID", {
  attr: ["EINVAL", "a byte after `link_id` is not zero"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  absent: ["ENOENT", "no link has the id"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** BPF_LINK_GET_FD_BY_ID: a descriptor of a link by its id. */
export const link_get_fd_by_id: Command<"LINK_GET_FD_BY_ID"> = (k, task, { attr, tail }) => {
  if (tail) return refuse(k, LINK_FD.attr);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, LINK_FD.capability);
  const id = (attr.link_id ?? 0) >>> 0;
  if (k.links.table.get(id) === undefined) return refuse(k, LINK_FD.absent);
  return descriptor(holdLink(k, id), k, task, { of: "link", id }, LINK_FD.fd_limit);
};

/** Source: kernel/bpf/syscall.c, bpf_btf_get_fd_by_id. */
export const BTF_FD = rules("BTF_GET_FD_BY_ID", {
  attr: ["EINVAL", "a byte after `btf_id` (from 6.18 on, after `fd_by_id_token_fd`) is not zero"],
  open_flags: ["EINVAL", "`open_flags` has a bit other than BPF_F_TOKEN_FD", { since: "6.18" }],
  token_fd: ["EBADF", "`open_flags` has BPF_F_TOKEN_FD and `fd_by_id_token_fd` is not open", {
    since: "6.18",
  }],
  not_token: [
    "EINVAL",
    "`open_flags` has BPF_F_TOKEN_FD and `fd_by_id_token_fd` is not a token",
    { since: "6.18" },
  ],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  absent: ["ENOENT", "no BTF has the id"],
  fd_limit: ["EMFILE", "the task has RLIMIT_NOFILE descriptors"],
});

/** BPF_BTF_GET_FD_BY_ID: a descriptor of BTF by its id. */
export const btf_get_fd_by_id: Command<"BTF_GET_FD_BY_ID"> = (k, task, { attr, tail }) => {
  if (tail) return refuse(k, BTF_FD.attr);
  const flags = has(k.version, DELTA.btf_fd_tokens) ? (attr.open_flags ?? 0) >>> 0 : 0;
  if ((flags & ~BPF_F_TOKEN_FD) !== 0) return refuse(k, BTF_FD.open_flags);
  if (flags !== 0) {
    const file = fileAt(k, task, attr.fd_by_id_token_fd);
    return refuse(k, file === undefined ? BTF_FD.token_fd : BTF_FD.not_token);
  }
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, BTF_FD.capability);
  const id = (attr.btf_id ?? 0) >>> 0;
  if (k.btfs.table.get(id) === undefined) return refuse(k, BTF_FD.absent);
  return descriptor(holdBtf(k, id), k, task, { of: "btf", id }, BTF_FD.fd_limit);
};

/** A new descriptor of an object that `held` holds a reference on for it. */
export function descriptor(
  held: Kernel,
  before: Kernel,
  task: Task,
  object: FileObject,
  limit: Rule,
): Outcome {
  if (freeFd(task) === undefined) return refuse(before, limit);
  const installed = install(held, task.number, object);
  return done(installed.k, installed.fd);
}
