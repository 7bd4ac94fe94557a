/**
 * From a machine's path to a script for a real kernel. What the model calls by its own numbers (ids,
 * buffers) becomes a reference that is filled in when the script runs.
 */
import {
  ATTR_SIZE,
  type BpfCall,
  type Call,
  commandAbi,
  type CommandName,
  COMMANDS,
  COMMON_ATTR,
  decodeAttr,
  encodeAttr,
  type Field,
  latin1,
  type Ptr,
  type RawCall,
  type Step as ModelStep,
  type Version,
} from "bpfspec";
import { commandOf } from "./memory_after.ts";
import type { Area, Argument, OpName, Patch, Reference, Script, Step } from "./script.ts";
import { Ids, NOBODY } from "./ids.ts";

/** A script's step, and the model's step that it stands for (none for a step that only asks). */
export interface Translated {
  readonly step: Step;
  readonly model?: ModelStep;
  /** Which area holds what a field points to. */
  readonly areas: Readonly<Record<string, number>>;
}

export interface Translation {
  readonly script: Script;
  readonly steps: readonly Translated[];
  /** Why the path was cut short, if it was: what comes after is not run. */
  readonly cut?: string;
}

/** A path that no script can say. */
export class NotReplayable extends Error {}

const BPF_COMMON_ATTRS = 1 << 16;
const PATH_OPS: ReadonlySet<string> = new Set([
  "mkdir",
  "rmdir",
  "unlink",
  "rename",
  "symlink",
  "chmod",
  "chown",
  "open",
]);

function usesPaths({ call }: ModelStep): boolean {
  if (PATH_OPS.has(call.op)) return true;
  if (call.op === "bpf") return call.cmd === "OBJ_PIN" || call.cmd === "OBJ_GET";
  return call.op === "raw" && (call.cmd === 6 || call.cmd === 7);
}

/** Whether a call names an object by its id. */
function usesIds({ call }: ModelStep): boolean {
  return /_GET_(NEXT|FD_BY)_ID$/.test(commandOf(call) ?? "");
}

/** Turns a path into a script. */
export function translate(
  name: string,
  version: Version,
  trail: readonly ModelStep[],
): Translation {
  const steps: Translated[] = [];
  const ids = new Ids();
  const learn = trail.some(usesIds);
  const mappings: number[] = [];
  let cut: string | undefined;
  for (const model of trail) {
    if (model.answer.kind === "unmodelled") {
      cut = `not modelled: ${model.answer.what}`;
      break;
    }
    steps.push(translateStep(version, model, ids, mappings));
    ids.seen(model, steps.length - 1, steps[steps.length - 1].areas);
    const asks = learn ? ids.question(model, steps.length) : undefined;
    if (asks !== undefined) steps.push({ step: asks, areas: {} });
  }
  const script = { name, fs: trail.some(usesPaths), steps: steps.map(({ step }) => step) };
  return { script, steps, ...(cut === undefined ? {} : { cut }) };
}

function translateStep(
  version: Version,
  model: ModelStep,
  ids: Ids,
  mappings: number[],
): Translated {
  const { call, task } = model;
  if (call.op === "bpf") return { ...typed(version, task, call, ids), model };
  if (call.op === "raw") return { ...raw(task, call), model };
  const [op, args] = plain(call, model, mappings);
  const areas = answerAreas(call);
  return { step: { task, op, args }, model, areas };
}

/** Where the executor reports what a call without areas of its own wrote. */
function answerAreas({ op }: Call): Record<string, number> {
  if (op === "socketpair") return { sv: 1 };
  return op === "recv" ? { fds: 1 } : {};
}

type Args = { readonly [key: string]: Argument | undefined };
type Plain = Exclude<Call, { op: "bpf" } | { op: "raw" }>;

const F_SETFD = 2;
const RLIMIT_NOFILE = 7;

