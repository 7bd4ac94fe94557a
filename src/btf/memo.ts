import { type BtfTypes, parse } from "./types.ts";

let last: { readonly data: string; readonly types: BtfTypes } | undefined;

/**
 * The types of well-formed BTF. The last one is kept: a loader makes all its maps from one BTF. What
 * is returned is a function of the bytes alone.
 */
export function typesOf(data: string): BtfTypes {
  if (last?.data !== data) last = { data, types: parse(data) };
  return last.types;
}
