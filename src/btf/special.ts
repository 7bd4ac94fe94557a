/** What in a map's value is more than bytes: locks, timers, pointers to kernel objects. */
import { atLeast, type Version } from "../kernel/version.ts";
import { type BtfType, type BtfTypes, resolved } from "./types.ts";

/** The structs that the kernel knows by name, with the first of the five kernels that does. */
const SPECIAL: Readonly<Record<string, Version>> = {
  bpf_spin_lock: "5.10",
  bpf_timer: "6.1",
  bpf_list_head: "6.12",
  bpf_list_node: "6.12",
  bpf_rb_root: "6.12",
  bpf_rb_node: "6.12",
  bpf_refcount: "6.12",
  bpf_wq: "6.12",
  bpf_res_spin_lock: "6.18",
  bpf_task_work: "6.18",
};

function isSpecial(version: Version, { kind, name }: BtfType): boolean {
  const since = kind === "STRUCT" && Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
  return since !== undefined && atLeast(version, since);
}

/** Whether a value of the type holds a special field, however deep it lies. */
export function holdsSpecial(version: Version, btf: BtfTypes, id: number): boolean {
  const seen = new Set<number>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const type = resolved(btf, next);
    if (isSpecial(version, type) || isTagged(version, btf, type)) return true;
    waiting.push(...partsOf(type));
  }
  return false;
}

/** A pointer with a type tag: one that a program may put a kernel object into. */
function isTagged(version: Version, btf: BtfTypes, type: BtfType): boolean {
  return atLeast(version, "6.1") && type.kind === "PTR" &&
    btf.types[type.type]?.kind === "TYPE_TAG";
}

/** The types that lie inside a type. */
function partsOf(type: BtfType): readonly number[] {
  switch (type.kind) {
    case "STRUCT":
    case "UNION":
      return type.members.map((member) => member.type);
    case "DATASEC":
      return type.vars.map((each) => each.type);
    case "ARRAY":
    case "VAR":
      return [type.type];
    default:
      return [];
  }
}