/** The calls that carry no memory of their own. */
function plain(call: Plain, model: ModelStep, mappings: number[]): [OpName, Args] {
  switch (call.op) {
    case "cloexec":
      return ["fcntl", { fd: call.fd, cmd: F_SETFD, arg: call.on ? 1 : 0 }];
    case "mmap":
      if (model.answer.kind === "value") mappings.push(mappings.length);
      return ["mmap", { fd: call.fd, prot: call.writable ? 3 : 1, flags: 1, len: call.length }];
    case "munmap":
      return ["munmap", { map: mappings.pop() ?? 0 }];
    case "capset":
      return ["caps", { eff: call.mask, perm: call.mask, inh: 0 }];
    case "setrlimit": {
      if (call.limits.nofile === undefined || call.limits.memlock !== undefined) {
        throw new NotReplayable("a limit other than RLIMIT_NOFILE");
      }
      return ["rlimit", { res: RLIMIT_NOFILE, cur: call.limits.nofile, max: call.limits.nofile }];
    }
    default: {
      const { op, ...args } = call;
      return [op, args as Args];
    }
  }
}

const encoder = new TextEncoder();

/** Memory that a pointer field of the typed door carries; undefined for a bare address. */
function areaOf(ptr: Ptr): Uint8Array | undefined {
  if (ptr instanceof Uint8Array) return ptr;
  if (typeof ptr === "string") return latin1Bytes(ptr + "\0");
  return typeof ptr === "object" ? new Uint8Array(ptr.room) : undefined;
}

function latin1Bytes(text: string): Uint8Array {
  return /^[\0-\xff]*$/.test(text)
    ? Uint8Array.from(text, (char) => char.charCodeAt(0))
    : encoder.encode(text);
}

/** The fields whose number is an object's id, by command. */
const ID_FIELDS: Readonly<Record<string, "map" | "prog">> = {
  MAP_GET_NEXT_ID: "map",
  MAP_GET_FD_BY_ID: "map",
  PROG_GET_NEXT_ID: "prog",
  PROG_GET_FD_BY_ID: "prog",
};

function typed(version: Version, task: number, call: BpfCall, ids: Ids): Translated {
  const abi = commandAbi(call.cmd);
  const attr = call.attr as Readonly<Record<string, Ptr | undefined>>;
  const areas: Record<number, Area> = {};
  const patches: Patch[] = [];
  const places: Record<string, number> = {};
  const numbers: Record<string, string | number | bigint | Uint8Array> = {};
  for (const field of abi.fields as readonly Field[]) {
    const value = attr[field.name];
    if (value === undefined) continue;
    const memory = field.kind === "ptr" ? areaOf(value) : undefined;
    if (memory === undefined) {
      numbers[field.name] = value as string | number | bigint | Uint8Array;
      continue;
    }
    const area = Object.keys(areas).length + 1;
    areas[area] = memory;
    places[field.name] = area;
    patches.push({ area: 0, offset: field.offset, value: { address: area } });
  }
  const kind = ID_FIELDS[call.cmd];
  const reference = kind === undefined ? undefined : idReference(call.cmd, kind, numbers, ids);
  if (reference !== undefined) patches.push({ area: 0, offset: 0, value: reference });
  areas[0] = encodeAttr(call.cmd, numbers as Parameters<typeof encodeAttr>[1]);
  const args = { cmd: abi.number, size: call.size ?? sizeFor(version, abi.fields, attr) };
  const made = { task, op: "bpf" as const, args, areas, patches };
  return call.common === undefined
    ? { step: made, areas: places }
    : { step: withCommon(made, call, places), areas: places };
}

/** sizeof(union bpf_attr), or more where a field beyond it is given. */
function sizeFor(
  version: Version,
  fields: readonly Field[],
  attr: Readonly<Record<string, Ptr | undefined>>,
): number {
  const given = fields.filter(({ name }) => attr[name] !== undefined && attr[name] !== 0);
  return Math.max(ATTR_SIZE[version], ...given.map((field) => field.offset + field.size));
}

