/**
 * Traces in a form of our own, in which nothing is left out: keys and values are given as bytes, so
 * that the model's answers are held to the last of them.
 *
 *     { "format": "bpfspec-trace", "kernel": "6.18", "limits": { "nofile": 1024 },
 *       "calls": [
 *         { "op": "bpf", "cmd": "MAP_CREATE", "ret": 3,
 *           "attr": { "map_type": 1, "key_size": 4, "value_size": 8, "max_entries": 2 } },
 *         { "op": "bpf", "cmd": "MAP_LOOKUP_ELEM", "ret": "ENOENT",
 *           "attr": { "map_fd": 3, "key": "u32:1", "value": "room:8" } } ] }
 *
 * `op` is one of the model's calls with its own fields beside it (`close` has `fd`); `task` counts
 * forks and is 0 where it is left out; `ret` is what the call returned or the errno's name; `out` is
 * what it wrote: bytes by attr field, `next_id` and `info_len` as numbers, `info` as members. `fds`
 * is what socketpair and recv made. `{ "op": "other", "ret": 4 }` is a call that made a descriptor of
 * something else. A pointer is `u32:N`, `u64:N`, `hex:0a0b`, `room:N`, `text:...`, a path, or a
 * number: an address, of which it is not known what is there. The first task starts with descriptors
 * 0, 1 and 2, and the bpffs is empty, unless `"fresh": false` stands beside `format`.
 */
import {
  type Call,
  commandAbi,
  type CommandName,
  ERRNO,
  type Field,
  isCommandName,
  type Ptr,
  room,
  u32,
  u64,
  type Version,
  VERSIONS,
} from "bpfspec";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import type { Action, Event, Observed, Shown, Trace } from "./event.ts";
import { type Place, TraceError } from "./place.ts";

const Scalar = t.union([t.number, t.string], "a number or a string");

const JsonCall = t.intersection([
  t.type({ op: t.string, ret: Scalar }),
  t.partial({
    task: t.number,
    cmd: t.string,
    attr: t.record(t.string, Scalar),
    size: t.number,
    out: t.UnknownRecord,
    fds: t.array(t.number),
    cloexec: t.boolean,
  }),
  t.UnknownRecord,
], "a call");

const JsonTrace = t.intersection([
  t.type({ format: t.literal("bpfspec-trace"), calls: t.array(t.UnknownRecord) }),
  t.partial({ kernel: t.string, fresh: t.boolean, limits: t.partial({ nofile: t.number }) }),
], "a trace");

type JsonCall = t.TypeOf<typeof JsonCall>;

/** The place of the n-th call: where its object begins in the text. */
function placesOf(file: string, text: string): (index: number) => Place {
  const starts: number[] = [];
  const calls = /"calls"\s*:\s*\[/.exec(text);
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/g;
  tokens.lastIndex = calls === null ? 0 : calls.index + calls[0].length;
  for (let found = tokens.exec(text); found !== null; found = tokens.exec(text)) {
    if (found[0] === "{" && depth++ === 0) starts.push(found.index);
    else if (found[0] === "}") depth--;
  }
  return (index) => placeAt(file, text, starts[index] ?? 0);
}

function placeAt(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { file, line: before.length, column: before.at(-1)!.length + 1 };
}

/** Reads a trace; throws a TraceError that names what is not as the form has it. */
export function jsonTrace(file: string, text: string): Trace {
  const start = { file, line: 1, column: 1 };
  const whole = decode(JsonTrace, parse(file, text), start, "the trace");
  const places = placesOf(file, text);
  const { kernel } = whole;
  const version = VERSIONS.find((known) => known === kernel);
  if (kernel !== undefined && version === undefined) {
    throw new TraceError(start, `expected kernel to be one of ${VERSIONS.join(", ")}`);
  }
  return {
    file,
    events: whole.calls.map((call, i) => eventOf(call, places(i))),
    fresh: whole.fresh ?? true,
    complete: true,
    ...(version === undefined ? {} : { kernel: version as Version }),
    ...(whole.limits === undefined ? {} : { limits: whole.limits }),
  };
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    throw new TraceError(placeAt(file, text, at), `expected JSON: ${message}`);
  }
}

function decode<A>(type: t.Type<A>, value: unknown, place: Place, what: string): A {
  const read = type.decode(value);
  if (!isLeft(read)) return read.right;
  const { context } = read.left[0];
  const keys = context.map(({ key }) => key).filter((key) => key !== "" && !/^\d+$/.test(key));
  const expected = context.at(-1)?.type.name ?? "something else";
  throw new TraceError(place, `expected ${keys.join(".") || what} to be ${expected}`);
}

function eventOf(json: unknown, place: Place): Event {
  const call = decode(JsonCall, json, place, "the call");
  const name = call.op === "bpf" ? `bpf ${call.cmd}` : call.op;
  const observed = observedOf(call, place);
  return { place, pid: call.task ?? 0, name, action: actionOf(call, observed, place), observed };
}

function observedOf({ ret }: JsonCall, place: Place): Observed {
  if (typeof ret === "number") return { kind: "value", ret };
  if (ret in ERRNO) return { kind: "errno", errno: ret };
  throw new TraceError(place, `expected ret to be a number or an errno, not ${ret}`);
}

type Kind = "number" | "string" | "boolean" | "numbers";

