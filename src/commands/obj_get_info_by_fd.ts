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
  if (args.tail) return refuse(k, R.attr);
  const object = fileAt(k, task, args.attr.bpf_fd)?.object;
  if (object === undefined) return refuse(k, R.bad_fd);
  switch (object.of) {
    case "prog":
      return progInfo(k, task, k.progs.table.get(object.id)!, args);
    case "map":
      return mapInfo(k, k.maps.table.get(object.id)!, args);
    case "btf":
      return btfInfo(k, k.btfs.table.get(object.id)!, args);
    case "link":
      return linkInfo(k, k.links.table.get(object.id)!, args);
    default:
      return refuse(k, R.not_bpf);
  }
};