/** Replaces a model's id by where the script learns the real one; leaves the number it cannot be. */
function idReference(
  cmd: CommandName,
  kind: "map" | "prog",
  numbers: Record<string, unknown>,
  ids: Ids,
): Reference | undefined {
  const next = cmd.endsWith("NEXT_ID");
  const field = next ? "start_id" : kind === "map" ? "map_id" : "prog_id";
  const id = Number(numbers[field] ?? 0) >>> 0;
  const reference = next ? ids.atMost(kind, id) : ids.exactly(kind, id);
  if (reference === undefined) numbers[field] = next ? ids.startFor(id) : ids.absent(id);
  return reference;
}

function withCommon(step: Step, call: BpfCall, places: Record<string, number>): Step {
  const { common } = call;
  const log = common?.log_buf === undefined ? undefined : areaOf(common.log_buf);
  const areas: Record<number, Area> = { ...step.areas };
  const at = Object.keys(areas).length;
  const bytes = new Uint8Array(COMMON_ATTR.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, common?.log_size ?? 0, true);
  view.setUint32(12, common?.log_level ?? 0, true);
  areas[at] = bytes;
  places["common"] = at;
  const patches = [...step.patches ?? []];
  if (log !== undefined) {
    areas[at + 1] = log;
    places["common.log_buf"] = at + 1;
    patches.push({ area: at, offset: 0, value: { address: at + 1 } });
  } else if (common?.log_buf !== undefined) {
    view.setBigUint64(0, BigInt(common.log_buf as number | bigint), true);
  }
  const args = {
    ...step.args,
    cmd: Number(step.args?.cmd) | BPF_COMMON_ATTRS,
    common: { address: at },
    size_common: COMMON_ATTR.size,
  };
  return { ...step, args, areas, patches };
}

const FD_BY_ID: ReadonlySet<number> = new Set([13, 14, 19, 30]);

/** Keeps a script from opening an object that it did not make: raw bytes name it by a number. */
function refuseForeignId(cmd: number, attr: Uint8Array): void {
  const id = attr.length >= 4 ? new DataView(attr.buffer, attr.byteOffset).getUint32(0, true) : 0;
  if (FD_BY_ID.has(cmd & ~BPF_COMMON_ATTRS) && id !== 0 && id < NOBODY) {
    throw new NotReplayable("an id in raw bytes may be somebody else's object");
  }
}

/** A raw call: its segments become areas, and addresses into them become references. */
function raw(task: number, call: { op: "raw" } & RawCall): Translated {
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
    if (i < 0) return;
    const delta = Number(value - memory[i].at);
    patches.push({ area, offset, value: { address: i + 1, delta } });
  };
  pointersOf(call.cmd, attr).forEach(({ offset, value }) => point(0, offset, value));
  infoHashes(call, attr).forEach(({ segment, value }) => point(segment + 1, 88, value));
  if (call.common !== undefined) placeCommon(call, areas, args, point);
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

const OBJ_GET_INFO_BY_FD = 15;

/** The `hash` pointer inside a `bpf_map_info`, with the segment that the info is in. */
function infoHashes(
  call: RawCall,
  attr: Uint8Array,
): readonly { readonly segment: number; readonly value: bigint }[] {
  if ((call.cmd & ~BPF_COMMON_ATTRS) !== OBJ_GET_INFO_BY_FD || attr.length < 16) return [];
  const at = new DataView(attr.buffer, attr.byteOffset).getBigUint64(8, true);
  const segment = (call.memory ?? []).findIndex((s) => s.at === at && s.bytes.length >= 96);
  if (segment < 0) return [];
  const { bytes } = call.memory![segment];
  return [{ segment, value: new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(88, true) }];
}

function placeCommon(
  call: RawCall,
  areas: Record<number, Area>,
  args: Record<string, Argument>,
  point: (area: number, offset: number, value: bigint) => void,
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
  if (bytes.length >= 8) {
    point(area, 0, new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  }
}
