/** The four commands that the proposal adds to bpf(2). */
import { BPF_PROG_TYPE_STRUCT_OPS } from "../../abi/constants.ts";
import { objectName } from "../../abi/names.ts";
import { word } from "../../abi/words.ts";
import { bpfCapable, capable, netAdminCapable } from "../../kernel/capabilities.ts";
import { fileAt, freeFd } from "../../kernel/fds.ts";
import { insert, nextFreeId } from "../../kernel/ids.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { holdProg } from "../../kernel/refs.ts";
import { isRegistered } from "../../kernel/registry.ts";
import type { Rule } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { structOps } from "../../maps/struct_ops/shape.ts";
import { memberIndex } from "../../maps/struct_ops/value.ts";
import { openOwn } from "../own_files.ts";
import { BPF_F_MODULE_DEFER, type ModuleCall } from "./calls.ts";
import { holderOf, liveNamed, opened, settleModule } from "./life.ts";
import { FD_BY_ID, NEXT_ID, REGISTER, UNREGISTER } from "./rules.ts";
import { type BpfModule, type K, withModules } from "./state.ts";
import { MANDATORY } from "./structs.ts";

type Of<Op extends ModuleCall["op"]> = Extract<ModuleCall, { readonly op: Op }>;

/** BPF_MODULE_REGISTER: what insmod does. The registration keeps the module, whoever made it. */
export function register(k: K, task: Task, call: Of<"MODULE_REGISTER">): Outcome {
  const progs = checkRegister(k, task, call);
  if ("errno" in progs) return refuse(k, progs);
  const id = nextFreeId(k.proposed.modules);
  if (id === undefined) return unmodelled(k, "more than 2^31 modules");
  const module: BpfModule = {
    id,
    name: call.name,
    ops: call.ops,
    progs,
    state: "live",
    users: 0,
    opens: 0,
  };
  const held = progs.reduce((now, [, prog]) => holdProg(now, prog) as K, k);
  return open(withModules(held, { modules: insert(held.proposed.modules, id, module) }), task, id);
}

function checkRegister(
  k: K,
  task: Task,
  call: Of<"MODULE_REGISTER">,
): BpfModule["progs"] | Rule {
  if (!bpfCapable(task.cred)) return REGISTER.bpf;
  if (!netAdminCapable(task.cred)) return REGISTER.net_admin;
  const mandatory = Object.hasOwn(MANDATORY, call.ops) ? MANDATORY[call.ops] : undefined;
  const shape = structOps(k, call.ops);
  if (mandatory === undefined || shape === undefined) return REGISTER.ops;
  if (call.name === "" || objectName(call.name) === undefined) return REGISTER.name;
  const progs: [string, number][] = [];
  for (const [member, fd] of Object.entries(call.progs)) {
    const index = memberIndex(shape, member);
    if (shape.slots[index]?.role !== "func") return REGISTER.member;
    const file = fileAt(k, task, fd);
    if (file === undefined) return REGISTER.bad_fd;
    if (file.object.of !== "prog") return REGISTER.not_prog;
    const prog = k.progs.table.get(file.object.id)!;
    const fits = prog.prog_type === BPF_PROG_TYPE_STRUCT_OPS &&
      prog.attach_btf_id === shape.type_id && prog.expected_attach_type === index;
    if (!fits) return REGISTER.other_prog;
    progs.push([member, prog.id]);
  }
  const has = (member: string) => progs.some(([name]) => name === member);
  if (!mandatory.every((group) => group.some(has))) return REGISTER.mandatory;
  if (isRegistered(k, call.name) || holderOf(k, call.name) !== undefined) return REGISTER.exists;
  return freeFd(task) === undefined ? REGISTER.fd_limit : progs;
}

/** A descriptor of a module. The caller has seen that there is one. */
function open(k: K, task: Task, id: number): Outcome {
  const made = openOwn(k, task, k.proposed.files, { of: "module", id })!;
  return done(opened(withModules(made.k, { files: made.files }), id, 1), made.fd);
}

/** BPF_MODULE_UNREGISTER: what rmmod does, by anybody who may. */
export function unregister(k: K, task: Task, call: Of<"MODULE_UNREGISTER">): Outcome {
  const flags = (call.flags ?? 0) >>> 0;
  if ((flags & ~BPF_F_MODULE_DEFER) !== 0) return refuse(k, UNREGISTER.flags);
  if (!bpfCapable(task.cred)) return refuse(k, UNREGISTER.bpf);
  const module = liveNamed(k, call.name);
  if (module === undefined) return refuse(k, UNREGISTER.absent);
  if (module.users > 0 && flags === 0) return refuse(k, UNREGISTER.busy);
  return done(settleModule(k, { ...module, state: "going" }));
}

/** BPF_MODULE_GET_NEXT_ID: what lsmod walks by. */
export function nextId(k: K, task: Task, call: Of<"MODULE_GET_NEXT_ID">): Outcome {
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, NEXT_ID.capability);
  const id = k.proposed.modules.table.nextIndex((call.start_id >>> 0) + 1);
  if (id === undefined) return refuse(k, NEXT_ID.none);
  return done(k, 0, [{ field: "next_id", offset: 0, bytes: word(id) }]);
}

/** BPF_MODULE_GET_FD_BY_ID */
export function fdById(k: K, task: Task, call: Of<"MODULE_GET_FD_BY_ID">): Outcome {
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, FD_BY_ID.capability);
  const id = call.module_id >>> 0;
  if (k.proposed.modules.table.get(id) === undefined) return refuse(k, FD_BY_ID.absent);
  if (freeFd(task) === undefined) return refuse(k, FD_BY_ID.fd_limit);
  return open(k, task, id);
}
