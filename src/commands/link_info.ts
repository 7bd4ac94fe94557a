/** The info of a link. Source: kernel/bpf/syscall.c, bpf_link_get_info_by_fd. */
import { INFOS } from "../abi/infos.ts";
import { read } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfLink } from "../kernel/links.ts";
import { type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import type { Args } from "./args.ts";
import { checkInfoTail, putInfo } from "./info_out.ts";
import { R } from "./info_rules.ts";

const MAP_ID_AT = 16;

/** The info is read first: what the kernel does not fill in keeps the caller's bytes. */
export function linkInfo(k: Kernel, link: BpfLink, args: Args<"OBJ_GET_INFO_BY_FD">): Outcome {
  if (link.of !== "map") return unmodelled(k, "links of programs");
  const refused = checkInfoTail(args, INFOS.bpf_link_info.tail[k.version]!);
  if (refused !== undefined) return refuse(k, refused);
  const length = Math.min((args.attr.info_len ?? 0) >>> 0, INFOS.bpf_link_info.size[k.version]!);
  const given = read(args.memory, args.attr.info, length);
  if (given === undefined) return refuse(k, R.link_info_unreadable);
  const head = word(link.type) + word(link.id);
  // A struct_ops link has no program, and a detached one no map: nothing is written there.
  const middle = given.slice(head.length, MAP_ID_AT);
  const map = link.object === undefined ? given.slice(MAP_ID_AT, MAP_ID_AT + 4) : word(link.object);
  const whole = (head + middle.padEnd(MAP_ID_AT - head.length, "\0") + map +
    given.slice(MAP_ID_AT + 4)).slice(0, length);
  const mapId = link.object === undefined ? [] : [{ kind: "map", offset: MAP_ID_AT } as const];
  const ids = [{ kind: "link", offset: 4 } as const, ...mapId];
  return putInfo(k, args, whole, [], { ids });
}
