/** MAP_UPDATE_ELEM of a struct_ops map: what fills it, and registers the struct. */
import { BPF_F_LINK, BPF_PROG_TYPE_STRUCT_OPS } from "../../abi/constants.ts";
import { quad, wordAt } from "../../abi/words.ts";
import { fileAt } from "../../kernel/fds.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { BpfMap } from "../../kernel/maps.ts";
import type { Unmodelled } from "../../kernel/outcome.ts";
import { holdMap, holdProg, withMap } from "../../kernel/refs.ts";
import { isRegistered, register } from "../../kernel/registry.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import type { Caller, Effect, MapKind } from "../kind.ts";
import { STRUCT_OPS as R } from "./rules.ts";
import { type Shape, shapeOfValue, type Slot } from "./shape.ts";
import { contentsOf, INIT, INUSE, READY, REFCNT_AT, STATE_AT } from "./state.ts";
import { initMember, nameIn, validate } from "./tcp.ts";

/** What a value came to: the value with ids for descriptors, and the programs. */
interface Filled {
  readonly value: string;
  readonly progs: readonly number[];
}

/** The `owner` defect: the call returns this, and nothing has happened. */
interface Forgotten {
  readonly ret: number;
}

export const update: MapKind["update"] = (map, key, value, flags, high, caller) => {
  const { k } = caller;
  if (flags !== 0 || high) return R.update_flags;
  if (wordAt(key, 0) !== 0) return R.update_key;
  const shape = shapeOfValue(k, contentsOf(map).value_id)!;
  if ("what" in shape) return shape;
  if (shape.holes.some(([from, to]) => !isZero(value, from, to))) return R.update_holes;
  if (wordAt(value, STATE_AT) !== 0 || wordAt(value, REFCNT_AT) !== 0) return R.update_state;
  if (contentsOf(map).state !== INIT) return R.update_busy;
  const filled = fill(caller, shape, value);
  if ("errno" in filled || "what" in filled) return filled;
  if ("ret" in filled) return { k, ret: filled.ret };
  const refused = validate(shape, value);
  if (refused !== undefined) return refused;
  return registered(k, map, filled, nameIn(shape, value)!);
};

/** With BPF_F_LINK the map is ready for LINK_CREATE; without, the struct is registered here. */
function registered(k: Kernel, map: BpfMap, filled: Filled, name: string): Effect | Rule {
  const isLink = (map.spec.map_flags & BPF_F_LINK) !== 0;
  if (!isLink && isRegistered(k, name)) return R.update_tcp_exists;
  const contents = { ...contentsOf(map), ...filled, state: isLink ? READY : INUSE };
  const held = withMap(filled.progs.reduce(holdProg, k), { ...map, contents });
  if (isLink) return { k: held, ret: 0 };
  // What is registered is held: by itself, until it is deleted.
  return { k: register(holdMap(held, map.id, false), name, map.id), ret: 0 };
}

function isZero(value: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (value[at] !== "\0") return false;
  return true;
}

/** Every member in its order, each as its struct takes it. */
function fill(
  { k, task }: Caller,
  shape: Shape,
  value: string,
): Filled | Forgotten | Rule | Unmodelled {
  const progs: number[] = [];
  let filled = value;
  let last = 0;
  for (const [index, slot] of shape.slots.entries()) {
    const at = shape.dataAt + slot.offset;
    if (slot.role === "module") {
      // The kernel leaves without an error of its own: what the member before returned stands.
      if (!isZero(value, at, at + slot.size)) return { ret: last };
      continue;
    }
    const taken = shape.name === "bpf_dummy_ops"
      ? R.update_dummy
      : initMember(k, shape, slot, value);
    if (typeof taken === "object") return taken;
    last = taken;
    if (taken === 1) continue;
    const prog = member(k, task, shape, slot, index, value);
    if (typeof prog === "object") return prog;
    if (prog === 0) continue;
    progs.push(prog);
    filled = filled.slice(0, at) + quad(prog) + filled.slice(at + slot.size);
  }
  return { value: filled, progs };
}

/** A member that the struct does not deal with itself: the program's id, or 0 where none is given. */
function member(
  k: Kernel,
  task: Task,
  shape: Shape,
  slot: Slot,
  index: number,
  value: string,
): number | Rule {
  const at = shape.dataAt + slot.offset;
  if (slot.role !== "func") return isZero(value, at, at + slot.size) ? 0 : R.update_data;
  const fd = wordAt(value, at);
  if (fd === 0) return 0;
  const file = fileAt(k, task, fd);
  if (file === undefined) return R.update_bad_fd;
  if (file.object.of !== "prog") return R.update_not_prog;
  const prog = k.progs.table.get(file.object.id)!;
  const fits = prog.prog_type === BPF_PROG_TYPE_STRUCT_OPS &&
    prog.attach_btf_id === shape.type_id && prog.expected_attach_type === index;
  return fits ? prog.id : R.update_other_prog;
}
