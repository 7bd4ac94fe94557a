/** bpf(2) as strace prints it, as the model's call. */
import {
  type Call,
  commandAbi,
  type CommandName,
  COMMANDS,
  encodeAttr,
  type Field,
  type Ptr,
  room,
  type Segment,
} from "bpfspec";
import { constant } from "./constants.ts";
import type { Shown } from "./event.ts";
import { TraceError } from "./place.ts";
import type { StraceCall } from "./strace.ts";
import type { Value } from "./values.ts";

/**
 * A bit that no call looks at: the names of flags and requests that change nothing for the model need
 * not be known.
 */
const ELSEWHERE = 2n ** 52n;

/** The number that a value stands for, in calls other than bpf(2). */
export function looseNumber(call: StraceCall, value: Value): bigint {
  if (value.kind === "or") {
    return value.parts.reduce((all, part) => all | looseNumber(call, part), 0n);
  }
  const isUnknown = value.kind === "symbol" && constant(value.name) === undefined;
  return isUnknown ? ELSEWHERE : numberOf(call, value);
}

/** The number that a value stands for. */
export function numberOf(call: StraceCall, value: Value): bigint {
  switch (value.kind) {
    case "number":
      return value.value;
    case "or":
      return value.parts.reduce((all, part) => all | numberOf(call, part), 0n);
    case "changed":
      return numberOf(call, value.before);
    case "symbol": {
      const known = constant(value.name);
      if (known !== undefined) return BigInt(known);
      throw new TraceError(
        call.placeOf(value),
        `expected a number, but ${value.name} is no name that is known: strace -X verbose prints numbers`,
      );
    }
    default:
      throw new TraceError(call.placeOf(value), `expected a number, but there is a ${value.kind}`);
  }
}

export function argument(call: StraceCall, index: number): Value {
  const args = call.args();
  if (args[index] !== undefined) return args[index].value;
  throw new TraceError(call.place, `expected ${index + 1} arguments of ${call.name} or more`);
}

export interface BpfRead {
  readonly name: string;
  readonly call: Call;
  readonly shown: Shown;
}

/** Reads `bpf(cmd, attr, size)`. */
export function readBpf(call: StraceCall): BpfRead {
  const cmd = Number(numberOf(call, argument(call, 0)));
  const size = Number(numberOf(call, argument(call, 2)));
  const attr = argument(call, 1);
  const command = COMMANDS[cmd];
  const name = `bpf ${command?.name ?? cmd}`;
  if (attr.kind === "struct" && command !== undefined) {
    return { name, ...readAttr(call, command.name, flat(call, attr), size) };
  }
  const raw = { op: "raw", cmd, size } as const;
  // An unknown command's attr may hold anything; every other attr is printed where it can be read.
  const at = command === undefined ? room(Math.min(size, 4096)) : 1n;
  return {
    name,
    call: { ...raw, attr: attr.kind === "string" ? bytesOf(attr.bytes) : at },
    shown: {},
  };
}

/** The members of attr, those of its inner structs among them (`info={...}` of GET_INFO and such). */
function flat(call: StraceCall, attr: Extract<Value, { kind: "struct" }>): Map<string, Value> {
  if (attr.cut) {
    throw new TraceError(
      call.placeOf(attr),
      "expected the whole attr, but the struct ends in `...`: run strace with -v",
    );
  }
  const [[first, inner] = []] = [...attr.fields];
  const nested = attr.fields.size === 1 || attr.fields.has("extra_data");
  if (first !== undefined && nested && inner?.kind === "struct") {
    return new Map([...flat(call, inner), ...[...attr.fields].slice(1)]);
  }
  return new Map(attr.fields);
}

function readAttr(
  call: StraceCall,
  cmd: CommandName,
  values: ReadonlyMap<string, Value>,
  size: number,
): Omit<BpfRead, "name"> {
  const fields: readonly Field[] = commandAbi(cmd).fields;
  const attr: Record<string, Ptr> = {};
  for (const [name, value] of values) {
    const field = fields.find((known) => known.name === name);
    if (field !== undefined) attr[field.name] = fieldOf(call, field, value);
    else if (name !== "extra_data") unknownField(call, cmd, name, value);
  }
  const extra = values.get("extra_data");
  const shown = shownBy(call, values);
  if (extra?.kind === "string") {
    return { call: withExtra(call, cmd, attr, size, extra), shown };
  }
  return { call: { op: "bpf", cmd, attr, size } as Call, shown };
}

/** A field that the command's struct has not: what is zero does not matter. */
function unknownField(call: StraceCall, cmd: CommandName, name: string, value: Value): void {
  if (value.kind === "number" && value.value === 0n) return;
  throw new TraceError(call.placeOf(value), `expected a field of ${cmd}, but ${name} is none`);
}

