import type { Difference } from "./compare.ts";
import { commandOf } from "./memory_after.ts";

/** A difference between the model and some real kernels that is known, and why it stands. */
export interface Explanation {
  /** Why the model does not follow the kernel here. */
  readonly reason: string;
  /** The kernels for which it holds, by the version that the model has for them. */
  readonly kernels: readonly string[];
  readonly matches: (difference: Difference) => boolean;
}

/** Read in every review; the shorter the better. */
export const EXPLAINED: readonly Explanation[] = [];

/** Why a difference is known, if it is. */
export function explain(version: string, difference: Difference): string | undefined {
  return EXPLAINED.find((entry) => entry.kernels.includes(version) && entry.matches(difference))
    ?.reason;
}

/** A command and a pair of answers, for the explanations above. */
export function differs(command: string, observed: string, allowed: string) {
  return (difference: Difference) =>
    commandOf(difference.model.call) === command && difference.observed === observed &&
    difference.allowed === allowed;
}
