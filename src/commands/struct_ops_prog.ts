/** What the verifier looks at first in a STRUCT_OPS program. Source: check_struct_ops_btf_id. */
import type { Kernel } from "../kernel/kernel.ts";
import type { Unmodelled } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { shapeOfStruct } from "../maps/struct_ops/shape.ts";

/** The rules of PROG_LOAD that it fires. */
interface Rules {
  readonly struct_ops_license: Rule;
  readonly struct_ops_struct: Rule;
  readonly struct_ops_member: Rule;
  readonly struct_ops_unsupported: Rule;
}

/** Why a STRUCT_OPS program is refused whatever its instructions are. */
export function checkStructOps(
  k: Kernel,
  R: Rules,
  gpl: boolean,
  struct: number,
  member: number,
): Rule | Unmodelled | undefined {
  if (!gpl) return R.struct_ops_license;
  const shape = shapeOfStruct(k, struct);
  if (shape === undefined) return R.struct_ops_struct;
  if ("what" in shape) return shape;
  const slot = shape.slots[member];
  if (slot?.role !== "func") return R.struct_ops_member;
  return slot.name === "get_info" ? R.struct_ops_unsupported : undefined;
}
