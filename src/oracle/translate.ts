/**
 * From a machine's path to a script for a real kernel. What the model calls by its own numbers (ids,
 * buffers) becomes a reference that is filled in when the script runs.
 */
import {
  atLeast,
  ATTR_SIZE,
  BPF_COMMON_ATTRS,
  type BpfCall,
  type Call,
  commandAbi,
  type CommandName,
  COMMON_ATTR,
  encodeAttr,
  type Field,
  type IdKind,
  type Limits,
  type Ptr,
  type Step as ModelStep,
  type Version,
} from "bpfspec";
import { areaOf, NotReplayable } from "./areas.ts";
import { Ids } from "./ids.ts";
import { Mappings } from "./mappings.ts";
import { commandOf } from "./memory_after.ts";
import type {
  Area,
  Argument,
  OpName,
  Patch,
  PathValue,
  Reference,
  Script,
  Step,
} from "./script.ts";
import { fileStep } from "./translate_files.ts";
import { raw } from "./translate_raw.ts";
import { numbered } from "./translate_sys.ts";
import { realId, TYPE_FIELDS, type TypeIds, typeNamed } from "./type_ids.ts";

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

/** The calls, beside OBJ_PIN and OBJ_GET, that take a path. */
export const PATH_OPS: ReadonlySet<string> = new Set([
  "mkdir",
  "rmdir",
  "unlink",
  "rename",
  "symlink",
  "chmod",
  "chown",
  "lchown",
  "fchmod",
  "fchown",
  "truncate",
  "link",
  "renameat2",
  "mknod",
  "open",
  "mount",
  "umount",
  "unshare",
  "mounts",
  "statfs",
  "openat",
  "stat",
  "lstat",
  "readlink",
  "getdents",
  "access",
  "faccessat2",
  "setxattr",
  "lsetxattr",
  "getxattr",
  "lgetxattr",
  "listxattr",
  "llistxattr",
  "removexattr",
  "lremovexattr",
  "chdir",
  "fsopen",
  "fsconfig",
  "fsmount",
  "move_mount",
  "idmap",
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

/** What a machine is booted with that a script can bring about. */
export interface Setting {
  readonly limits?: Partial<Limits>;
  /** Files under /proc/sys and what is written to them; only ever in a guest. */
  readonly sysctls?: Readonly<Record<string, number>>;
  /** The model's own BTF, and the real ids of its types. */
  readonly types?: { readonly vmlinux: string; readonly ids: TypeIds };
}

/** Turns a path into a script. */
export function translate(
  name: string,
  version: Version,
  trail: readonly ModelStep[],
  setting: Setting = {},
): Translation {
  const steps: Translated[] = settingSteps(setting);
  const ids = new Ids();
  const learn = trail.some(usesIds);
  const mappings = new Mappings();
  let cut: string | undefined;
  for (const model of trail) {
    if (model.answer.kind === "unmodelled") {
      cut = `not modelled: ${model.answer.what}`;
      break;
    }
    const step = translateStep(version, withRealTypes(model, setting), ids, mappings);
    steps.push({ ...step, model });
    mappings.seen(model);
    ids.seen(model, steps.length - 1, steps[steps.length - 1].areas);
    const asks = learn ? ids.question(model, steps.length) : undefined;
    if (asks !== undefined) steps.push({ step: asks, areas: {} });
  }
  const script = { name, fs: trail.some(usesPaths), steps: steps.map(({ step }) => step) };
  return { script, steps, ...(cut === undefined ? {} : { cut }) };
}

const encoder = new TextEncoder();
const O_WRONLY = 1;

/** Writes sysctls: for guests only, since a running kernel's belong to everybody on it. */
export function sysctlSteps(sysctls: Readonly<Record<string, number>>): readonly Step[] {
  return Object.entries(sysctls).flatMap(([name, value]): Step[] => [
    { task: 0, op: "open", args: { path: `/proc/sys/${name}`, flags: O_WRONLY } },
    { task: 0, op: "write", args: { fd: 3 }, areas: { 1: encoder.encode(`${value}\n`) } },
    { task: 0, op: "close", args: { fd: 3 } },
  ]);
}

function settingSteps({ limits, sysctls }: Setting): Translated[] {
  const sysctl = sysctlSteps(sysctls ?? {});
  const rlimits = limitArgs(limits ?? {}).map((args): Step => ({ task: 0, op: "rlimit", args }));
  return [...sysctl, ...rlimits].map((step) => ({ step, areas: {} }));
}

/** The step with the real kernel's ids of the types that it names. */
function withRealTypes(model: ModelStep, { types }: Setting): ModelStep {
  const { call } = model;
  if (types === undefined || call.op !== "bpf") return model;
  const id = typeNamed(call.cmd, call.attr);
  if (id === 0) return model;
  const real = { [TYPE_FIELDS[call.cmd]]: realId(types.vmlinux, types.ids, id) };
  return { ...model, call: { ...call, attr: { ...call.attr, ...real } } };
}

function translateStep(
  version: Version,
  model: ModelStep,
  ids: Ids,
  mappings: Mappings,
): Translated {
  const { call, task } = model;
  if (call.op === "bpf") return { ...typed(version, task, call, ids), model };
  if (call.op === "raw") return { ...raw(task, call), model };
  const file = fileStep(call);
  if (file !== undefined) {
    const { places, ...step } = file;
    return { step: { task, ...step }, model, areas: places };
  }
  const byNumber = numbered(task, call);
  if (byNumber !== undefined) return { step: byNumber, model, areas: {} };
  const [op, args] = plain(call as Plain, model, mappings);
  const areas = answerAreas(call);
  return { step: { task, op, args }, model, areas };
}

/** Where the executor reports what a call without areas of its own wrote. */
function answerAreas({ op }: Call): Record<string, number> {
  if (op === "socketpair") return { sv: 1 };
  if (op === "mounts") return { lines: 1 };
  return op === "recv" ? { fds: 1 } : {};
}

type Args = { readonly [key: string]: Argument | undefined };
type Plain = Exclude<Call, { op: "bpf" | "raw" | "idmap" | `fs${string}` | "move_mount" }>;

const F_SETFD = 2;
const RLIMIT_NOFILE = 7;

const RLIMIT_MEMLOCK = 8;
const RLIM_INFINITY = 0xffffffffffffffffn;

/** The arguments of rlimit steps that set limits. */
function limitArgs({ nofile, memlock }: Partial<Limits>): Args[] {
  const of = (res: number, limit: number | undefined): Args[] => {
    if (limit === undefined) return [];
    const value = limit === Infinity ? RLIM_INFINITY : limit;
    return [{ res, cur: value, max: value }];
  };
  return [...of(RLIMIT_NOFILE, nofile), ...of(RLIMIT_MEMLOCK, memlock)];
}

/** A string that may be NULL or a bare address. */
function textOf(ptr: Ptr | undefined): PathValue | undefined {
  if (ptr === undefined || ptr === 0 || ptr === 0n) return undefined;
  if (typeof ptr === "string") return ptr;
  if (typeof ptr === "object") throw new NotReplayable("a buffer as an argument of mount");
  return { at: ptr };
}

/** The calls that carry no memory of their own. */
function plain(call: Plain, model: ModelStep, mappings: Mappings): [OpName, Args] {
  switch (call.op) {
    case "cloexec":
      return ["fcntl", { fd: call.fd, cmd: F_SETFD, arg: call.on ? 1 : 0 }];
    case "mmap":
      return ["mmap", { fd: call.fd, prot: call.writable ? 3 : 1, flags: 1, len: call.length }];
    case "mount": {
      const { source, target, type, flags, data } = call;
      const texts = { source: textOf(source), type: textOf(type), data: textOf(data) };
      return ["mount", { target, flags: flags ?? 0, ...texts }];
    }
    case "munmap":
      return ["munmap", { map: mappings.newest(model.task) }];
    case "capset":
      return ["caps", { eff: call.mask, perm: call.mask, inh: 0 }];
    case "setrlimit": {
      const [limit, ...others] = limitArgs(call.limits);
      if (limit === undefined || others.length > 0) throw new NotReplayable("two limits at once");
      return ["rlimit", limit];
    }
    default: {
      const { op, ...args } = call;
      return [op as OpName, args as Args];
    }
  }
}

/** The fields whose number is an object's id, by command. */
const ID_FIELDS: Readonly<Record<string, IdKind>> = {
  MAP_GET_NEXT_ID: "map",
  MAP_GET_FD_BY_ID: "map",
  PROG_GET_NEXT_ID: "prog",
  PROG_GET_FD_BY_ID: "prog",
  BTF_GET_NEXT_ID: "btf",
  BTF_GET_FD_BY_ID: "btf",
  LINK_GET_NEXT_ID: "link",
  LINK_GET_FD_BY_ID: "link",
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
  const reference = kind === undefined
    ? undefined
    : idReference(call.cmd, kind, numbers, ids, version);
  if (reference !== undefined) patches.push({ area: 0, offset: 0, value: reference });
  const args = { cmd: abi.number, size: call.size ?? sizeFor(version, abi.fields, attr) };
  areas[0] = atLeastSize(
    encodeAttr(call.cmd, numbers as Parameters<typeof encodeAttr>[1]),
    args.size,
  );
  const made = { task, op: "bpf" as const, args, areas, patches };
  return call.common === undefined
    ? { step: made, areas: places }
    : { step: withCommon(made, call, places), areas: places };
}

/** The attr as long as its size says, as far as the kernel looks: what is beyond it is zero. */
function atLeastSize(attr: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(attr.length, Math.min(size, PAGE_SIZE)));
  bytes.set(attr);
  return bytes;
}

const PAGE_SIZE = 4096;

/** sizeof(union bpf_attr), or more where a field beyond it is given. */
function sizeFor(
  version: Version,
  fields: readonly Field[],
  attr: Readonly<Record<string, Ptr | undefined>>,
): number {
  const given = fields.filter(({ name }) => attr[name] !== undefined && attr[name] !== 0);
  return Math.max(ATTR_SIZE[version], ...given.map((field) => field.offset + field.size));
}

/** The id of the kernel's own BTF, from 6.1 on. */
export const OWN_BTF = 1;

/** Replaces a model's id by where the script learns the real one; leaves the number it cannot be. */
function idReference(
  cmd: CommandName,
  kind: IdKind,
  numbers: Record<string, unknown>,
  ids: Ids,
  version: Version,
): Reference | undefined {
  const next = cmd.endsWith("NEXT_ID");
  const field = next ? "start_id" : `${kind}_id`;
  const id = Number(numbers[field] ?? 0) >>> 0;
  // The kernel's own BTF has the same id everywhere.
  const own = kind === "btf" && atLeast(version, "6.1") ? OWN_BTF : 0;
  if (id === own && id !== 0) return undefined;
  const reference = next ? ids.atMost(kind, id) : ids.exactly(kind, id);
  if (reference === undefined) numbers[field] = next ? ids.startFor(id, own) : ids.absent(id);
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
