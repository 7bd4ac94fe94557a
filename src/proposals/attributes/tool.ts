/** What a shell does with the attributes, as runs of calls. */
import { latin1 } from "../../abi/memory.ts";
import type { Machine } from "../../machine/machine.ts";
import { type K } from "./state.ts";
import type { AttributeCall } from "./calls.ts";
import { factNames, type Kind } from "./facts.ts";

type AttributeMachine = Machine<AttributeCall>;

function text(m: AttributeMachine, field: string): string {
  const bytes = m.out[field];
  return bytes instanceof Uint8Array ? latin1(bytes) : "";
}

/** `ls` below /sys/kernel/bpf. */
export function lsSysfs(
  machine: AttributeMachine,
  path: string,
): readonly string[] | AttributeMachine["result"] {
  const m = machine.call({ op: "list_sysfs", path });
  return typeof m.result === "number" ? text(m, "names").split("\0").slice(0, -1) : m.result;
}

/** `cat` of an attribute. */
export function catSysfs(
  machine: AttributeMachine,
  path: string,
): string | AttributeMachine["result"] {
  const opened = machine.open(path);
  if (typeof opened.result !== "number") return opened.result;
  const read = opened.call({ op: "read_attribute", fd: opened.result });
  return typeof read.result === "number" ? text(read, "text") : read.result;
}

/** `getfattr -n bpf.NAME`. */
export function factAt(
  machine: AttributeMachine,
  path: string,
  name: string,
): string | AttributeMachine["result"] {
  const m = machine.call({ op: "get_fact", path, name: `bpf.${name}`, size: 64 });
  return typeof m.result === "number" ? text(m, "value") : m.result;
}

/** Directories and files that sysfs keeps, whether anybody looks or not. */
export function sysfsNodes(
  machine: AttributeMachine,
): { readonly directories: number; readonly files: number } {
  const { proposed, ...kernel } = machine.kernel as K;
  const kinds = Array.from(proposed.kobjects.keys(), (each) => each.split("/")[0] as Kind);
  const files = kinds.reduce((sum, kind) => sum + factNames(kernel, kind).length, 0);
  return { directories: kinds.length, files };
}
