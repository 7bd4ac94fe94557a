import type { AttrOf, CommandName } from "../abi/commands.ts";
import { bytesOf, latin1, type Ptr } from "../abi/memory.ts";
import { wordAt } from "../abi/words.ts";
import type { CallOptions, RawCall } from "../commands/entry.ts";
import { type Capability, capabilityMask } from "../kernel/capabilities.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Answer, IdKind, Outcome, Refusal, Unmodelled, Write } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Limits } from "../kernel/task.ts";
import type { Version } from "../kernel/version.ts";
import { bootKernel, type BootOptions } from "./boot.ts";
import type { BpfCall, Call } from "./call.ts";
import { step } from "./step.ts";

/**
 * One call of a machine's past, and what came of it. `C` are the calls that the machine takes beside
 * a kernel's own (a proposal's).
 */
export interface Step<C = never> {
  readonly task: number;
  readonly call: Call | C;
  readonly answer: Answer;
  readonly writes: readonly Write[];
  /** Why another answer would be right as well, where it would (see `Outcome`). */
  readonly undetermined?: string;
  /** The object that the call made. */
  readonly made?: { readonly kind: IdKind; readonly id: number };
}

interface Past<C> {
  readonly step: Step<C>;
  readonly before: Past<C> | undefined;
}

/** The transition that a machine runs on. */
export type Stepper<C> = (k: Kernel, task: number, call: Call | C) => Outcome;

/** What `boot` takes beside the version. */
export interface MachineOptions<C extends { readonly op: string } = never> extends BootOptions {
  /** Is told of every machine that a call makes. */
  readonly watch?: (machine: Machine<C>) => void;
}

/** What was written back to the caller, by attr field: buffers as bytes, fields of attr as numbers. */
export type Out = Readonly<Record<string, Uint8Array | number>>;

/**
 * A machine that runs one of the five kernels. It never changes: every call returns another machine,
 * and the one before is still there to be asked, forked or rewound to.
 *
 * @example
 * ```ts
 * import { boot, room, u32 } from "bpfspec";
 * const m = boot("6.18")
 *   .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 8 })
 *   .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(1), value: u32(42) })
 *   .bpf("MAP_LOOKUP_ELEM", { map_fd: 3, key: u32(1), value: room(4) });
 * if (m.result !== 0 || (m.out.value as Uint8Array)[0] !== 42) throw new Error("not what was put in");
 * ```
 */
export class Machine<C extends { readonly op: string } = never> {
  private constructor(
    /** The kernel as it is now. */
    readonly kernel: Kernel,
    /** The number of the task that makes the next call. */
    readonly task: number,
    private readonly past: Past<C> | undefined,
    private readonly stepper: Stepper<C>,
    private readonly options: MachineOptions<C>,
  ) {}

  static boot(version: Version, options: MachineOptions = {}): Machine {
    return new Machine(bootKernel(version, options), 0, undefined, step, options);
  }

  /** A machine that runs on another transition, from a kernel that is there. */
  static from<C extends { readonly op: string }>(
    kernel: Kernel,
    stepper: Stepper<C>,
    options: MachineOptions<C> = {},
  ): Machine<C> {
    return new Machine(kernel, 0, undefined, stepper, options);
  }

  /** Makes a call as the current task. */
  call(call: Call | C): Machine<C> {
    const { kernel, answer, writes, undetermined } = this.stepper(this.kernel, this.task, call);
    const made = madeBy(this.kernel, kernel);
    const taken: Step<C> = {
      task: this.task,
      call,
      answer,
      writes,
      ...(undetermined && { undetermined }),
      ...(made && { made }),
    };
    const past = { step: taken, before: this.past };
    const next = new Machine(kernel, this.task, past, this.stepper, this.options);
    this.options.watch?.(next);
    return next;
  }

  /** bpf(2): a command by its name without `BPF_`, and its attr. */
  bpf<N extends CommandName>(cmd: N, attr: AttrOf<N>, options: CallOptions = {}): Machine<C> {
    return this.call({ op: "bpf", cmd, attr, ...options } as Call);
  }

