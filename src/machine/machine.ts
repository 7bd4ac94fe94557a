import { latin1 } from "../abi/memory.ts";
import { wordAt } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Answer, Outcome, Refusal, Unmodelled } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Version } from "../kernel/version.ts";
import { bootKernel, type BootOptions } from "./boot.ts";
import type { Call } from "./call.ts";
import { madeBy, type Out, outOf, type Step } from "./past.ts";
import { step } from "./step.ts";
import { Syscalls } from "./syscalls.ts";

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
export class Machine<C extends { readonly op: string } = never> extends Syscalls<Machine<C>> {
  private constructor(
    /** The kernel as it is now. */
    readonly kernel: Kernel,
    /** The number of the task that makes the next call. */
    readonly task: number,
    private readonly past: Past<C> | undefined,
    private readonly stepper: Stepper<C>,
    private readonly options: MachineOptions<C>,
  ) {
    super();
  }

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
  override call(call: Call | C): Machine<C> {
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

  /** The lines that `mounts` read. */
  get lines(): readonly string[] {
    const { lines } = this.out;
    return lines instanceof Uint8Array ? latin1(lines).split("\n").slice(0, -1) : [];
  }

  /** What the last call read: the text of a map, or what a symlink says. */
  get text(): string {
    const { buf } = this.out;
    return buf instanceof Uint8Array ? latin1(buf) : "";
  }

  /** The names that getdents found, sorted. */
  get names(): readonly string[] {
    const { names } = this.out;
    return names instanceof Uint8Array ? latin1(names).split("\0").slice(0, -1) : [];
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
