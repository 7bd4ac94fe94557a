import { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH } from "../abi/constants.ts";
import { array } from "./array.ts";
import { hash } from "./hash.ts";
import type { MapKind } from "./kind.ts";

/** The kind of a map type, or undefined where the model does not cover the type yet. */
export function kindOf(map_type: number): MapKind | undefined {
  if (map_type === BPF_MAP_TYPE_HASH) return hash;
  if (map_type === BPF_MAP_TYPE_ARRAY) return array;
  return undefined;
}