  /** bpf(2) with the arguments as the system call takes them. */
  rawBpf(call: RawCall): Machine<C> {
    return this.call({ op: "raw", ...call });
  }

  fork(): Machine<C> {
    return this.call({ op: "fork" });
  }

  exit(): Machine<C> {
    return this.call({ op: "exit" });
  }

  exec(): Machine<C> {
    return this.call({ op: "exec" });
  }

  close(fd: number): Machine<C> {
    return this.call({ op: "close", fd });
  }

  dup(fd: number): Machine<C> {
    return this.call({ op: "dup", fd });
  }

  dup2(fd: number, to: number): Machine<C> {
    return this.call({ op: "dup2", fd, to });
  }

  /** Sets or clears FD_CLOEXEC. */
  cloexec(fd: number, on: boolean): Machine<C> {
    return this.call({ op: "cloexec", fd, on });
  }

  socketpair(): Machine<C> {
    return this.call({ op: "socketpair" });
  }

  /** Sends descriptors over a Unix socket (SCM_RIGHTS). */
  send(fd: number, fds: readonly number[]): Machine<C> {
    return this.call({ op: "send", fd, fds });
  }

  recv(fd: number): Machine<C> {
    return this.call({ op: "recv", fd });
  }

  mmap(fd: number, length: number, writable: boolean): Machine<C> {
    return this.call({ op: "mmap", fd, length, writable });
  }

  munmap(): Machine<C> {
    return this.call({ op: "munmap" });
  }

  mkdir(path: string, mode = 0o777): Machine<C> {
    return this.call({ op: "mkdir", path, mode });
  }

  rmdir(path: string): Machine<C> {
    return this.call({ op: "rmdir", path });
  }

  unlink(path: string): Machine<C> {
    return this.call({ op: "unlink", path });
  }

  rename(path: string, to: string): Machine<C> {
    return this.call({ op: "rename", path, to });
  }

  symlink(target: string, path: string): Machine<C> {
    return this.call({ op: "symlink", target, path });
  }

  chmod(path: string, mode: number): Machine<C> {
    return this.call({ op: "chmod", path, mode });
  }

  chown(path: string, uid: number, gid: number): Machine<C> {
    return this.call({ op: "chown", path, uid, gid });
  }

  /** Opens a directory or a pinned object by path; `flags` is the access mode (O_RDONLY is 0). */
  open(path: string, flags = 0): Machine<C> {
    return this.call({ op: "open", path, flags });
  }

  umask(mask: number): Machine<C> {
    return this.call({ op: "umask", mask });
  }

  setuid(uid: number): Machine<C> {
    return this.call({ op: "setuid", uid });
  }

  /** Keeps just the named capabilities, in the effective and the permitted set. */
  capset(names: readonly Capability[]): Machine<C> {
    return this.call({ op: "capset", mask: capabilityMask(names) });
  }

  setrlimit(limits: Partial<Limits>): Machine<C> {
    return this.call({ op: "setrlimit", limits });
  }

  /** The same machine, seen by another task, which makes the next call. */
  as(task: number): Machine<C> {
    return new Machine(this.kernel, task, this.past, this.stepper, this.options);
  }

  /** The answer to the last call; undefined before the first. */
  get answer(): Answer | undefined {
    return this.past?.step.answer;
  }

  /** What the last call returned: a number, or the refusal, or that it is not modelled. */
  get result(): number | Refusal | Unmodelled | undefined {
    const answer = this.answer;
    return answer?.kind === "value" ? answer.ret : answer;
  }

  /** The rule that refused the last call. */
  get rule(): Rule | undefined {
    const answer = this.answer;
    return answer?.kind === "refusal" ? answer.rule : undefined;
  }

  /** What the last call wrote back. */
  get out(): Out {
    return this.past === undefined ? {} : outOf(this.past.step);
  }

