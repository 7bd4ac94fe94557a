/**
 * Designs from the mailing lists that Linux did not take, as machines: the kernel of one of the five
 * versions with a proposal's own state beside it. The versions know nothing of them.
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Outcome } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import type { Version } from "../kernel/version.ts";
import { bootKernel } from "../machine/boot.ts";
import type { Call } from "../machine/call.ts";
import { Machine, type MachineOptions } from "../machine/machine.ts";
import { step } from "../machine/step.ts";

/** A kernel with what a proposal adds to it; every transition of the model carries the addition on. */
export type Proposed<X> = Kernel & { readonly proposed: X };

/** A proposal: what it adds to a kernel, its own calls, and what it makes of the kernel's. */
export interface Proposal<X, C extends { readonly op: string }> {
  readonly name: string;
  /** Its refusals. No kernel has them, so that no kernel confirms them. */
  readonly rules: readonly Rule[];
  /** Commands and system calls that Linux would have had to add. */
  readonly added: readonly string[];
  /** The addition to a kernel that was just booted. */
  begin(kernel: Kernel): Proposed<X>;
  /** The proposal's own answer to a call; undefined leaves the call to the kernel as it is. */
  step(k: Proposed<X>, task: Task, call: Call | C): Outcome | undefined;
  /** What becomes of the addition when a call of the kernel's own is over (a file is closed). */
  settle(before: Proposed<X>, after: Proposed<X>): Proposed<X>;
}

/**
 * Boots a machine on which a proposal was taken: all calls of the version, and the proposal's.
 *
 * @example
 * ```ts
 * import { FS_PER_MAP, lsMount, propose, u32 } from "bpfspec";
 * const m = propose(FS_PER_MAP(), "6.18")
 *   .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 1 })
 *   .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(1), value: u32(42) })
 *   .mkdir("/tmp/m")
 *   .call({ op: "mount_map", path: "/tmp/m", data: "fd=3" });
 * if (String(lsMount(m, "/tmp/m")) !== "01000000") throw new Error("another key");
 * ```
 */
export function propose<X, C extends { readonly op: string }>(
  proposal: Proposal<X, C>,
  version: Version,
  options: MachineOptions<C> = {},
): Machine<C> {
  const kernel = proposal.begin(bootKernel(version, options));
  return Machine.from(kernel, (k, task, call) => stepWith(proposal, k, task, call), options);
}

function stepWith<X, C extends { readonly op: string }>(
  proposal: Proposal<X, C>,
  k: Kernel,
  number: number,
  call: Call | C,
): Outcome {
  const before = k as Proposed<X>;
  const task = k.tasks.get(number);
  if (task === undefined || !task.alive) return step(k, number, call as Call);
  const own = proposal.step(before, task, call);
  if (own !== undefined) return own;
  const outcome = step(k, number, call as Call);
  return { ...outcome, kernel: proposal.settle(before, outcome.kernel as Proposed<X>) };
}

/** A kernel with another addition, in part. */
export function withProposed<X>(k: Proposed<X>, change: Partial<X>): Proposed<X> {
  return { ...k, proposed: { ...k.proposed, ...change } };
}

/**
 * What a proposal added to the kernel of a machine that was made with `propose`.
 *
 * @example
 * ```ts
 * import { KEYS_AS_FILES, propose, proposedOf } from "bpfspec";
 * const m = propose(KEYS_AS_FILES, "6.18")
 *   .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 4, max_entries: 1 })
 *   .call({ op: "MAP_EXPAND", map_fd: 3, pathname: "/sys/fs/bpf/m", format: { kind: "hex" } });
 * if (proposedOf(KEYS_AS_FILES, m).dirs.size !== 1) throw new Error("no directory of keys");
 * ```
 */
export function proposedOf<X, C extends { readonly op: string }>(
  _proposal: Proposal<X, C>,
  machine: Machine<C>,
): X {
  return (machine.kernel as Proposed<X>).proposed;
}
