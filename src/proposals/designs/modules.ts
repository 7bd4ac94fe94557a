import type { Machine } from "../../machine/machine.ts";
import type { ModuleCall } from "../modules/calls.ts";
import { loadOps } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { propose, proposedOf } from "../proposal.ts";
import { type Design, foundBy } from "./design.ts";

function modulesOf(m: Machine<ModuleCall>) {
  return Array.from(proposedOf(MODULES, m).modules.table.values());
}

/** Modules, of which the object is the set of programs and the name is the registration's. */
export const BPF_MODULES: Design<ModuleCall> = {
  id: "modules",
  title: "modules that are registered by name",
  added: MODULES.added,
  boot: (options) => propose(MODULES, "6.18", options).fork(),
  create: (m) => loadOps(m),
  naming: [
    (m, fd, name) =>
      m.call({
        op: "MODULE_REGISTER",
        name,
        ops: "tcp_congestion_ops",
        progs: { ssthresh: fd - 2, undo_cwnd: fd - 1, cong_avoid: fd },
      }),
  ],
  share: (m) => m,
  find: (m, name) => {
    const module = modulesOf(m).find((each) => each.name === name);
    return foundBy(m.call({ op: "MODULE_GET_FD_BY_ID", module_id: module?.id ?? 0 }));
  },
  unname: (m, name) => m.call({ op: "MODULE_UNREGISTER", name }),
  names: (m) => modulesOf(m).filter(({ state }) => state === "live").map(({ name }) => name),
  alive: (m) => m.progIds.length > 0,
  own: (m) => ({ module: modulesOf(m).length }),
};