  /** The descriptors that socketpair or recv made. */
  get fds(): readonly number[] {
    const bytes = this.out.sv ?? this.out.fds;
    if (!(bytes instanceof Uint8Array)) return [];
    const text = latin1(bytes);
    return Array.from({ length: text.length / 4 }, (_, i) => wordAt(text, 4 * i));
  }

  /** Every call from boot to here. */
  get trail(): readonly Step<C>[] {
    const steps: Step<C>[] = [];
    for (let at = this.past; at !== undefined; at = at.before) steps.push(at.step);
    return steps.reverse();
  }

  /** The ids of the maps that exist. */
  get mapIds(): readonly number[] {
    return Array.from(this.kernel.maps.table.entries(), ([id]) => id);
  }

  /** The ids of the programs that exist. */
  get progIds(): readonly number[] {
    return Array.from(this.kernel.progs.table.entries(), ([id]) => id);
  }

  /** The ids of the links that exist. */
  get linkIds(): readonly number[] {
    return Array.from(this.kernel.links.table.entries(), ([id]) => id);
  }

  /** The ids of the BTF objects that exist; from 6.1 on the kernel's own is one. */
  get btfIds(): readonly number[] {
    return Array.from(this.kernel.btfs.table.entries(), ([id]) => id);
  }
}

/**
 * Boots a machine with one task, root, in front of a fresh kernel.
 *
 * @example
 * ```ts
 * import { boot } from "bpfspec";
 * const refused = boot("6.18").bpf("MAP_CREATE", { map_type: 1 });
 * if (refused.rule?.id !== "HASH/create_max_entries") throw new Error("another rule");
 * ```
 */
export function boot(version: Version, options: MachineOptions = {}): Machine {
  return Machine.boot(version, options);
}

const TABLES = [["map", "maps"], ["prog", "progs"], ["btf", "btfs"], ["link", "links"]] as const;

/** The object that a kernel has and the one before it had not. */
function madeBy(before: Kernel, after: Kernel): Step["made"] {
  for (const [kind, table] of TABLES) {
    const [was, is] = [before[table], after[table]];
    if (is.cursor !== was.cursor && is.table.size > was.table.size) {
      return { kind, id: is.cursor - 1 };
    }
  }
  return undefined;
}

/** Fields of attr itself that a command writes back. */
const ATTR_FIELDS: ReadonlySet<string> = new Set([
  "next_id",
  "info_len",
  "log_true_size",
  "btf_log_true_size",
  "common.log_true_size",
]);

/** What a step wrote back to its caller, by field. */
export function outOf<C extends { readonly op: string } = never>({ call, writes }: Step<C>): Out {
  const out: Record<string, Uint8Array | number> = {};
  for (const { field, offset, bytes } of writes) {
    if (ATTR_FIELDS.has(field)) {
      out[field] = wordAt(bytes, 0);
      continue;
    }
    const buffer = bufferOf(call, field) ?? new Uint8Array(offset + bytes.length);
    buffer.set(bytesOf(bytes), offset);
    out[field] = buffer;
  }
  return out;
}

/** Of larger room only what was written is shown: room is claimed, not given. */
const LARGEST_ROOM = 2 ** 24;

/** A copy of the buffer that a typed call gave for a field. */
function bufferOf(made: { readonly op: string }, field: string): Uint8Array | undefined {
  if (made.op !== "bpf") return undefined;
  const call = made as BpfCall;
  const inCommon = field.startsWith("common.");
  const attr = (inCommon ? call.common : call.attr) as Record<string, Ptr | undefined> | undefined;
  const ptr = attr?.[inCommon ? field.slice("common.".length) : field];
  if (ptr instanceof Uint8Array) return ptr.slice();
  if (typeof ptr === "object") {
    return ptr.room > LARGEST_ROOM ? undefined : new Uint8Array(ptr.room);
  }
  return typeof ptr === "string" ? bytesOf(ptr + "\0") : undefined;
}
