import { BPF_F_LINK, BPF_F_VTYPE_BTF_OBJ_FD } from "../../abi/constants.ts";
import { word, wordAt } from "../../abi/words.ts";
import { bpfCapable } from "../../kernel/capabilities.ts";
import { fileAt } from "../../kernel/fds.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { BpfMap } from "../../kernel/maps.ts";
import { putMap, withMap } from "../../kernel/refs.ts";
import { unregister } from "../../kernel/registry.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { type CreateAttr, type MapKind, sizes } from "../kind.ts";
import { overMemlock } from "../memlock.ts";
import { STRUCT_OPS as R } from "./rules.ts";
import { shapeOfValue } from "./shape.ts";
import { contentsOf, INIT, INUSE, TOBEFREE } from "./state.ts";
import { update } from "./update.ts";

/** What 5.10 charges: less than a page. */
const CHARGE = 1024;

function allocCheck(k: Kernel, _task: Task, attr: CreateAttr): Rule | undefined {
  const { key_size, max_entries, map_flags } = sizes(attr);
  if (key_size !== 4) return R.create_key_size;
  if (max_entries !== 1) return R.create_max_entries;
  const known = has(k.version, DELTA.struct_ops_link) ? BPF_F_LINK | BPF_F_VTYPE_BTF_OBJ_FD : 0;
  if ((map_flags & ~known) !== 0) return R.create_flags;
  return attr.btf_vmlinux_value_type_id ? undefined : R.create_value_type;
}

const alloc: MapKind["alloc"] = (k, task, attr) => {
  if (!bpfCapable(task.cred)) return R.create_capability;
  if ((sizes(attr).map_flags & BPF_F_VTYPE_BTF_OBJ_FD) !== 0) {
    // No module has BTF in the model.
    const file = fileAt(k, task, attr.value_type_btf_obj_fd);
    return file === undefined ? R.create_module_fd : R.create_not_module;
  }
  const shape = shapeOfValue(k, (attr.btf_vmlinux_value_type_id ?? 0) >>> 0);
  if (shape === undefined) return R.create_no_struct;
  if ("what" in shape) return shape;
  if (sizes(attr).value_size !== shape.value_size) return R.create_value_size;
  if (!has(k.version, DELTA.memcg) && overMemlock(k, task, CHARGE)) return R.create_memlock;
  return {
    contents: {
      kind: "struct_ops",
      value_id: shape.value_id,
      state: INIT,
      value: "\0".repeat(shape.value_size),
      progs: [],
    },
    hashrnd: 0,
    bucketMask: 0,
    cost: CHARGE,
  };
};

const lookup: MapKind["lookup"] = (map, key, most) => {
  if (wordAt(key, 0) !== 0) return R.lookup_key;
  const { state, value } = contentsOf(map);
  if (state === INIT) return "\0".repeat(most);
  // The count is of what holds the map beside descriptors and pins: the registration, links.
  return (word(map.refs - map.urefs) + word(state) + value.slice(8)).slice(0, most);
};

/** In the place of a function is the id of its program. */
const idsIn: MapKind["idsIn"] = (k, map) => {
  const { value, value_id } = contentsOf(map);
  const shape = shapeOfValue(k, value_id);
  if (shape === undefined || "what" in shape) return [];
  return shape.slots.filter(({ role }) => role === "func")
    .map(({ offset }) => shape.dataAt + offset)
    .filter((offset) => wordAt(value, offset) !== 0)
    .map((offset) => ({ kind: "prog", offset }));
};

const remove: MapKind["remove"] = (map, _key, { k }) => {
  if ((map.spec.map_flags & BPF_F_LINK) !== 0) return R.delete_link;
  const contents = contentsOf(map);
  if (contents.state === TOBEFREE) return R.delete_again;
  if (contents.state !== INUSE) return R.delete_empty;
  const left = withMap(k, { ...map, contents: { ...contents, state: TOBEFREE } });
  return { k: putMap(unregister(left, map.id), map.id, false), ret: 0 };
};

function nextKey(_map: BpfMap, key: string | undefined): string | Rule {
  return key !== undefined && wordAt(key, 0) === 0 ? R.next_key_last : word(0);
}

/** BPF_MAP_TYPE_STRUCT_OPS: a struct of the kernel's, implemented by programs. */
export const structOps: MapKind = {
  allocCheck,
  alloc,
  keyless: false,
  checkBtf: () => undefined,
  lookup,
  idsIn,
  update,
  remove,
  nextKey,
};
