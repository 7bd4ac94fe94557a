/** What reading a pinned map's file shows (kernel/bpf/inode.c, map_seq_show). */
import {
  BPF_F_NO_PREALLOC,
  BPF_MAP_TYPE_ARRAY,
  BPF_MAP_TYPE_HASH,
  BPF_MAP_TYPE_STRUCT_OPS,
} from "../abi/constants.ts";
import { wordAt } from "../abi/words.ts";
import { typesOf } from "../btf/memo.ts";
import { show, type Unknown } from "../btf/show.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap, MapBtf } from "../kernel/maps.ts";
import { isRule, round8 } from "../maps/kind.ts";
import { kindOf } from "../maps/kinds.ts";
import { kernelTypes } from "../maps/struct_ops/shape.ts";
import { contentsOf } from "../maps/struct_ops/state.ts";

const SHOWN: ReadonlySet<number> = new Set([BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH]);

/** `bpf_map_support_seq_show`: BTF says what the values are, and the type of map shows them. */
export function hasText({ spec }: BpfMap): boolean {
  // The kernel's own BTF describes the value of a struct_ops map; no other map can be told so.
  if (spec.map_type === BPF_MAP_TYPE_STRUCT_OPS) return true;
  return spec.btf !== undefined && spec.btf.value_type_id !== 0 && SHOWN.has(spec.map_type);
}

/** What stands above the elements. */
export const HEADING = "# WARNING!! The output is for debug purpose only\n" +
  "# WARNING!! The output format will change\n";

/** An element as a line; nothing where the key is not there any more. */
export function elementText(k: Kernel, map: BpfMap, key: string): string | Unknown {
  const { spec } = map;
  const value = kindOf(spec.map_type)!.lookup(map, key, spec.value_size);
  if (isRule(value)) return "";
  if (spec.map_type === BPF_MAP_TYPE_STRUCT_OPS) return structText(k, map, value);
  const { id, key_type_id, value_type_id } = spec.btf as MapBtf;
  const btf = typesOf(k.version, k.btfs.table.get(id)!.data);
  const shown = show(k.version, btf, value_type_id, { bytes: value, zeros: padding(map) });
  if (typeof shown !== "string") return shown;
  if (spec.map_type === BPF_MAP_TYPE_ARRAY) {
    return key_type_id === 0 ? `${shown}\n` : `${wordAt(key, 0)}: ${shown}\n`;
  }
  const name = show(k.version, btf, key_type_id, { bytes: key, zeros: 0 });
  return typeof name === "string" ? `${name}: ${shown}\n` : name;
}

/** A struct of the kernel's: the key is not shown. */
function structText(k: Kernel, map: BpfMap, value: string): string | Unknown {
  const shown = show(k.version, kernelTypes(k), contentsOf(map).value_id, {
    bytes: value,
    zeros: 0,
  });
  return typeof shown === "string" ? `${shown}\n` : shown;
}

/** Bytes between a value's end and the next multiple of 8: zero where elements are allocated zeroed. */
function padding({ spec: { map_type, map_flags, value_size } }: BpfMap): number {
  const zeroed = map_type === BPF_MAP_TYPE_ARRAY || (map_flags & BPF_F_NO_PREALLOC) === 0;
  return zeroed ? round8(value_size) - value_size : 0;
}

/** The key after `key`; undefined at the end. */
export function keyAfter(map: BpfMap, key: string | undefined): string | undefined {
  const next = kindOf(map.spec.map_type)!.nextKey(map, key);
  return isRule(next) ? undefined : next;
}
