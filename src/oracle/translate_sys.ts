/** Calls that the executor makes by their number, or that bring memory of their own. */
import { type Call, MOVE_MOUNT_F_EMPTY_PATH, type Ptr } from "bpfspec";
import { areaOf } from "./areas.ts";
import type { Area, Argument, Step } from "./script.ts";

const NR = { fsopen: 430, fsconfig: 431, fsmount: 432, move_mount: 429 } as const;
const AT_FDCWD = 0xffffff9c;

/** The step of such a call; undefined where a call is none. */
export function numbered(task: number, call: Call): Step | undefined {
  switch (call.op) {
    case "fsopen":
      return sys(task, NR.fsopen, [call.type, call.flags]);
    case "fsconfig":
      return sys(task, NR.fsconfig, [call.fd, call.cmd, call.key, call.value, 0]);
    case "fsmount":
      return sys(task, NR.fsmount, [call.fd, call.flags, 0]);
    case "move_mount":
      return sys(task, NR.move_mount, [call.fd, "", AT_FDCWD, call.path, MOVE_MOUNT_F_EMPTY_PATH]);
    case "idmap": {
      const text = call.lines.map((line) => `${line.join(" ")}\n`).join("");
      const args = { task: call.of, ids: call.ids === "uid" ? 0 : 1 };
      return { task, op: "idmap", args, areas: { 1: new TextEncoder().encode(text) } };
    }
    default:
      return undefined;
  }
}

/** A system call whose strings become areas. */
function sys(task: number, nr: number, values: readonly Ptr[]): Step {
  const args: Record<string, Argument> = { nr };
  const areas: Record<number, Area> = {};
  for (const [i, value] of values.entries()) {
    const area = typeof value === "number" ? undefined : areaOf(value);
    if (area === undefined) {
      args[`x${i}`] = value as number | bigint;
      continue;
    }
    const number = Object.keys(areas).length + 1;
    areas[number] = area;
    args[`x${i}`] = { address: number };
  }
  return { task, op: "sys", args, areas };
}
