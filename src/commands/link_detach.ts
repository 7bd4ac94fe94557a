import { fileAt } from "../kernel/fds.ts";
import { done, refuse, unmodelled } from "../kernel/outcome.ts";
import { putMap, withLink } from "../kernel/refs.ts";
import { unregister } from "../kernel/registry.ts";
import { rules } from "../kernel/rule.ts";
import type { Command } from "./args.ts";

/** Source: kernel/bpf/syscall.c, link_detach, and bpf_struct_ops.c, bpf_struct_ops_map_link_detach. */
export const R = rules("LINK_DETACH", {
  attr: ["EINVAL", "a byte after `link_fd` is not zero"],
  link_fd: ["EBADF", "`link_fd` is not an open descriptor"],
  not_link: ["EINVAL", "`link_fd` is not a link"],
});

/** BPF_LINK_DETACH: undoes the attachment; the link stays, attached to nothing. */
export const link_detach: Command<"LINK_DETACH"> = (k, task, { attr, tail }) => {
  if (tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.link_fd);
  if (file === undefined) return refuse(k, R.link_fd);
  if (file.object.of !== "link") return refuse(k, R.not_link);
  const link = k.links.table.get(file.object.id)!;
  if (link.of !== "map") return unmodelled(k, "links of programs");
  if (link.object === undefined) return done(k);
  const loose = withLink(unregister(k, link.object), { ...link, object: undefined });
  return done(putMap(loose, link.object, false));
};
