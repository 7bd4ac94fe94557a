/** `tcp_congestion_ops`: what its side of the kernel asks of one that programs implement. */
import { objectName } from "../../abi/names.ts";
import { wordAt } from "../../abi/words.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { StructOpsContents } from "../../kernel/maps.ts";
import { isRegistered } from "../../kernel/registry.ts";
import type { Rule } from "../../kernel/rule.ts";
import { DELTA, has } from "../../versions/deltas.ts";
import { STRUCT_OPS as R } from "./rules.ts";
import { type Shape, shapeOfValue, type Slot } from "./shape.ts";

const NAME_SIZE = 16;

/** TCP_CONG_MASK */
function knownFlags(k: Kernel): number {
  return has(k.version, DELTA.struct_ops_accecn) ? 0x1f : 0x3;
}

/** The name that a value gives its algorithm; undefined where it is none. */
export function nameIn(shape: Shape, value: string): string | undefined {
  const slot = shape.slots.find(({ name }) => name === "name");
  const from = shape.dataAt + (slot?.offset ?? 0);
  return objectName(value.slice(from, from + NAME_SIZE)) || undefined;
}

/** Whether a function is there: a descriptor is an int, whatever the upper half says. */
function isGiven(shape: Shape, value: string, name: string): boolean {
  const slot = shape.slots.find((each) => each.name === name);
  return slot !== undefined && wordAt(value, shape.dataAt + slot.offset) !== 0;
}

const ALWAYS: ReadonlySet<string> = new Set(["ssthresh", "cong_avoid", "undo_cwnd"]);

/** `bpf_tcp_ca_init_member`: 1 where the member is dealt with, 0 where it is not. */
export function initMember(k: Kernel, shape: Shape, slot: Slot, value: string): 0 | 1 | Rule {
  if (slot.name === "flags") {
    const flags = wordAt(value, shape.dataAt + slot.offset);
    return (flags & ~knownFlags(k)) !== 0 ? R.update_tcp_flags : 1;
  }
  if (slot.name === "name") {
    const name = nameIn(shape, value);
    if (name === undefined) return R.update_tcp_name;
    const early = !has(k.version, DELTA.struct_ops_link);
    return early && isRegistered(k, name) ? R.update_tcp_taken : 1;
  }
  const early = !has(k.version, DELTA.struct_ops_required);
  const absent = early && ALWAYS.has(slot.name) && !isGiven(shape, value, slot.name);
  return absent ? R.update_tcp_absent : 0;
}

/** `tcp_validate_congestion_control` */
export function validate(shape: Shape, value: string): Rule | undefined {
  const given = (name: string) => isGiven(shape, value, name);
  const whole = given("ssthresh") && given("undo_cwnd") &&
    (given("cong_avoid") || given("cong_control"));
  return whole ? undefined : R.update_tcp_required;
}

/** The name of the algorithm that a filled map has. */
export function algorithmOf(k: Kernel, { value_id, value }: StructOpsContents): string {
  const shape = shapeOfValue(k, value_id);
  return shape === undefined || "what" in shape ? "" : nameIn(shape, value) ?? "";
}
