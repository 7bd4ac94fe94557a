/** BTF of a map's keys and values, at MAP_CREATE. Source: kernel/bpf/syscall.c, map_check_btf. */
import { sized, typesOf } from "../btf/memo.ts";
import { holdsSpecial } from "../btf/special.ts";
import { fileAt } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { MapBtf } from "../kernel/maps.ts";
import type { Unmodelled } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { type CreateAttr, type MapKind, sizes } from "../maps/kind.ts";
import { R } from "./map_create_rules.ts";
import { DELTA, has } from "../versions/deltas.ts";

/** What a map keeps of its BTF; undefined where the caller says nothing of BTF. */
export function mapBtf(
  k: Kernel,
  task: Task,
  attr: CreateAttr,
  kind: MapKind,
): MapBtf | undefined | Rule | Unmodelled {
  const key_type_id = (attr.btf_key_type_id ?? 0) >>> 0;
  const value_type_id = (attr.btf_value_type_id ?? 0) >>> 0;
  if (key_type_id === 0 && value_type_id === 0 && !attr.btf_vmlinux_value_type_id) return undefined;
  const file = fileAt(k, task, attr.btf_fd);
  if (file === undefined) return R.btf_fd;
  if (file.object.of !== "btf") return R.not_btf;
  const btf = k.btfs.table.get(file.object.id)!;
  if (btf.kernel) return R.btf_kernel;
  const refused = value_type_id === 0
    ? undefined
    : checkTypes(k, btf.data, attr, kind, key_type_id, value_type_id);
  return refused ?? { id: btf.id, key_type_id, value_type_id };
}

function checkTypes(
  k: Kernel,
  data: string,
  attr: CreateAttr,
  kind: MapKind,
  keyId: number,
  valueId: number,
): Rule | Unmodelled | undefined {
  const { key_size, value_size } = sizes(attr);
  const key = keyId === 0 ? undefined : sized(k.version, data, keyId);
  if (keyId !== 0 && key?.size !== key_size) return R.btf_key_size;
  const late = has(k.version, DELTA.keyless_late);
  if (keyId === 0 && !kind.keyless && !late) return R.btf_keyless;
  const value = sized(k.version, data, valueId);
  if (value?.size !== value_size) return R.btf_value_size;
  const types = typesOf(k.version, data);
  if (holdsSpecial(k.version, types, value.id)) {
    return { kind: "unmodelled", what: "values with locks, timers or kernel pointers" };
  }
  return kind.checkBtf(attr, key && types.types[key.id], types.types[value.id]);
}
