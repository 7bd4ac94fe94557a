/** What user memory holds after a call, by the model and on the real kernel, area by area. */
import {
  BPF_OBJ_GET_INFO_BY_FD,
  type Call,
  commandAbi,
  COMMANDS,
  decodeAttr,
  type Field,
  latin1,
  type RawCall,
  type Write,
} from "bpfspec";
import type { Area, StepResult } from "./script.ts";
import type { Translated } from "./translate.ts";

export interface Place {
  readonly area: number;
  readonly offset: number;
}

export function bytesOf(area: Area): Uint8Array {
  return area instanceof Uint8Array ? area : area.bytes;
}

/** The command that a call is of, at either door. */
export function commandOf(call: Call): string | undefined {
  if (call.op === "bpf") return call.cmd;
  return call.op === "raw" ? COMMANDS[call.cmd & 0xffff]?.name : undefined;
}

/** Where a field of attr, or what it points to, is among the areas of a step. */
export function placeOf({ model, areas, step }: Translated, field: string): Place | undefined {
  const call = model!.call;
  if (areas[field] !== undefined) return { area: areas[field], offset: 0 };
  if (field === "common.log_true_size" && areas.common !== undefined) {
    return { area: areas.common, offset: 16 };
  }
  if (call.op === "raw") return rawPlace(call, field, bytesOf(step.areas?.[0] ?? new Uint8Array()));
  if (call.op !== "bpf") return undefined;
  const found = commandAbi(call.cmd).fields.find(({ name }) => name === field);
  // A pointer without an area of its own is a bare address: nothing is known of what is there.
  return found === undefined || found.kind === "ptr"
    ? undefined
    : { area: 0, offset: found.offset };
}

/** The same at the raw door: a pointer's value says which segment it points into. */
function rawPlace(
  call: Extract<Call, { op: "raw" }>,
  field: string,
  attr: Uint8Array,
): Place | undefined {
  if (field in INFO_POINTERS && call.cmd === BPF_OBJ_GET_INFO_BY_FD) {
    return infoPointerPlace(call, attr, INFO_POINTERS[field]);
  }
  const command = COMMANDS[call.cmd & 0xffff];
  const found = (command?.fields as readonly Field[] | undefined)?.find(({ name }) =>
    name === field
  );
  if (command === undefined || found === undefined) return undefined;
  if (found.kind !== "ptr") return { area: 0, offset: found.offset };
  const values = decodeAttr(command.name, latin1(attr)) as Readonly<Record<string, unknown>>;
  return segmentPlace(call, values[field] as bigint);
}

function segmentPlace({ memory = [] }: RawCall, at: bigint): Place | undefined {
  const i = memory.findIndex((s) => s.at <= at && at < s.at + BigInt(s.bytes.length));
  return i < 0 ? undefined : { area: i + 1, offset: Number(at - memory[i].at) };
}

/** The offset of `info` in attr. */
const INFO_AT = 8;
/** Pointers inside an info: of a map, of BTF, of a program. */
export const INFO_POINTERS: Readonly<Record<string, number>> = {
  hash: 88,
  btf: 0,
  name: 16,
  map_ids: 56,
  xlated_prog_insns: 32,
  prog_tags: 184,
};

/** Where something goes that a pointer inside the info points to. */
function infoPointerPlace(call: RawCall, attr: Uint8Array, offset: number): Place | undefined {
  if (attr.length < INFO_AT + 8) return undefined;
  const info = segmentPlace(call, u64(attr, INFO_AT));
  const bytes = info === undefined ? undefined : call.memory?.[info.area - 1].bytes;
  if (bytes === undefined || bytes.length < info!.offset + offset + 8) return undefined;
  return segmentPlace(call, u64(bytes, info!.offset + offset));
}

function u64(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true);
}

/** Every area as the model leaves it. */
export function expectedAreas(translated: Translated): Map<number, Uint8Array> {
  const { step, model } = translated;
  const areas = new Map<number, Uint8Array>();
  for (const [number, area] of Object.entries(step.areas ?? {})) {
    areas.set(Number(number), bytesOf(area).slice());
  }
  for (const write of model!.writes) put(translated, write, areas);
  return areas;
}

function put(translated: Translated, write: Write, areas: Map<number, Uint8Array>): void {
  const at = placeOf(translated, write.field);
  if (at === undefined) return;
  const from = at.offset + write.offset;
  // A socket's answers have an area of their own, as long as what came.
  const area = areas.get(at.area) ?? new Uint8Array(from + write.bytes.length);
  for (let i = 0; i < write.bytes.length; i++) area[from + i] = write.bytes.charCodeAt(i);
  areas.set(at.area, area);
}

/** An area as the real kernel left it; the executor reports those that changed. */
export function observedArea(
  { step }: Translated,
  observed: Extract<StepResult, { kind: "ran" }>,
  area: number,
): Uint8Array {
  return observed.areas[area] ?? bytesOf(step.areas?.[area] ?? new Uint8Array());
}

/** The bytes of an area that hold addresses or references: the script's, not the kernel's. */
export function patchedBytes({ step }: Translated, area: number): ReadonlySet<number> {
  const offsets = new Set<number>();
  for (const patch of step.patches ?? []) {
    if (patch.area !== area) continue;
    const size = "address" in patch.value ? 8 : 4;
    for (let i = 0; i < size; i++) offsets.add(patch.offset + i);
  }
  return offsets;
}
