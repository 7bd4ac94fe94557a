/** Linux as the claims about it set it up: who is there, and what can happen next. */
import { assemble, insn, returning } from "../../abi/insn.ts";
import { type Room, room } from "../../abi/memory.ts";
import { word } from "../../abi/words.ts";
import type { Version } from "../../kernel/version.ts";
import { boot, type Machine, type MachineOptions } from "../../machine/machine.ts";
import type { Move } from "../search.ts";

export const MAP = { map_type: 1, key_size: 4, value_size: 4, max_entries: 4 };
export const KEY = Uint8Array.of(1, 0, 0, 0);
export const VALUE = Uint8Array.of(42, 0, 0, 0);
export const ROOM: Room = room(4);

/** The places where objects are pinned. */
export const A = "/sys/fs/bpf/a";
export const B = "/sys/fs/bpf/b";

/** Whoever stands by, and the loader. */
export const OTHER = 0;
export const LOADER = 1;
/** An uid without any privilege. */
export const USER = 1000;

export function did(m: Machine): boolean {
  return typeof m.result === "number";
}

/** A move that does not happen where its call is refused, or its task is gone. */
export function move(name: string, make: (m: Machine) => Machine): Move {
  return {
    name,
    make: (m) => {
      const next = make(m);
      return did(next) ? next : undefined;
    },
  };
}

export function alive(m: Machine, task: number): boolean {
  return m.kernel.tasks.get(task)?.alive === true;
}

/** The lowest descriptor of a task that is of something. */
export function fdOf(m: Machine, task: number, of: "map" | "prog"): number | undefined {
  for (const [fd, { file }] of m.kernel.tasks.get(task)?.fds.entries() ?? []) {
    if (m.kernel.files.get(file)!.object.of === of) return fd;
  }
  return undefined;
}

/** A call on the lowest descriptor that a task has of something; 99 where it has none. */
export function onFd(
  task: number,
  of: "map" | "prog",
  make: (m: Machine, fd: number) => Machine,
): (m: Machine) => Machine {
  return (m) => make(m.as(task), fdOf(m, task, of) ?? 99);
}

/** A program that uses the map behind a descriptor. */
export function using(map_fd: number) {
  const insns = assemble(insn(0x18, 1, 1, 0, map_fd), insn(0, 0, 0, 0, 0), returning(0));
  return { prog_type: 3, insns, insn_cnt: 4, license: "GPL" };
}

export const PROG = { prog_type: 3, insns: returning(0), insn_cnt: 2, license: "GPL" };

/** Two tasks; the loader has a map with one element at descriptor 3, the other has nothing. */
export function loaded(version: Version, options: MachineOptions = {}): Machine {
  return boot(version, options).fork().as(LOADER)
    .bpf("MAP_CREATE", MAP)
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: VALUE });
}

/** The map of `loaded`, pinned at A, and its loader gone. */
export function pinned(version: Version, options: MachineOptions = {}): Machine {
  return loaded(version, options).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }).exit().as(OTHER);
}

export function get(m: Machine, pathname: string): Machine {
  return m.bpf("OBJ_GET", { pathname });
}

/** What a lookup of the one key says through a descriptor, as a number. */
export function valueAt(m: Machine, map_fd: number): number | undefined {
  const value = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key: KEY, value: ROOM }).out.value;
  return value instanceof Uint8Array ? value[0] : undefined;
}

/** What the one key says to somebody who comes by a name. */
export function valueBehind(m: Machine, pathname: string): number | undefined {
  const got = get(m.as(OTHER), pathname);
  return did(got) ? valueAt(got, got.result as number) : undefined;
}

/** How many names a path's calls have given less those that they took. */
export function namesOf(m: Machine): number {
  let names = 0;
  for (const { call, answer } of m.trail) {
    if (answer.kind !== "value") continue;
    if (call.op === "bpf" && call.cmd === "OBJ_PIN") names++;
    if (call.op === "unlink") names--;
  }
  return names;
}

/** What a loader can do with the map that it made. */
export const LOADER_MOVES: readonly Move[] = [
  move("pin", onFd(LOADER, "map", (m, bpf_fd) => m.bpf("OBJ_PIN", { pathname: A, bpf_fd }))),
  move("pin again", onFd(LOADER, "map", (m, bpf_fd) => m.bpf("OBJ_PIN", { pathname: B, bpf_fd }))),
  move("close", onFd(LOADER, "map", (m, fd) => m.close(fd))),
  move("dup", onFd(LOADER, "map", (m, fd) => m.dup(fd))),
  move("exec", (m) => m.as(LOADER).exec()),
  move("exit", (m) => m.as(LOADER).exit()),
];

/** What somebody else can do with names. */
export const OTHER_MOVES: readonly Move[] = [
  move("OBJ_GET", (m) => get(m.as(OTHER), A)),
  move("close what was got", onFd(OTHER, "map", (m, fd) => m.close(fd))),
  move("unlink", (m) => m.as(OTHER).unlink(A)),
  move("unlink the other name", (m) => m.as(OTHER).unlink(B)),
];

/** GET_FD_BY_ID of the first map that there was. */
export function byId(m: Machine, id: number): Machine {
  return m.as(OTHER).bpf("MAP_GET_FD_BY_ID", { map_id: id });
}

/** An id or count among written bytes. */
export function wordBytes(value: number): Uint8Array {
  return Uint8Array.from(word(value), (char) => char.charCodeAt(0));
}

/** A kernel whose sysctl lets users without privilege in. */
export const OPEN = { config: { unprivileged_bpf_disabled: 0 } } as const;
