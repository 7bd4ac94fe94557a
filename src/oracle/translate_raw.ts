/** Raw calls as script steps: segments become areas, and addresses into them references. */
import {
  BPF_COMMON_ATTRS,
  BPF_OBJ_GET_INFO_BY_FD,
  type Call,
  COMMANDS,
  decodeAttr,
  type Field,
  latin1,
  type RawCall,
} from "bpfspec";
import { areaOf, NotReplayable } from "./areas.ts";
import { NOBODY } from "./ids.ts";
import { INFO_POINTERS } from "./memory_after.ts";
import type { Area, Argument, Patch } from "./script.ts";
import type { Translated } from "./translate.ts";

const FD_BY_ID: ReadonlySet<number> = new Set([13, 14, 19, 30]);

/** Keeps a script from opening an object that it did not make: raw bytes name it by a number. */
function refuseForeignId(cmd: number, attr: Uint8Array): void {
  const id = attr.length >= 4 ? new DataView(attr.buffer, attr.byteOffset).getUint32(0, true) : 0;
  if (FD_BY_ID.has(cmd & ~BPF_COMMON_ATTRS) && id !== 0 && id < NOBODY) {
    throw new NotReplayable("an id in raw bytes may be somebody else's object");
  }
}

/** A raw call: its segments become areas, and addresses into them become references. */
export function raw(task: number, call: Extract<Call, { op: "raw" }>): Translated {
  const memory = call.memory ?? [];
  const areas: Record<number, Area> = {};
  const places: Record<string, number> = {};
  const patches: Patch[] = [];
  memory.forEach((segment, i) => {
    areas[i + 1] = { bytes: segment.bytes, readOnly: segment.readonly === true };
    places[`segment${i}`] = i + 1;
  });
  const args: Record<string, Argument> = { cmd: call.cmd >>> 0, size: call.size >>> 0 };
  const attr = placeAttr(call, areas, args);
  refuseForeignId(call.cmd, attr);
  const point = (area: number, offset: number, value: bigint) => {
    const i = memory.findIndex((s) => s.at <= value && value < s.at + BigInt(s.bytes.length));
    if (i < 0) return undefined;
    const delta = Number(value - memory[i].at);
    patches.push({ area, offset, value: { address: i + 1, delta } });
    return delta === 0 ? i + 1 : undefined;
  };
  pointersOf(call.cmd, attr).forEach(({ offset, value }) => point(0, offset, value));
  infoPointers(call, attr).forEach(({ segment, offset, value }) => {
    point(segment + 1, offset, value);
  });
  if (call.common !== undefined) placeCommon(call, areas, args, places, point);
  return { step: { task, op: "bpf", args, areas, patches }, areas: places };
}

/** Puts attr into area 0, from the segment it lies in where it is an address. */
function placeAttr(
  call: RawCall,
  areas: Record<number, Area>,
  args: Record<string, Argument>,
): Uint8Array {
  const direct = areaOf(call.attr);
  if (direct !== undefined) return areas[0] = direct;
  const at = BigInt(call.attr as number | bigint);
  const segment = (call.memory ?? []).find((s) => s.at <= at && at < s.at + BigInt(s.bytes.length));
  if (segment === undefined) {
    args.attr = { at };
    return new Uint8Array();
  }
  const bytes = segment.bytes.slice(Number(at - segment.at));
  areas[0] = { bytes, readOnly: segment.readonly === true };
  return bytes;
}

interface Pointer {
  readonly offset: number;
  readonly value: bigint;
}

/** The pointer fields of a command's attr that lie whole in the bytes given. */
function pointersOf(cmd: number, attr: Uint8Array): readonly Pointer[] {
  const command = COMMANDS[cmd & ~BPF_COMMON_ATTRS];
  if (command === undefined) return [];
  const values = decodeAttr(command.name, latin1(attr)) as Readonly<Record<string, unknown>>;
  return (command.fields as readonly Field[])
    .filter((field) => field.kind === "ptr" && field.offset + 8 <= attr.length)
    .map((field) => ({ offset: field.offset, value: values[field.name] as bigint }));
}

/** The pointers inside an info, with the segment that it is in. */
function infoPointers(
  call: RawCall,
  attr: Uint8Array,
): readonly (Pointer & { readonly segment: number })[] {
  if ((call.cmd & ~BPF_COMMON_ATTRS) !== BPF_OBJ_GET_INFO_BY_FD || attr.length < 16) return [];
  const at = new DataView(attr.buffer, attr.byteOffset).getBigUint64(8, true);
  const segment = (call.memory ?? []).findIndex((s) => s.at === at);
  if (segment < 0) return [];
  const { bytes } = call.memory![segment];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Object.values(INFO_POINTERS).filter((offset) => offset + 8 <= bytes.length)
    .map((offset) => ({ segment, offset, value: view.getBigUint64(offset, true) }));
}

function placeCommon(
  call: RawCall,
  areas: Record<number, Area>,
  args: Record<string, Argument>,
  places: Record<string, number>,
  point: (area: number, offset: number, value: bigint) => number | undefined,
): void {
  args.size_common = (call.size_common ?? 0) >>> 0;
  const bytes = areaOf(call.common!);
  if (bytes === undefined) {
    args.common = BigInt(call.common as number | bigint);
    return;
  }
  const area = Object.keys(areas).length + (areas[0] === undefined ? 1 : 0);
  areas[area] = bytes;
  args.common = { address: area };
  places.common = area;
  if (bytes.length < 8) return;
  const log = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const at = point(area, 0, log);
  if (at !== undefined) places["common.log_buf"] = at;
}
