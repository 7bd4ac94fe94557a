/** `bpftool modules`: what insmod, lsmod and rmmod are for kernel modules, as runs of calls. */
import { room } from "../../abi/memory.ts";
import type { Machine } from "../../machine/machine.ts";
import { textTable } from "../text_table.ts";
import type { ModuleCall } from "./calls.ts";
import { BPF_MODULE_INFO_SIZE, type BpfModuleInfo, decodeModuleInfo } from "./info.ts";

/** The modules that the current task finds, and the machine after its search. */
export function listModules(
  machine: Machine<ModuleCall>,
): { readonly machine: Machine<ModuleCall>; readonly modules: readonly BpfModuleInfo[] } {
  const modules: BpfModuleInfo[] = [];
  let m = machine;
  for (let start_id = 0;;) {
    m = m.call({ op: "MODULE_GET_NEXT_ID", start_id });
    if (m.result !== 0) return { machine: m, modules };
    start_id = m.out.next_id as number;
    m = m.call({ op: "MODULE_GET_FD_BY_ID", module_id: start_id });
    const fd = m.result;
    if (typeof fd !== "number") return { machine: m, modules };
    const info_len = BPF_MODULE_INFO_SIZE;
    m = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: fd, info_len, info: room(info_len) });
    modules.push(decodeModuleInfo(m.out.info));
    m = m.close(fd);
  }
}

/** The list as `bpftool modules` would print it. */
export function bpftoolModules(machine: Machine<ModuleCall>): string {
  const { modules } = listModules(machine);
  const header = ["id", "name", "ops", "state", "users", "progs"];
  return textTable([
    header,
    ...modules.map(({ id, name, ops, state, users, progs }) => [
      String(id),
      name,
      ops,
      state,
      String(users),
      progs.join(","),
    ]),
  ]);
}
