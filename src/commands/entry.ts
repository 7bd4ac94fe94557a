/**
 * The entry of the system call: what bpf(2) does before it looks at the command (kernel/bpf/syscall.c,
 * __sys_bpf), and its two doors.
 */
import { decodeAttr, decodeCommonAttr, tailIsZero } from "../abi/attr.ts";
import { held } from "../abi/codec.ts";
import {
  ATTR_SIZE,
  type AttrOf,
  COMMAND_COUNT,
  type CommandAbi,
  commandAbi,
  type CommandName,
  COMMANDS,
  COMMON_ATTR,
} from "../abi/commands.ts";
import { BPF_COMMON_ATTRS } from "../abi/constants.ts";
import type { Field } from "../abi/field.ts";
import { PAGE_SIZE } from "../abi/limits.ts";
import { type Memory, type Ptr, read } from "../abi/memory.ts";
import { bpfCapable } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { type Version, VERSIONS } from "../kernel/version.ts";
import type { Verdict } from "../programs/verdict.ts";
import { DELTA, has } from "../versions/deltas.ts";
import type { Command, CommonAttr } from "./args.ts";
import { COMMAND_TABLE } from "./table.ts";
import { checkTail, type SizeRules } from "./tail.ts";

export const ENTRY = rules("ENTRY", {
  sysctl: [
    "EPERM",
    "`kernel.unprivileged_bpf_disabled` is set and the caller has neither CAP_BPF nor CAP_SYS_ADMIN, whatever the command",
    { until: "5.10" },
  ],
  sysctl_create: [
    "EPERM",
    "`kernel.unprivileged_bpf_disabled` is set, the caller has neither CAP_BPF nor CAP_SYS_ADMIN, and `cmd` is MAP_CREATE or PROG_LOAD",
    { since: "6.1", until: "6.1" },
  ],
  size: ["E2BIG", "`size` is above 4096"],
  tail: ["E2BIG", "a byte after the kernel's attr is not zero"],
  tail_fault: ["EFAULT", "`size` is above the kernel's attr and the bytes after cannot be read"],
  attr_fault: ["EFAULT", "attr cannot be read"],
  common_size: ["E2BIG", "`size_common` is above 4096", { since: "7.2" }],
  common_tail: ["E2BIG", "a byte after the kernel's common attr is not zero", { since: "7.2" }],
  common_tail_fault: [
    "EFAULT",
    "`size_common` is above the kernel's common attr and the bytes after cannot be read",
    { since: "7.2" },
  ],
  common_fault: ["EFAULT", "the common attr cannot be read", { since: "7.2" }],
  command: ["EINVAL", "`cmd` is not a command of this kernel"],
});

/** What the raw door takes: the arguments of the system call, and the memory they point into. */
export interface RawCall {
  readonly cmd: number;
  /** attr: a buffer with unmapped memory after it, or an address. */
  readonly attr: Ptr;
  readonly size: number;
  /** 7.2's fourth and fifth argument, looked at where `cmd` has BPF_COMMON_ATTRS. */
  readonly common?: Ptr;
  readonly size_common?: number;
  readonly memory?: Memory;
  readonly verdict?: Verdict;
}

/** What the typed door takes beside attr. */
export interface CallOptions {
  /** The size argument; sizeof(union bpf_attr) where it is left out. */
  readonly size?: number;
  /** 7.2's common attributes. */
  readonly common?: CommonAttr;
  readonly verdict?: Verdict;
}

const CREATES: ReadonlySet<CommandName> = new Set<CommandName>(["MAP_CREATE", "PROG_LOAD"]);

/** The sysctl of 5.10 and 6.1, which stands before everything else. */
function sysctlForbids(k: Kernel, task: Task, name: CommandName | undefined): Rule | undefined {
  if (has(k.version, DELTA.entry_inside) || k.config.unprivileged_bpf_disabled === 0) {
    return undefined;
  }
  if (bpfCapable(task.cred)) return undefined;
  if (!has(k.version, DELTA.entry_create_only)) return ENTRY.sysctl;
  return name !== undefined && CREATES.has(name) ? ENTRY.sysctl_create : undefined;
}

