import { fileAt } from "../kernel/fds.ts";
import { refuse } from "../kernel/outcome.ts";
import type { Command } from "./args.ts";
import { btfInfo } from "./btf_info.ts";
import { R } from "./info_rules.ts";
import { linkInfo } from "./link_info.ts";
import { mapInfo } from "./map_info.ts";
import { progInfo } from "./prog_info.ts";

/** BPF_OBJ_GET_INFO_BY_FD: describes the object behind a descriptor. */
export const obj_get_info_by_fd: Command<"OBJ_GET_INFO_BY_FD"> = (k, task, args) => {
  const { attr } = args;
  if (args.tail) return refuse(k, R.attr);
  const file = fileAt(k, task, attr.bpf_fd);
  if (file === undefined) return refuse(k, R.bad_fd);
  if (file.object.of === "prog") {
    return progInfo(k, task, k.progs.table.get(file.object.id)!, args);
  }
  if (file.object.of === "link") return linkInfo(k, k.links.table.get(file.object.id)!, args);
  if (file.object.of === "btf") return btfInfo(k, k.btfs.table.get(file.object.id)!, args);
  if (file.object.of !== "map") return refuse(k, R.not_bpf);
  return mapInfo(k, k.maps.table.get(file.object.id)!, args);
};
