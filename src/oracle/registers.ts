/** Paths that register a struct with the kernel: everybody on it has that then. */
import {
  BPF_F_LINK,
  BPF_MAP_TYPE_STRUCT_OPS,
  type Call,
  commandAbi,
  type CommandName,
  decodeAttr,
  encodeAttr,
  latin1,
  type Step,
} from "bpfspec";
import type { Script, Step as ScriptStep } from "./script.ts";

interface Fields {
  readonly map_type?: number;
  readonly map_flags?: number;
}

/** The fields of a call that may be of a command, whichever door it takes. */
function fieldsOf(call: Call, cmd: CommandName): Fields | undefined {
  if (call.op === "bpf") return call.cmd === cmd ? call.attr as Fields : undefined;
  if (call.op !== "raw" || (call.cmd & 0xffff) !== commandAbi(cmd).number) return undefined;
  return call.attr instanceof Uint8Array ? decodeAttr(cmd, latin1(call.attr)) as Fields : {};
}

function isStructOps(call: Call): boolean {
  return fieldsOf(call, "MAP_CREATE")?.map_type === BPF_MAP_TYPE_STRUCT_OPS;
}

/** Whether what a call makes registers as soon as it is filled: it has no BPF_F_LINK. */
function makesOld(call: Call): boolean {
  return isStructOps(call) && ((fieldsOf(call, "MAP_CREATE")!.map_flags ?? 0) & BPF_F_LINK) === 0;
}

/**
 * Whether a path may register a struct. By what is asked, not by what the model answers: what the
 * model is wrong about must not happen to others.
 */
export function registers(trail: readonly Step[]): boolean {
  const calls = trail.map(({ call }) => call);
  if (!calls.some(isStructOps)) return false;
  const fills = calls.some((call) => fieldsOf(call, "MAP_UPDATE_ELEM") !== undefined);
  const links = calls.some((call) => fieldsOf(call, "LINK_CREATE") !== undefined);
  return fills && (links || calls.some(makesOld));
}

const MAP_DELETE_ELEM = 3, MAP_GET_NEXT_ID = 12, MAP_GET_FD_BY_ID = 14;
/** Maps that a path may leave registered. */
const MOST = 4;
const FIRST_FD = 3;

/** Finds the map after the one that step `before` found, and deletes its key 0. */
function unregistering(i: number): ScriptStep[] {
  const step = 3 * i;
  const after = i === 0
    ? []
    : [{ area: 0, offset: 0, value: { step: step - 3, area: 0, offset: 4 } }];
  const found = { area: 0, offset: 0, value: { step, area: 0, offset: 4 } };
  const key = { area: 0, offset: 8, value: { address: 1 } };
  return [
    {
      task: 0,
      op: "bpf",
      args: { cmd: MAP_GET_NEXT_ID },
      areas: { 0: encodeAttr("MAP_GET_NEXT_ID", {}) },
      patches: after,
    },
    {
      task: 0,
      op: "bpf",
      args: { cmd: MAP_GET_FD_BY_ID },
      areas: { 0: encodeAttr("MAP_GET_FD_BY_ID", {}) },
      patches: [found],
    },
    {
      task: 0,
      op: "bpf",
      args: { cmd: MAP_DELETE_ELEM },
      areas: {
        0: encodeAttr("MAP_DELETE_ELEM", { map_fd: FIRST_FD + i }),
        1: new Uint8Array(4),
      },
      patches: [key],
    },
  ];
}

/** Unregisters, on a guest, what a path left: nobody else has maps there. */
export const CLEANUP: Script = {
  name: "cleanup",
  steps: Array.from({ length: MOST }, (_, i) => unregistering(i)).flat(),
};
