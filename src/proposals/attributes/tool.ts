/** What a shell does with the attributes, as runs of calls. */
import type { Machine } from "../../machine/machine.ts";
import { ls } from "../keys_as_files/tool.ts";
import { factNames, type Kind } from "./facts.ts";
import { type K } from "./state.ts";

/** `ls` below /sys/kernel/bpf. */
export function lsSysfs(machine: Machine, path: string): readonly string[] | Machine["result"] {
  return ls(machine, path);
}

/** `cat` of an attribute. */
export function catSysfs(machine: Machine, path: string): string | Machine["result"] {
  const opened = machine.open(path);
  if (typeof opened.result !== "number") return opened.result;
  const read = opened.read(opened.result, 4096);
  return typeof read.result === "number" ? read.text : read.result;
}

/** `getfattr -n bpf.NAME`. */
export function factAt(machine: Machine, path: string, name: string): string | Machine["result"] {
  const m = machine.getxattr(path, `bpf.${name}`, 64);
  return typeof m.result === "number" ? m.text : m.result;
}

/** Directories and files that sysfs keeps, whether anybody looks or not. */
export function sysfsNodes(
  machine: Machine,
): { readonly directories: number; readonly files: number } {
  const { proposed, ...kernel } = machine.kernel as K;
  const kinds = Array.from(proposed.kobjects.keys(), (each) => each.split("/")[0] as Kind);
  const files = kinds.reduce((sum, kind) => sum + factNames(kernel, kind).length, 0);
  return { directories: kinds.length, files };
}