const ATTR_RULES: SizeRules = { size: ENTRY.size, tail: ENTRY.tail, fault: ENTRY.tail_fault };
const COMMON_RULES: SizeRules = {
  size: ENTRY.common_size,
  tail: ENTRY.common_tail,
  fault: ENTRY.common_tail_fault,
};

/**
 * bpf(2), as the system call takes it: never throws, whatever the arguments. Source:
 * kernel/bpf/syscall.c, __sys_bpf.
 *
 * @example
 * ```ts
 * import { bootKernel, rawBpf } from "bpfspec";
 * const kernel = bootKernel("6.18");
 * const call = { cmd: 1000, attr: new Uint8Array(4), size: 4 };
 * const { answer } = rawBpf(kernel, kernel.tasks.get(0)!, call);
 * if (answer.kind !== "refusal" || answer.errno !== "EINVAL") throw new Error("a command?");
 * ```
 */
export function rawBpf(k: Kernel, task: Task, call: RawCall): Outcome {
  const memory = call.memory ?? [];
  const withCommon = has(k.version, DELTA.common_attrs) && (call.cmd & BPF_COMMON_ATTRS) !== 0;
  const cmd = (withCommon ? call.cmd & ~BPF_COMMON_ATTRS : call.cmd) | 0;
  // The sysctl of 6.1 looks at the number as it came.
  const command = cmd >= 0 && cmd < COMMAND_COUNT[k.version] ? COMMANDS[cmd] : undefined;
  const forbidden = sysctlForbids(k, task, command?.name);
  if (forbidden !== undefined) return refuse(k, forbidden);
  const size = call.size >>> 0;
  const tail = checkTail(memory, call.attr, ATTR_SIZE[k.version], size, ATTR_RULES);
  if (tail !== undefined) return refuse(k, tail);
  const copied = Math.min(size, ATTR_SIZE[k.version]);
  const bytes = read(memory, call.attr, copied);
  if (bytes === undefined) return refuse(k, ENTRY.attr_fault);
  const common = withCommon ? readCommon(memory, call) : undefined;
  if (common !== undefined && "errno" in common) return refuse(k, common);
  if (command === undefined) return refuse(k, ENTRY.command);
  return DOORS[k.version][command.name].command(k, task, {
    attr: decodeAttr(command.name, bytes) as AttrOf<CommandName>,
    size: copied,
    tail: !tailIsZero(bytes, command.end[k.version]!),
    at: call.attr,
    memory,
    common: common?.attr,
    commonAt: call.common,
    size_common: common?.size ?? 0,
    verdict: call.verdict,
  });
}

interface Common {
  readonly attr: CommonAttr;
  readonly size: number;
}

function readCommon(memory: Memory, call: RawCall): Common | Rule {
  const asked = (call.size_common ?? 0) >>> 0;
  const tail = checkTail(memory, call.common, COMMON_ATTR.end, asked, COMMON_RULES);
  if (tail !== undefined) return tail;
  const size = Math.min(asked, COMMON_ATTR.size);
  const bytes = read(memory, call.common, size);
  return bytes === undefined ? ENTRY.common_fault : { attr: decodeCommonAttr(bytes), size };
}

/** What the typed door needs of a command in a version, looked up once. */
interface Door {
  readonly exists: boolean;
  /** Fields that the version does not take: in the checked tail of its attr, or beyond its attr. */
  readonly tail: readonly string[];
  readonly beyond: readonly string[];
  readonly command: Command<CommandName>;
}

function doorOf(command: CommandAbi & { readonly name: CommandName }, version: Version): Door {
  const end = command.end[version] ?? 0;
  const late = command.fields.filter((field: Field) => field.offset >= end);
  const size = ATTR_SIZE[version];
  return {
    exists: command.end[version] !== undefined,
    tail: late.filter((field) => field.offset < size).map((field) => field.name),
    beyond: late.filter((field) => field.offset >= size).map((field) => field.name),
    command: COMMAND_TABLE[command.name] as Command<CommandName>,
  };
}

