import type { AttrOf, CommandName } from "../abi/commands.ts";
import { type Memory, type Ptr, writable } from "../abi/memory.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Outcome, Write } from "../kernel/outcome.ts";
import type { Task } from "../kernel/task.ts";
import type { Verdict } from "../programs/verdict.ts";

/** `struct bpf_common_attr` of 7.2, as the fourth argument of the call points to it. */
export interface CommonAttr {
  readonly log_buf?: Ptr;
  readonly log_size?: number;
  readonly log_level?: number;
}

/** What a command is called with, after the entry of the system call has looked at it. */
export interface Args<N extends CommandName> {
  readonly attr: AttrOf<N>;
  /** Bytes of attr that the caller gave, at most sizeof(union bpf_attr). */
  readonly size: number;
  /** Whether a byte after the command's last field is not zero (CHECK_ATTR). */
  readonly tail: boolean;
  /** Where attr is, at the raw door; the typed door's own attr can always be written. */
  readonly at: Ptr | undefined;
  /** What raw addresses point into; pointer fields of the typed door carry their buffers. */
  readonly memory: Memory;
  /** 7.2's common attributes, where the call has them. */
  readonly common: CommonAttr | undefined;
  /** Where they are, at the raw door. */
  readonly commonAt: Ptr | undefined;
  readonly size_common: number;
  /** What the verifier says of a program that the model does not decide. */
  readonly verdict: Verdict | undefined;
}

/** A command: a total transition. `task` is the caller, alive. */
export type Command<N extends CommandName> = (k: Kernel, task: Task, args: Args<N>) => Outcome;

/** Whether the kernel can write `size` bytes at an offset of the caller's attr. */
export function attrWritable(
  args: Pick<Args<CommandName>, "at" | "memory">,
  offset: number,
  size: number,
): boolean {
  return args.at === undefined || writable(args.memory, args.at, offset + size) === offset + size;
}

/**
 * `copy_to_user`: what arrives at `ptr`, and whether a byte of it faulted. What was copied before
 * the fault stays.
 */
export function copyOut(
  memory: Memory,
  field: string,
  ptr: Ptr | undefined,
  bytes: string,
): { readonly writes: readonly Write[]; readonly faulted: boolean } {
  const fit = writable(memory, ptr, bytes.length);
  if (fit === 0 && bytes.length > 0) return { writes: [], faulted: true };
  const copied = fit === bytes.length ? bytes : bytes.slice(0, fit);
  return { writes: [{ field, offset: 0, bytes: copied }], faulted: fit < bytes.length };
}
