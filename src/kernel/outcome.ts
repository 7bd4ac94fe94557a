import type { ErrnoName } from "../abi/errno.ts";
import type { Kernel } from "./kernel.ts";
import type { Rule } from "./rule.ts";

/** The call did what it is for. `ret` is what the system call returned: 0, a descriptor, a count. */
export interface Value {
  readonly kind: "value";
  readonly ret: number;
}

/** The call was refused: -1 with `errno`, for the reason that `rule` names. */
export interface Refusal {
  readonly kind: "refusal";
  readonly errno: ErrnoName;
  readonly rule: Rule;
}

/** The model does not claim anything about this call yet. */
export interface Unmodelled {
  readonly kind: "unmodelled";
  readonly what: string;
}

/** What a call returns. */
export type Answer = Value | Refusal | Unmodelled;

/** Bytes (latin-1) that the kernel wrote to user memory. */
export interface Write {
  /** The attr field that holds the address, or that was itself written (`next_id`). */
  readonly field: string;
  /** Offset of the first byte from that address. */
  readonly offset: number;
  readonly bytes: string;
  /** Where among the bytes an object's id stands: a number that is the kernel's to give. */
  readonly ids?: readonly IdPlace[];
  /** Bytes, from one offset to another, that the machine decides: what its own BTF is. */
  readonly free?: readonly (readonly [from: number, to: number])[];
}

/** The objects that have ids. */
export type IdKind = "map" | "prog" | "btf" | "link";

/** Where in what was written an id stands. */
export interface IdPlace {
  readonly kind: IdKind;
  readonly offset: number;
}

/** What a call leaves behind: the kernel after it, the answer, and what was written to the caller. */
export interface Outcome {
  readonly kernel: Kernel;
  readonly answer: Answer;
  readonly writes: readonly Write[];
  /**
   * Why another answer would be right as well, where the answer hangs on what no specification can
   * say: the order of a hash map with a random seed.
   */
  readonly undetermined?: string;
}

const NOTHING: readonly Write[] = Object.freeze([]);

export function done(kernel: Kernel, ret = 0, writes: readonly Write[] = NOTHING): Outcome {
  return { kernel, answer: { kind: "value", ret }, writes };
}

export function refuse(
  kernel: Kernel,
  rule: Rule,
  writes: readonly Write[] = NOTHING,
): Outcome {
  return { kernel, answer: { kind: "refusal", errno: rule.errno, rule }, writes };
}

export function unmodelled(kernel: Kernel, what: string): Outcome {
  return { kernel, answer: { kind: "unmodelled", what }, writes: NOTHING };
}