function fieldOf(call: StraceCall, field: Field, value: Value): Ptr {
  if (value.kind === "changed") return fieldOf(call, field, value.before);
  if (value.kind === "string") return stringOf(call, field, value);
  if (value.kind === "array" && field.name === "insns") return instructions(call, value);
  // Contents that strace shows in place of an address; an info is shown as the kernel left it.
  if (value.kind === "struct" || value.kind === "array") return 1n;
  // KERNEL_VERSION(...), which the kernel does not look at.
  if (value.kind === "opaque" && field.name === "kern_version") return 0;
  const number = numberOf(call, value);
  return field.kind === "u64" || field.kind === "ptr" ? number : Number(number);
}

function stringOf(
  call: StraceCall,
  field: Field,
  value: Extract<Value, { kind: "string" }>,
): Ptr {
  if (value.cut) {
    if (field.kind === "bytes") return bytesOf(value.bytes.padEnd(field.size, "a"));
    throw new TraceError(
      call.placeOf(value),
      `expected the whole of ${field.name}, but the string is cut: run strace with a larger -s`,
    );
  }
  return field.kind === "bytes" ? bytesOf(value.bytes) : value.bytes;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Instructions, eight bytes each; an address where not all of them are shown. */
function instructions(call: StraceCall, { items, cut }: Extract<Value, { kind: "array" }>): Ptr {
  if (cut) return 1n;
  const bytes = new Uint8Array(8 * items.length);
  const view = new DataView(bytes.buffer);
  for (const [i, item] of items.entries()) {
    if (item.kind !== "struct") return 1n;
    const part = (name: string) => {
      const value = item.fields.get(name);
      return value === undefined ? 0n : looseNumber(call, value);
    };
    // Without -X the classes of instructions have names: what the program is, is not known.
    const parts = ["code", "dst_reg", "src_reg", "off", "imm"].map(part);
    if (parts.some((number) => number >= ELSEWHERE)) return 1n;
    const [code, dst, src, off, imm] = parts.map(Number);
    view.setUint8(8 * i, code);
    view.setUint8(8 * i + 1, (dst & 15) | ((src & 15) << 4));
    view.setInt16(8 * i + 2, off, true);
    view.setInt32(8 * i + 4, imm, true);
  }
  return bytes;
}

/** Bytes beyond the fields that strace knows: the call is made of bytes. */
function withExtra(
  call: StraceCall,
  cmd: CommandName,
  attr: Readonly<Record<string, Ptr>>,
  size: number,
  extra: Extract<Value, { kind: "string" }>,
): Call {
  const range = /bytes (\d+)\.\.(\d+)/.exec(extra.note ?? "");
  if (range === null || extra.cut) {
    const place = call.placeOf(extra);
    throw new TraceError(place, "expected all bytes of extra_data and a comment /* bytes N..M */");
  }
  const fields: readonly Field[] = commandAbi(cmd).fields;
  const memory: Segment[] = [];
  const numbers = Object.entries(attr).map(([name, value]) => {
    const kind = fields.find((field) => field.name === name)!.kind;
    return [name, kind === "ptr" ? segment(value, memory) : value];
  });
  const bytes = new Uint8Array(Math.max(size, 168));
  bytes.set(encodeAttr(cmd, Object.fromEntries(numbers)));
  bytes.set(bytesOf(extra.bytes), Number(range[1]));
  const { number } = commandAbi(cmd);
  return { op: "raw", cmd: number, attr: bytes.slice(0, size), size, memory };
}

function segment(value: Ptr, memory: Segment[]): Ptr {
  if (typeof value === "number" || typeof value === "bigint") return value;
  const bytes = typeof value === "string" ? bytesOf(value + "\0") : value as Uint8Array;
  const at = 0x10000n * BigInt(memory.length + 1);
  memory.push({ at, bytes });
  return at;
}

function shownBy(call: StraceCall, values: ReadonlyMap<string, Value>): Shown {
  const info = values.get("info");
  return {
    ...(info?.kind === "struct" ? { info: infoOf(call, info) } : {}),
    ...afterOf(call, "info_len", values.get("info_len")),
    ...afterOf(call, "next_id", values.get("next_id")),
  };
}

/** What the kernel wrote over a number; where it stayed as it was, that. */
function afterOf(call: StraceCall, name: string, value: Value | undefined) {
  if (value === undefined || call.returned.kind !== "value") return {};
  const left = value.kind === "changed" ? value.after : value;
  return left.kind === "number" ? { [name]: Number(left.value) } : {};
}

function infoOf(call: StraceCall, info: Extract<Value, { kind: "struct" }>) {
  const shown: Record<string, number | bigint | string> = {};
  for (const [name, value] of info.fields) {
    if (value.kind === "string" && !value.cut) shown[name] = value.bytes;
    else if (value.kind === "number" || value.kind === "or") shown[name] = numberOf(call, value);
  }
  return shown;
}
