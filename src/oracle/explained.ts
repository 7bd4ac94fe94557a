import { type AttrOf, BPF_PROG_TYPE_EXT } from "bpfspec";
import type { Difference } from "./compare.ts";

/** A difference between the model and some real kernels that is known, and why it stands. */
export interface Explanation {
  /** Why the model does not follow the kernel here. */
  readonly reason: string;
  /** The kernels for which it holds, by the version that the model has for them. */
  readonly kernels: readonly string[];
  readonly matches: (difference: Difference) => boolean;
}

/** Read in every review; the shorter the better. */
export const EXPLAINED: readonly Explanation[] = [
  {
    reason: "the 6.18.44 at hand answers EPERM to every BPF_PROG_TYPE_EXT, root's too, before " +
      "insn_cnt is looked at; no other kernel does, and its source is not at hand",
    kernels: ["6.18"],
    matches: ({ model: { call }, observed }) =>
      call.op === "bpf" && call.cmd === "PROG_LOAD" && observed === "EPERM" &&
      (call.attr as AttrOf<"PROG_LOAD">).prog_type === BPF_PROG_TYPE_EXT,
  },
];

/** Why a difference is known, if it is. */
export function explain(version: string, difference: Difference): string | undefined {
  return EXPLAINED.find((entry) => entry.kernels.includes(version) && entry.matches(difference))
    ?.reason;
}
