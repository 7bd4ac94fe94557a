/** The states of a struct_ops map (`enum bpf_struct_ops_state`), and where a value has them. */
import { BPF_F_LINK } from "../../abi/constants.ts";
import type { BpfMap, StructOpsContents } from "../../kernel/maps.ts";

export const INIT = 0;
export const INUSE = 1;
export const TOBEFREE = 2;
export const READY = 3;

export const REFCNT_AT = 0;
export const STATE_AT = 4;

export function contentsOf(map: BpfMap): StructOpsContents {
  return map.contents as StructOpsContents;
}

/** `bpf_struct_ops_valid_to_reg`: whether a link can register the map. */
export function isReady({ contents, spec }: BpfMap): boolean {
  return contents.kind === "struct_ops" && (spec.map_flags & BPF_F_LINK) !== 0 &&
    contents.state === READY;
}
