/**
 * What is known of BTF that was loaded. The last one is kept: a loader makes all its maps from one
 * BTF. What is returned is a function of the bytes and the version alone.
 */
import type { Version } from "../kernel/version.ts";
import { checkedBtf } from "./check.ts";
import type { Resolver } from "./resolver.ts";
import { type BtfTypes, parse } from "./types.ts";

interface Known {
  readonly version: Version;
  readonly data: string;
  readonly types: BtfTypes;
  readonly checked: Resolver | undefined;
}

let last: Known | undefined;

function known(version: Version, data: string): Known {
  if (last?.data !== data || last.version !== version) {
    last = { version, data, types: parse(data), checked: checkedBtf(version, data) };
  }
  return last;
}

/** The types of BTF that was loaded. */
export function typesOf(version: Version, data: string): BtfTypes {
  return known(version, data).types;
}

/** A type that has a size, and the size; what it is behind typedefs, qualifiers and variables. */
export interface Sized {
  readonly id: number;
  readonly size: number;
}

/** `btf_type_id_size`: undefined where there is no such type, or where it has no size. */
export function sized(version: Version, data: string, id: number): Sized | undefined {
  return known(version, data).checked?.sized(id);
}
