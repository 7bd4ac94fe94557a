/** What a shell does with a directory of keys, as runs of calls. */
import { O_CREAT, O_WRONLY } from "../../abi/file_flags.ts";
import { PAGE_SIZE } from "../../abi/limits.ts";
import { latin1, room } from "../../abi/memory.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Out } from "../../machine/past.ts";
import { proposedOf } from "../proposal.ts";
import type { KeysCall } from "./calls.ts";
import { type Format, print } from "./format.ts";
import { KEYS_AS_FILES } from "./proposal.ts";
import { valueOf } from "./state.ts";

type KeysMachine = Machine<KeysCall>;
type Result = KeysMachine["result"];

function textOf(out: Out, field: string): string {
  const bytes = out[field];
  return bytes instanceof Uint8Array ? latin1(bytes) : "";
}

/** The names in a directory, or what refused to tell them. */
export function ls<C extends { readonly op: string }>(
  machine: Machine<C>,
  path: string,
): readonly string[] | Result {
  const m = machine.getdents(path);
  return typeof m.result === "number" ? m.names : m.result;
}

/** The text of a key's file, or what refused to tell it. */
export function cat<C extends { readonly op: string }>(
  machine: Machine<C>,
  path: string,
): string | Result {
  const opened = machine.open(path);
  const fd = opened.result;
  if (typeof fd !== "number") return fd;
  let [m, text] = [opened.read(fd, PAGE_SIZE), ""];
  for (; typeof m.result === "number" && m.result > 0; m = m.read(fd, PAGE_SIZE)) text += m.text;
  return typeof m.result === "number" ? text : m.result;
}

/** `echo TEXT > PATH`: the machine after it; its last answer is the write's, or the refusal's. */
export function echo(machine: KeysMachine, text: string, path: string): KeysMachine {
  const opened = machine.open(path, O_WRONLY | O_CREAT);
  const fd = opened.result;
  if (typeof fd !== "number") return opened;
  const written = opened.write(fd, `${text}\n`);
  return typeof written.result === "number" ? written.close(fd) : written;
}

/** `ls -l`: every key looked up. */
export function lsLong(machine: KeysMachine, path: string): KeysMachine {
  const names = ls(machine, path);
  if (!Array.isArray(names)) return machine;
  return names.reduce((m, name) => m.stat(`${path}/${name}`), machine);
}

/** `rm -r`: every key, then the directory. */
export function rmRecursively(machine: KeysMachine, path: string): KeysMachine {
  const names = ls(machine, path);
  if (!Array.isArray(names)) return machine;
  const emptied = names.reduce((m, name) => m.unlink(`${path}/${name}`), machine);
  return emptied.rmdir(path);
}

/** Inodes of keys that the file system keeps, and how many are of keys that are gone. */
export function keyInodes(
  machine: KeysMachine,
): { readonly kept: number; readonly stale: number } {
  let [kept, stale] = [0, 0];
  for (const dir of proposedOf(KEYS_AS_FILES, machine).dirs.values()) {
    const map = machine.kernel.maps.table.get(dir.map)!;
    for (const key of dir.inodes.keys()) {
      kept++;
      if (valueOf(map, key) === undefined) stale++;
    }
  }
  return { kept, stale };
}

/**
 * The same tree made in user space, as a tool or a FUSE file system would: by MAP_GET_NEXT_KEY and
 * MAP_LOOKUP_ELEM through a descriptor, with a printer of its own.
 */
export function dump<C extends { readonly op: string }>(
  machine: Machine<C>,
  map_fd: number,
  format: Format,
): readonly (readonly [key: string, value: string])[] {
  const rows: [string, string][] = [];
  const map = machine.kernel.tasks.get(machine.task)!.fds.get(map_fd);
  const object = map === undefined ? undefined : machine.kernel.files.get(map.file)?.object;
  if (object?.of !== "map") return rows;
  const { key_size, value_size } = machine.kernel.maps.table.get(object.id)!.spec;
  let m = machine.bpf("MAP_GET_NEXT_KEY", { map_fd, next_key: room(key_size) });
  while (m.result === 0) {
    const key = m.out.next_key as Uint8Array;
    m = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key, value: room(value_size) });
    const value = textOf(m.out, "value");
    rows.push([print(format, "key", latin1(key)), print(format, "value", value)]);
    m = m.bpf("MAP_GET_NEXT_KEY", { map_fd, key, next_key: room(key_size) });
  }
  return rows;
}
