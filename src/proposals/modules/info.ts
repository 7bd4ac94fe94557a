/** OBJ_GET_INFO_BY_FD of a module: another struct that the proposal adds to the uapi. */
import { latin1, type Ptr } from "../../abi/memory.ts";
import { word, wordAt } from "../../abi/words.ts";
import { copyOut } from "../../commands/args.ts";
import { R as INFO } from "../../commands/info_rules.ts";
import { done, type Outcome, refuse } from "../../kernel/outcome.ts";
import { moduleAt } from "./life.ts";
import type { BpfModule, K, ModuleState } from "./state.ts";

const STATES: readonly ModuleState[] = ["live", "going", "gone"];
const NAME_LEN = 16;
const OPS_LEN = 32;
const MAX_PROGS = 8;

/** sizeof(struct bpf_module_info) */
export const BPF_MODULE_INFO_SIZE = 16 + NAME_LEN + OPS_LEN + 4 * MAX_PROGS;

/** `struct bpf_module_info`, as a program reads it. */
export interface BpfModuleInfo {
  readonly id: number;
  readonly state: ModuleState;
  readonly users: number;
  readonly name: string;
  readonly ops: string;
  /** Ids of its programs, by the order of the struct's members given at registration. */
  readonly progs: readonly number[];
}

function encoded({ id, state, users, progs, name, ops }: BpfModule): string {
  const ids = progs.map(([, prog]) => word(prog)).join("");
  return word(id) + word(STATES.indexOf(state)) + word(users) + word(progs.length) +
    name.padEnd(NAME_LEN, "\0") + ops.padEnd(OPS_LEN, "\0") + ids.padEnd(4 * MAX_PROGS, "\0");
}

export function moduleInfo(
  k: K,
  id: number,
  attr: { readonly info?: Ptr; readonly info_len?: number },
): Outcome {
  const length = Math.min((attr.info_len ?? 0) >>> 0, BPF_MODULE_INFO_SIZE);
  const out = copyOut([], "info", attr.info, encoded(moduleAt(k, id)).slice(0, length));
  if (out.faulted) return refuse(k, INFO.info_fault, out.writes);
  return done(k, 0, [...out.writes, { field: "info_len", offset: 0, bytes: word(length) }]);
}

/** Reads what OBJ_GET_INFO_BY_FD of a module wrote. */
export function decodeModuleInfo(bytes: Uint8Array | number): BpfModuleInfo {
  const text = typeof bytes === "number" ? "" : latin1(bytes);
  const [id, state, users, count] = [0, 4, 8, 12].map((at) => wordAt(text, at));
  const stringAt = (at: number, size: number) => text.slice(at, at + size).replace(/\0.*$/s, "");
  const at = 16 + NAME_LEN + OPS_LEN;
  return {
    id,
    state: STATES[state],
    users,
    name: stringAt(16, NAME_LEN),
    ops: stringAt(16 + NAME_LEN, OPS_LEN),
    progs: Array.from({ length: count }, (_, i) => wordAt(text, at + 4 * i)),
  };
}
