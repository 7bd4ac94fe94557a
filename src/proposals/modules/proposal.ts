import { idTable } from "../../kernel/ids.ts";
import type { Outcome } from "../../kernel/outcome.ts";
import type { Task } from "../../kernel/task.ts";
import type { Call } from "../../machine/call.ts";
import { closedSince, noFiles, ownAt } from "../own_files.ts";
import type { Proposal, Proposed } from "../proposal.ts";
import type { ModuleCall } from "./calls.ts";
import { fdById, nextId, register, unregister } from "./commands.ts";
import { moduleInfo } from "./info.ts";
import { dropSocket, opened } from "./life.ts";
import { MODULE_RULES } from "./rules.ts";
import { getCongestion, setCongestion, tcpSocket } from "./sockets.ts";
import { type K, type ModuleFile, type Modules, withModules } from "./state.ts";

/**
 * Modules instead of maps for the operations of the kernel: what Borkmann asked in 2020 whether it
 * would not be the nicer interface for what became BPF_MAP_TYPE_STRUCT_OPS.
 *
 * @example
 * ```ts
 * import { MODULES, propose } from "bpfspec";
 * const m = propose(MODULES, "6.18").call({ op: "MODULE_UNREGISTER", name: "mytcp" });
 * if (m.rule?.id !== "MODULE_UNREGISTER/absent") throw new Error("there is no such module");
 * ```
 */
export const MODULES: Proposal<Modules, ModuleCall> = {
  name: "modules",
  rules: MODULE_RULES,
  added: [
    "BPF_MODULE_REGISTER",
    "BPF_MODULE_UNREGISTER",
    "BPF_MODULE_GET_NEXT_ID",
    "BPF_MODULE_GET_FD_BY_ID",
  ],
  begin: (kernel) => ({
    ...kernel,
    proposed: {
      modules: idTable(1),
      files: noFiles<ModuleFile>(),
      sockets: new Map(),
      nextSocket: 0,
    },
  }),
  step: stepModules,
  settle: (_before, after) => settle(after),
};

function stepModules(k: K, task: Task, call: Call | ModuleCall): Outcome | undefined {
  switch (call.op) {
    case "MODULE_REGISTER":
      return register(k, task, call);
    case "MODULE_UNREGISTER":
      return unregister(k, task, call);
    case "MODULE_GET_NEXT_ID":
      return nextId(k, task, call);
    case "MODULE_GET_FD_BY_ID":
      return fdById(k, task, call);
    case "tcp_socket":
      return tcpSocket(k, task);
    case "set_congestion":
      return setCongestion(k, task, call.fd, call.name);
    case "get_congestion":
      return getCongestion(k, task, call.fd);
    case "bpf": {
      if (call.cmd !== "OBJ_GET_INFO_BY_FD") return undefined;
      const attr = call.attr as Parameters<typeof moduleInfo>[2] & { readonly bpf_fd?: number };
      const file = ownAt(k, task, k.proposed.files, attr.bpf_fd ?? 0);
      if (file === undefined || file === "other" || file.of !== "module") return undefined;
      return moduleInfo(k, file.id, attr);
    }
    default:
      return undefined;
  }
}

/** Files that were closed let go of modules and sockets. */
function settle(k: K): Proposed<Modules> {
  const { closed, files } = closedSince(k, k.proposed.files);
  return closed.reduce(
    (now, file) => file.of === "tcp" ? dropSocket(now, file.socket) : opened(now, file.id, -1),
    withModules(k, { files }),
  );
}
