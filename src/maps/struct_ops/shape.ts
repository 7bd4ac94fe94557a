/**
 * What a struct_ops map holds, as the kernel's own BTF describes it: a kernel's struct of functions
 * inside a value struct that also has a state and a count.
 */
import {
  type BtfType,
  type BtfTypes,
  type Member,
  named,
  parse,
  resolved,
} from "../../btf/types.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Unmodelled } from "../../kernel/outcome.ts";
import { atLeast, type Version } from "../../kernel/version.ts";

/** A member of the kernel's struct. */
export interface Slot {
  readonly name: string;
  /** From the start of the kernel's struct. */
  readonly offset: number;
  readonly size: number;
  /** A function, the module that owns the struct, or anything else. */
  readonly role: "func" | "module" | "data";
}

/** Bytes from one offset of the value to another. */
type Span = readonly [from: number, to: number];

/** A struct that programs may implement, with its places in the value of a struct_ops map. */
export interface Shape {
  /** The kernel's struct: `tcp_congestion_ops`. */
  readonly name: string;
  readonly type_id: number;
  readonly value_id: number;
  readonly value_size: number;
  /** Where in the value the kernel's struct is. */
  readonly dataAt: number;
  readonly slots: readonly Slot[];
  /** Padding of both structs. */
  readonly holes: readonly Span[];
}

/** The first of the five kernels that registers a struct. */
const STRUCTS: readonly (readonly [name: string, since: Version])[] = [
  ["tcp_congestion_ops", "5.10"],
  ["bpf_dummy_ops", "6.1"],
];

const PREFIX = "bpf_struct_ops_";

interface Known {
  readonly data: string;
  readonly types: BtfTypes;
}

let last: Known | undefined;

/** The kernel's own types; the last BTF is kept, what is returned is a function of the bytes. */
export function kernelTypes({ vmlinux }: Kernel): BtfTypes {
  if (last?.data !== vmlinux) last = { data: vmlinux, types: parse(vmlinux) };
  return last.types;
}

/**
 * A struct that programs may implement, by its name; undefined where the kernel has none such.
 *
 * @example
 * ```ts
 * import { bootKernel, structOps } from "bpfspec";
 * const tcp = structOps(bootKernel("6.18"), "tcp_congestion_ops");
 * if (!tcp?.slots.some(({ name, role }) => name === "ssthresh" && role === "func")) {
 *   throw new Error("no ssthresh");
 * }
 * ```
 */
export function structOps(k: Kernel, name: string): Shape | undefined {
  const struct = named(kernelTypes(k), "STRUCT", name);
  const shape = struct === undefined ? undefined : shapeOfStruct(k, struct.id);
  return shape === undefined || "what" in shape ? undefined : shape;
}

/** `bpf_struct_ops_find_value`: undefined where no struct_ops has a value of the type. */
export function shapeOfValue(k: Kernel, value_id: number): Shape | Unmodelled | undefined {
  return shapeOf(
    k,
    kernelTypes(k).types[value_id],
    (type) => type.name.slice(PREFIX.length),
    PREFIX,
  );
}

/** `bpf_struct_ops_find`: the same by the type of the kernel's struct. */
export function shapeOfStruct(k: Kernel, type_id: number): Shape | Unmodelled | undefined {
  return shapeOf(k, kernelTypes(k).types[type_id], (type) => type.name, "");
}

function shapeOf(
  k: Kernel,
  type: BtfType | undefined,
  nameOf: (type: BtfType) => string,
  prefix: string,
): Shape | Unmodelled | undefined {
  if (type?.kind !== "STRUCT" || !type.name.startsWith(prefix)) return undefined;
  const types = kernelTypes(k);
  const name = nameOf(type);
  const value = named(types, "STRUCT", PREFIX + name);
  const struct = named(types, "STRUCT", name);
  if (value?.kind !== "STRUCT" || struct?.kind !== "STRUCT") return undefined;
  const known = STRUCTS.find(([each]) => each === name);
  if (known === undefined) return { kind: "unmodelled", what: `struct_ops of ${name}` };
  if (!atLeast(k.version, known[1])) return undefined;
  const dataAt = value.members[value.members.length - 1].bitOffset / 8;
  return {
    name,
    type_id: struct.id,
    value_id: value.id,
    value_size: value.size,
    dataAt,
    slots: struct.members.map((member) => slotOf(types, member)),
    holes: [...holesIn(types, value, 0), ...holesIn(types, struct, dataAt)],
  };
}

function slotOf(types: BtfTypes, { name, type, bitOffset }: Member): Slot {
  const member = resolved(types, type);
  const target = member.kind === "PTR" ? resolved(types, member.type) : undefined;
  const isModule = target?.name === "module" &&
    (target.kind === "STRUCT" || target.kind === "FWD");
  const role = isModule ? "module" : target?.kind === "FUNC_PROTO" ? "func" : "data";
  return { name, offset: bitOffset / 8, size: sizeOf(types, type), role };
}

const POINTER = 8;

function sizeOf(types: BtfTypes, id: number): number {
  const type = resolved(types, id);
  if (type.kind === "ARRAY") return type.nelems * sizeOf(types, type.type);
  if (type.kind === "PTR") return POINTER;
  return "size" in type ? type.size : 0;
}

/** `check_zero_holes`: what no member covers. */
function holesIn(
  types: BtfTypes,
  struct: Extract<BtfType, { kind: "STRUCT" | "UNION" }>,
  base: number,
): readonly Span[] {
  const holes: Span[] = [];
  let end = 0;
  for (const { type, bitOffset } of struct.members) {
    if (bitOffset / 8 > end) holes.push([base + end, base + bitOffset / 8]);
    end = bitOffset / 8 + sizeOf(types, type);
  }
  if (struct.size > end) holes.push([base + end, base + struct.size]);
  return holes;
}
