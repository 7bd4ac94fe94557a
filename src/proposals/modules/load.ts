/** Loading the programs that implement a congestion control, as a loader does. */
import { BPF_PROG_TYPE_STRUCT_OPS } from "../../abi/constants.ts";
import { returning } from "../../abi/insn.ts";
import type { Machine } from "../../machine/machine.ts";
import { structOps } from "../../maps/struct_ops/shape.ts";
import { memberIndex } from "../../maps/struct_ops/value.ts";

/** The functions that TCP cannot do without. */
export const TCP_MEMBERS = ["ssthresh", "undo_cwnd", "cong_avoid"] as const;

/** Loads a program for each of some functions of tcp_congestion_ops; the last one is the result. */
export function loadOps<C extends { readonly op: string }>(
  machine: Machine<C>,
  members: readonly string[] = TCP_MEMBERS,
): Machine<C> {
  const shape = structOps(machine.kernel, "tcp_congestion_ops")!;
  return members.reduce(
    (m, member) =>
      m.bpf("PROG_LOAD", {
        prog_type: BPF_PROG_TYPE_STRUCT_OPS,
        expected_attach_type: memberIndex(shape, member),
        attach_btf_id: shape.type_id,
        insn_cnt: 2,
        insns: returning(0),
        license: "GPL",
      }, { verdict: "accept" }),
    machine,
  );
}
