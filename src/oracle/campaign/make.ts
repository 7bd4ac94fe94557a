/** How calls are made of choices. */
import type { AttrOf, Call, CommandName, Machine } from "bpfspec";
import type { Choice } from "./choices.ts";

/** Turns a choice into a call that makes sense where a machine stands. */
export type Make = (m: Machine, choice: Choice) => Call;

/** A call of bpf(2). */
export function bpf<N extends CommandName>(cmd: N, attr: AttrOf<N>): Call {
  return { op: "bpf", cmd, attr } as Call;
}
