import { BPF_LINK_TYPE_STRUCT_OPS, BPF_STRUCT_OPS } from "../abi/constants.ts";
import { fileAt, freeFd, install } from "../kernel/fds.ts";
import { insert, nextFreeId } from "../kernel/ids.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfLink } from "../kernel/links.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdMap, putLink } from "../kernel/refs.ts";
import { isRegistered, register } from "../kernel/registry.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { contentsOf, isReady } from "../maps/struct_ops/state.ts";
import { algorithmOf } from "../maps/struct_ops/tcp.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Args, Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, link_create, and bpf_struct_ops.c, bpf_struct_ops_link_create. */
export const R = rules("LINK_CREATE", {
  attr: ["EINVAL", "a byte after the last field is not zero"],
  map_fd: ["EBADF", "`attach_type` is BPF_STRUCT_OPS and `map_fd` is not an open descriptor", {
    since: "6.12",
  }],
  not_map: ["EINVAL", "`attach_type` is BPF_STRUCT_OPS and `map_fd` is not a map", {
    since: "6.12",
  }],
  not_ready: [
    "EINVAL",
    "`attach_type` is BPF_STRUCT_OPS and the map is not a struct_ops map with BPF_F_LINK that was filled",
    { since: "6.12" },
  ],
  fd_limit: ["EMFILE", "a struct_ops link, and no descriptor below RLIMIT_NOFILE is free", {
    since: "6.12",
  }],
  tcp_exists: [
    "EEXIST",
    "a struct_ops link, and an algorithm of the name is registered; an id is used up",
    { since: "6.12" },
  ],
  prog_fd: ["EBADF", "`prog_fd` is not an open descriptor"],
  not_prog: ["EINVAL", "`prog_fd` is not a program"],
});

/** BPF_LINK_CREATE: attaches, and returns a link that holds the attachment. Modelled for struct_ops. */
export const link_create: Command<"LINK_CREATE"> = (k, task, args) => {
  if (args.tail) return refuse(k, R.attr);
  const type = (args.attr.attach_type ?? 0) >>> 0;
  if (type === BPF_STRUCT_OPS && has(k.version, DELTA.struct_ops_link)) {
    return structOpsLink(k, task, args);
  }
  const file = fileAt(k, task, args.attr.prog_fd ?? args.attr.map_fd);
  if (file === undefined) return refuse(k, R.prog_fd);
  if (file.object.of !== "prog") return refuse(k, R.not_prog);
  return unmodelled(k, "links of programs");
};

function structOpsLink(k: Kernel, task: Task, { attr }: Args<"LINK_CREATE">): Outcome {
  const file = fileAt(k, task, attr.map_fd ?? attr.prog_fd);
  if (file === undefined) return refuse(k, R.map_fd);
  if (file.object.of !== "map") return refuse(k, R.not_map);
  const map = k.maps.table.get(file.object.id)!;
  if (!isReady(map)) return refuse(k, R.not_ready);
  if (freeFd(task) === undefined) return refuse(k, R.fd_limit);
  const id = nextFreeId(k.links);
  if (id === undefined) return unmodelled(k, "more than 2^31 links");
  const link: BpfLink = {
    id,
    type: BPF_LINK_TYPE_STRUCT_OPS,
    attach_type: BPF_STRUCT_OPS,
    of: "map",
    object: undefined,
    refs: 1,
  };
  const primed = { ...k, links: insert(k.links, id, link) };
  const name = algorithmOf(k, contentsOf(map));
  if (isRegistered(k, name)) return refuse(putLink(primed, id), R.tcp_exists);
  const attached = { ...primed, links: insert(k.links, id, { ...link, object: map.id }) };
  const registered = register(holdMap(attached, map.id, false), name, map.id);
  const installed = install(registered, task.number, { of: "link", id });
  return done(installed.k, installed.fd);
}
