/**
 * Types of the kernel's own BTF have other ids on a real kernel than in the model: a path that names
 * one by its id is run with the real id of the type of that kind and name.
 */
import { type BtfType, parseBtf, type Step } from "bpfspec";
import type { KernelRunner } from "./script.ts";
import { readVmlinux } from "./vmlinux.ts";

/** Real ids by kind and name: `STRUCT tcp_congestion_ops`. */
export type TypeIds = Readonly<Record<string, number>>;

/** The fields that hold such an id, by command. */
export const TYPE_FIELDS: Readonly<Record<string, string>> = {
  MAP_CREATE: "btf_vmlinux_value_type_id",
  PROG_LOAD: "attach_btf_id",
};

/** Whether a path names a type of the kernel's own. */
export function usesTypes(trail: readonly Step[]): boolean {
  return trail.some(({ call }) => call.op === "bpf" && typeNamed(call.cmd, call.attr) !== 0);
}

/** The id of the type that a call names; 0 where it names none. */
export function typeNamed(cmd: string, attr: object): number {
  const field = TYPE_FIELDS[cmd];
  const value = field === undefined ? 0 : (attr as Record<string, unknown>)[field];
  return typeof value === "number" ? value >>> 0 : 0;
}

function nameOf({ kind, name }: BtfType): string {
  return `${kind} ${name}`;
}

let last: { readonly data: string; readonly types: readonly BtfType[] } | undefined;

function typesOf(vmlinux: string): readonly BtfType[] {
  if (last?.data !== vmlinux) last = { data: vmlinux, types: parseBtf(vmlinux).types };
  return last.types;
}

/** The real id of a type that the model's own BTF has; other numbers stay as they are. */
export function realId(vmlinux: string, ids: TypeIds, id: number): number {
  const type = typesOf(vmlinux)[id];
  return type === undefined || type.name === "" ? id : ids[nameOf(type)] ?? id;
}

const known = new WeakMap<KernelRunner, Promise<TypeIds>>();

/** What a real kernel's ids of the types are that struct_ops stands on; read once a runner. */
export function typeIdsOf(runner: KernelRunner): Promise<TypeIds> {
  const asked = known.get(runner) ?? readVmlinux(runner).then(structs);
  known.set(runner, asked);
  return asked;
}

/** The structs that have a value for maps, those values, and some types that are none of them. */
function structs(vmlinux: string): TypeIds {
  const { types } = parseBtf(vmlinux);
  const all = new Map<string, number>();
  for (const type of types) {
    const name = nameOf(type);
    if (type.name !== "" && !all.has(name)) all.set(name, type.id);
  }
  const values = [...all.keys()].filter((name) => /^STRUCT bpf_struct_ops_/.test(name));
  const wanted = values.flatMap((name) => [name, name.replace("bpf_struct_ops_", "")]);
  wanted.push("INT int", "STRUCT list_head", "TYPEDEF size_t");
  return Object.fromEntries(
    wanted.flatMap((name) => all.has(name) ? [[name, all.get(name)!] as const] : []),
  );
}
