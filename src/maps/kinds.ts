import {
  BPF_MAP_TYPE_ARRAY,
  BPF_MAP_TYPE_HASH,
  BPF_MAP_TYPE_STRUCT_OPS,
} from "../abi/constants.ts";
import { array } from "./array.ts";
import { hash } from "./hash.ts";
import type { MapKind } from "./kind.ts";
import { structOps } from "./struct_ops/struct_ops.ts";

/** The kind of a map type, or undefined where the model does not cover the type yet. */
export function kindOf(map_type: number): MapKind | undefined {
  if (map_type === BPF_MAP_TYPE_HASH) return hash;
  if (map_type === BPF_MAP_TYPE_ARRAY) return array;
  if (map_type === BPF_MAP_TYPE_STRUCT_OPS) return structOps;
  return undefined;
}
