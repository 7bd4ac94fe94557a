import { BPF_F_REPLACE } from "../abi/constants.ts";
import { fileAt } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfLink } from "../kernel/links.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { holdMap, putMap, withLink } from "../kernel/refs.ts";
import { register, unregister } from "../kernel/registry.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { contentsOf, isReady } from "../maps/struct_ops/state.ts";
import { algorithmOf } from "../maps/struct_ops/tcp.ts";
import type { Args, Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, link_update, and bpf_struct_ops.c, bpf_struct_ops_map_link_update. */
export const R = rules("LINK_UPDATE", {
  attr: ["EINVAL", "a byte after the last field is not zero"],
  flags: ["EINVAL", "`flags` has a bit other than BPF_F_REPLACE"],
  link_fd: ["EBADF", "`link_fd` is not an open descriptor"],
  not_link: ["EINVAL", "`link_fd` is not a link"],
  new_map_fd: ["EBADF", "`new_map_fd` is not an open descriptor", { since: "6.12" }],
  new_not_map: ["EINVAL", "`new_map_fd` is not a map", { since: "6.12" }],
  old_map_fd: ["EBADF", "`flags` has BPF_F_REPLACE and `old_map_fd` is not an open descriptor", {
    since: "6.12",
  }],
  old_not_map: ["EINVAL", "`flags` has BPF_F_REPLACE and `old_map_fd` is not a map", {
    since: "6.12",
  }],
  old_without_flag: ["EINVAL", "`old_map_fd` is not 0 and `flags` has no BPF_F_REPLACE", {
    since: "6.12",
  }],
  not_ready: ["EINVAL", "the new map is not a struct_ops map with BPF_F_LINK that was filled", {
    since: "6.12",
  }],
  detached: ["ENOLINK", "the link is detached", { since: "6.12" }],
  replace: ["EPERM", "`flags` has BPF_F_REPLACE and the link's map is not `old_map_fd`", {
    since: "6.12",
  }],
  tcp_name: ["EINVAL", "the two maps name their algorithms differently", { since: "6.12" }],
});

/** BPF_LINK_UPDATE: puts another map in the place of a struct_ops link's. */
export const link_update: Command<"LINK_UPDATE"> = (k, task, args) => {
  if (args.tail) return refuse(k, R.attr);
  if ((((args.attr.flags ?? 0) >>> 0) & ~BPF_F_REPLACE) !== 0) return refuse(k, R.flags);
  const file = fileAt(k, task, args.attr.link_fd);
  if (file === undefined) return refuse(k, R.link_fd);
  if (file.object.of !== "link") return refuse(k, R.not_link);
  const link = k.links.table.get(file.object.id)!;
  return link.of === "map" ? updateMap(k, task, link, args) : unmodelled(k, "links of programs");
};

function updateMap(
  k: Kernel,
  task: Task,
  link: BpfLink,
  { attr }: Args<"LINK_UPDATE">,
): Outcome {
  const file = fileAt(k, task, attr.new_map_fd ?? attr.new_prog_fd);
  if (file === undefined) return refuse(k, R.new_map_fd);
  if (file.object.of !== "map") return refuse(k, R.new_not_map);
  const map = k.maps.table.get(file.object.id)!;
  const oldFd = (attr.old_map_fd ?? attr.old_prog_fd ?? 0) >>> 0;
  const replaces = ((attr.flags ?? 0) & BPF_F_REPLACE) !== 0;
  const old = replaces ? fileAt(k, task, oldFd) : undefined;
  if (replaces && old === undefined) return refuse(k, R.old_map_fd);
  if (old !== undefined && old.object.of !== "map") return refuse(k, R.old_not_map);
  if (!replaces && oldFd !== 0) return refuse(k, R.old_without_flag);
  if (!isReady(map)) return refuse(k, R.not_ready);
  if (link.object === undefined) return refuse(k, R.detached);
  if (old?.object.of === "map" && old.object.id !== link.object) return refuse(k, R.replace);
  const name = algorithmOf(k, contentsOf(map));
  const current = k.maps.table.get(link.object)!;
  if (algorithmOf(k, contentsOf(current)) !== name) return refuse(k, R.tcp_name);
  // The kernel puts the map's entry into its list a second time and then takes it out.
  if (current.id === map.id) return unmodelled(k, "a link updated to the map that it has");
  const swapped = register(unregister(k, current.id), name, map.id);
  const held = holdMap(withLink(swapped, { ...link, object: map.id }), map.id, false);
  return done(putMap(held, current.id, false));
}