type Doors = Readonly<Record<CommandName, Door>>;

const DOORS = Object.fromEntries(
  VERSIONS.map((version) => [
    version,
    Object.fromEntries(COMMANDS.map((command) => [command.name, doorOf(command, version)])),
  ]),
) as unknown as Readonly<Record<Version, Doors>>;

type Loose = Readonly<Record<string, Ptr | undefined>>;

function anySet(attr: Loose, fields: readonly string[]): boolean {
  for (const field of fields) {
    const value = attr[field];
    if (value !== undefined && value !== 0 && value !== 0n) return true;
  }
  return false;
}

const NO_OPTIONS: CallOptions = {};

/**
 * bpf(2) with a typed attr: the same rules, without the bytes. Fields have their uapi names; what is
 * left out is zero. Source: kernel/bpf/syscall.c, __sys_bpf.
 *
 * @example
 * ```ts
 * import { bootKernel, bpf } from "bpfspec";
 * const kernel = bootKernel("6.18");
 * const made = bpf(kernel, kernel.tasks.get(0)!, "MAP_CREATE", {
 *   map_type: 2,
 *   key_size: 4,
 *   value_size: 8,
 *   max_entries: 1,
 * });
 * if (made.answer.kind !== "value" || made.answer.ret !== 3) throw new Error("no descriptor");
 * ```
 */
export function bpf<N extends CommandName>(
  k: Kernel,
  task: Task,
  name: N,
  attr: AttrOf<N>,
  options: CallOptions = NO_OPTIONS,
): Outcome {
  const door = DOORS[k.version][name];
  if (door === undefined) return unmodelled(k, `a command that the model does not know: ${name}`);
  // With common attributes `cmd` is another number, which the sysctl of 6.1 does not look for.
  const plain = door.exists && options.common === undefined;
  const forbidden = sysctlForbids(k, task, plain ? name : undefined);
  if (forbidden !== undefined) return refuse(k, forbidden);
  const size = (options.size ?? ATTR_SIZE[k.version]) >>> 0;
  if (size > PAGE_SIZE) return refuse(k, ENTRY.size);
  const given = options.size === undefined ? attr : cut(name, attr, size);
  if (door.beyond.length > 0 && anySet(given as Loose, door.beyond)) return refuse(k, ENTRY.tail);
  if (!door.exists) return refuse(k, ENTRY.command);
  const { common } = options;
  if (common !== undefined && !has(k.version, DELTA.common_attrs)) return refuse(k, ENTRY.command);
  return door.command(k, task, {
    attr: given as AttrOf<CommandName>,
    size: Math.min(size, ATTR_SIZE[k.version]),
    tail: door.tail.length > 0 && anySet(given as Loose, door.tail),
    at: undefined,
    memory: NO_MEMORY,
    common,
    commonAt: undefined,
    size_common: common === undefined ? 0 : COMMON_ATTR.size,
    verdict: options.verdict,
  });
}

const NO_MEMORY: Memory = [];

/** The fields as far as they lie within the bytes that the caller passes. */
function cut<N extends CommandName>(name: N, attr: AttrOf<N>, size: number): AttrOf<N> {
  const fields = commandAbi(name).fields.filter((field) => field.offset < size);
  const kept = fields.map((field) => {
    const value = (attr as Loose)[field.name];
    const whole = field.offset + field.size <= size;
    return [field.name, whole ? value : partOf(field, value, size - field.offset)];
  });
  return Object.fromEntries(kept) as AttrOf<N>;
}

/** The first bytes of a field; what is left of a pointer to a buffer points nowhere. */
function partOf(field: Field, value: Ptr | undefined, bytes: number): Ptr | undefined {
  if (value === undefined) return undefined;
  if (field.kind === "bytes") {
    return value instanceof Uint8Array ? value.subarray(0, bytes) : String(value).slice(0, bytes);
  }
  if (typeof value !== "number" && typeof value !== "bigint") return 1n;
  const left = held(field, value) & ((1n << BigInt(8 * bytes)) - 1n);
  return field.size > 4 ? left : Number(left);
}
