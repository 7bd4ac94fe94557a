import { type CommandName, COMMANDS } from "../abi/commands.ts";
import type { Command } from "./args.ts";
import { btf_load } from "./btf_load.ts";
import { HEADED } from "./head.ts";
import {
  btf_get_fd_by_id,
  btf_get_next_id,
  link_get_fd_by_id,
  link_get_next_id,
  map_get_fd_by_id,
  map_get_next_id,
  prog_get_fd_by_id,
  prog_get_next_id,
} from "./ids.ts";
import { link_create } from "./link_create.ts";
import { link_detach } from "./link_detach.ts";
import { link_update } from "./link_update.ts";
import { map_create } from "./map_create.ts";
import { map_delete_elem } from "./map_delete_elem.ts";
import { map_freeze } from "./map_freeze.ts";
import { map_get_next_key } from "./map_get_next_key.ts";
import { map_lookup_elem } from "./map_lookup_elem.ts";
import { map_update_elem } from "./map_update_elem.ts";
import { obj_get } from "./obj_get.ts";
import { obj_get_info_by_fd } from "./obj_get_info_by_fd.ts";
import { obj_pin } from "./obj_pin.ts";
import { prog_load } from "./prog_load.ts";

/** The commands that are modelled in full. */
export const MODELLED = {
  MAP_CREATE: map_create,
  MAP_LOOKUP_ELEM: map_lookup_elem,
  MAP_UPDATE_ELEM: map_update_elem,
  MAP_DELETE_ELEM: map_delete_elem,
  MAP_GET_NEXT_KEY: map_get_next_key,
  PROG_LOAD: prog_load,
  OBJ_PIN: obj_pin,
  OBJ_GET: obj_get,
  PROG_GET_NEXT_ID: prog_get_next_id,
  MAP_GET_NEXT_ID: map_get_next_id,
  PROG_GET_FD_BY_ID: prog_get_fd_by_id,
  MAP_GET_FD_BY_ID: map_get_fd_by_id,
  OBJ_GET_INFO_BY_FD: obj_get_info_by_fd,
  BTF_LOAD: btf_load,
  BTF_GET_FD_BY_ID: btf_get_fd_by_id,
  MAP_FREEZE: map_freeze,
  BTF_GET_NEXT_ID: btf_get_next_id,
  LINK_CREATE: link_create,
  LINK_UPDATE: link_update,
  LINK_GET_FD_BY_ID: link_get_fd_by_id,
  LINK_GET_NEXT_ID: link_get_next_id,
  LINK_DETACH: link_detach,
} as const satisfies { readonly [N in CommandName]?: Command<N> };

type Table = { readonly [N in CommandName]: Command<N> };

/** Every command; one that is not modelled has the checks at its head. */
export const COMMAND_TABLE: Table = Object.fromEntries(
  COMMANDS.map(({ name }) => [
    name,
    (MODELLED as Partial<Table>)[name] ?? HEADED.get(name)!.command,
  ]),
) as Table;