/** The model's calls and their fields. */
const OPS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  exit: {},
  exec: {},
  munmap: {},
  close: { fd: "number" },
  dup: { fd: "number" },
  dup2: { fd: "number", to: "number" },
  cloexec: { fd: "number", on: "boolean" },
  send: { fd: "number", fds: "numbers" },
  recv: { fd: "number" },
  mkdir: { path: "string", mode: "number" },
  rmdir: { path: "string" },
  unlink: { path: "string" },
  rename: { path: "string", to: "string" },
  symlink: { target: "string", path: "string" },
  chmod: { path: "string", mode: "number" },
  chown: { path: "string", uid: "number", gid: "number" },
  open: { path: "string", flags: "number" },
  umask: { mask: "number" },
  setuid: { uid: "number" },
  mmap: { fd: "number", length: "number", writable: "boolean" },
};

function actionOf(call: JsonCall, observed: Observed, place: Place): Action {
  const ret = observed.kind === "value" ? observed.ret : undefined;
  switch (call.op) {
    case "bpf":
      return { does: "call", call: bpfOf(call, place), shown: shownOf(call, place) };
    case "other":
      return { does: "descriptors", fds: ret === undefined ? [] : [fdOf(ret, call)] };
    case "fork":
      return ret === undefined ? { does: "nothing" } : { does: "spawn", child: ret, shares: false };
    case "exec":
      return { does: "exec" };
    case "exit":
      return { does: "end", told: true };
    case "socketpair":
      return { does: "pair", fds: call.fds ?? [], cloexec: call.cloexec === true };
  }
  const made = plainOf(call, place);
  if (made.op === "mmap") return { does: "mmap", shared: true, ...made };
  const fds = made.op === "recv" ? call.fds ?? [] : undefined;
  return { does: "call", call: made, shown: fds === undefined ? {} : { fds } };
}

function fdOf(fd: number, { cloexec }: JsonCall) {
  return { fd, cloexec: cloexec === true };
}

function plainOf(call: JsonCall, place: Place): Call {
  const fields = OPS[call.op];
  if (fields === undefined) {
    const known = ["bpf", "fork", "socketpair", "other", ...Object.keys(OPS)].join(", ");
    throw new TraceError(place, `expected op to be one of ${known}, not ${call.op}`);
  }
  const own = call as Readonly<Record<string, unknown>>;
  for (const [name, kind] of Object.entries(fields)) {
    const found: string = Array.isArray(own[name]) ? "numbers" : typeof own[name];
    if (found !== kind) {
      throw new TraceError(place, `expected ${name} of ${call.op} to be ${kind}, not ${found}`);
    }
  }
  const given = Object.keys(fields).map((name) => [name, own[name]]);
  return { op: call.op, ...Object.fromEntries(given) } as Call;
}

function bpfOf({ cmd, attr, size }: JsonCall, place: Place): Call {
  if (cmd === undefined || !isCommandName(cmd)) {
    throw new TraceError(place, `expected cmd to be a command such as MAP_CREATE, not ${cmd}`);
  }
  const fields: readonly Field[] = commandAbi(cmd).fields;
  const read = Object.entries(attr ?? {}).map(([name, value]) => {
    const field = fields.find((known) => known.name === name);
    if (field !== undefined) return [name, valueOf(value, field, place)];
    const known = fields.map((each) => each.name).join(", ");
    throw new TraceError(place, `expected a field of ${cmd} (${known}), not ${name}`);
  });
  const sized = size === undefined ? {} : { size };
  return { op: "bpf", cmd: cmd as CommandName, attr: Object.fromEntries(read), ...sized } as Call;
}

function valueOf(value: string | number, field: Field, place: Place): Ptr {
  if (typeof value === "number") return value;
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(value) && field.kind !== "bytes") {
    return field.kind === "u32" || field.kind === "s32" ? Number(value) : BigInt(value);
  }
  if (field.kind !== "ptr" && field.kind !== "bytes") {
    throw new TraceError(place, `expected ${field.name} to be a number, not ${value}`);
  }
  return pointer(value, field.name, place);
}

function pointer(text: string, name: string, place: Place): Ptr {
  const [, form, rest] = /^(u32|u64|hex|room|text):([^]*)$/.exec(text) ?? [];
  switch (form) {
    case "u32":
      return u32(Number(rest));
    case "u64":
      return u64(BigInt(rest));
    case "hex":
      return bytesOf(rest, name, place);
    case "room":
      return room(Number(rest));
    default:
      return form === "text" ? rest : text;
  }
}

function bytesOf(hex: string, name: string, place: Place): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) {
    throw new TraceError(place, `expected ${name} to be hex bytes, not ${hex}`);
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

const NUMBERS: ReadonlySet<string> = new Set(["next_id", "info_len"]);

function shownOf({ out }: JsonCall, place: Place): Shown {
  const bytes: Record<string, Uint8Array> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(out ?? {})) {
    if (NUMBERS.has(name) && typeof value === "number") rest[name] = value;
    else if (name === "info" && typeof value === "object") rest.info = value;
    else if (typeof value === "string") {
      const read = pointer(value, name, place);
      if (!(read instanceof Uint8Array)) {
        throw new TraceError(place, `expected out.${name} to be u32:N, u64:N or hex:...`);
      }
      bytes[name] = read;
    } else throw new TraceError(place, `expected out.${name} to be bytes, or a number of attr`);
  }
  return { bytes, ...rest };
}
