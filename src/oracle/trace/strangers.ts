/** Calls on objects that the model does not have: their answers are the trace's. */
import { type BpfCall, step } from "bpfspec";
import { agrees, type Judgement, notJudged } from "./answers.ts";
import { withAttr } from "./elements.ts";
import type { Event, Loose } from "./event.ts";
import type { World } from "./world.ts";

/** Commands that return a descriptor. */
export const MAKES_FD: ReadonlySet<string> = new Set([
  "MAP_CREATE",
  "PROG_LOAD",
  "OBJ_GET",
  "PROG_GET_FD_BY_ID",
  "MAP_GET_FD_BY_ID",
  "RAW_TRACEPOINT_OPEN",
  "BTF_LOAD",
  "BTF_GET_FD_BY_ID",
  "LINK_CREATE",
  "LINK_GET_FD_BY_ID",
  "ITER_CREATE",
  "TOKEN_CREATE",
]);

const SUBJECTS: readonly string[] = ["map_fd", "bpf_fd"];
const OF_CREATE: readonly string[] = ["inner_map_fd", "map_token_fd", "value_type_btf_obj_fd"];
const OF_LOAD: readonly string[] = ["attach_prog_fd", "prog_token_fd"];

/** Why the model cannot speak for a call: a descriptor that it takes is of a strange object. */
export function hangsOn(world: World, task: number, call: BpfCall): string | undefined {
  const doubt = world.doubted.get(task);
  if (doubt !== undefined) return `the caller's credentials, since ${doubt}`;
  const attr = call.attr as Loose;
  if (call.cmd === "BTF_LOAD") return hiddenOf(attr);
  const typed = attr.btf_key_type_id || attr.btf_value_type_id || attr.btf_vmlinux_value_type_id;
  const fields = call.cmd === "MAP_CREATE"
    ? [...OF_CREATE, ...(typed ? ["btf_fd"] : [])]
    : call.cmd === "PROG_LOAD"
    ? OF_LOAD
    : SUBJECTS;
  const field = fields.find((name) => {
    const fd = Number(attr[name] ?? (SUBJECTS.includes(name) && name in attr ? 0 : -1));
    return fd > 0 && world.isStranger(task, fd);
  });
  return field === undefined ? undefined : `${field} is of an object that the model does not have`;
}

/** What of a BTF_LOAD is not shown, so that it cannot be judged. */
function hiddenOf(attr: Loose): string | undefined {
  const { btf } = attr;
  const isShown = typeof btf === "string" || btf instanceof Uint8Array;
  if (!isShown) return "BTF, of which the trace does not show the bytes";
  const logs = attr.btf_log_level || attr.btf_log_size || attr.btf_log_buf;
  return logs ? "the log of BTF, which the trace does not show" : undefined;
}

const CHANGES: ReadonlySet<string> = new Set([
  "MAP_UPDATE_BATCH",
  "MAP_DELETE_BATCH",
  "MAP_LOOKUP_AND_DELETE_BATCH",
  "MAP_LOOKUP_AND_DELETE_ELEM",
]);
const KEEPS: readonly string[] = ["prog_fd", "attach_bpf_fd", "new_prog_fd", "map_fd"];

/** Takes the answer from the trace, with what it means for the model's own objects. */
export function take(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  why: string,
): Judgement {
  const { observed } = event;
  if (observed.kind !== "value" || observed.ret < 0) return notJudged(why);
  const attr = call.attr as Loose;
  if (CHANGES.has(call.cmd)) blurMap(world, task, Number(attr.map_fd));
  else if (!call.cmd.startsWith("MAP_")) keep(world, task, attr);
  if (call.cmd === "MAP_CREATE" && createPlain(world, task, event, call)) return notJudged(why);
  if (MAKES_FD.has(call.cmd)) arrive(world, task, observed.ret, true);
  return notJudged(why);
}

function blurMap(world: World, task: number, fd: number): void {
  const map = world.mapOf(task, fd);
  if (map !== undefined) world.blur(map.id);
}

/** Attachments, links and iterators keep what they are on alive. */
function keep(world: World, task: number, attr: Loose): void {
  for (const name of KEEPS) {
    const object = attr[name] === undefined ? undefined : world.objectOf(task, Number(attr[name]));
    if (object?.of !== "map" && object?.of !== "prog") continue;
    world.lasting.add(`${object.of} ${object.id}`);
    if (object.of === "map") continue;
    const prog = world.kernel.progs.table.get(object.id);
    for (const map of prog?.maps ?? []) world.lasting.add(`map ${map}`);
  }
}

/** A map with BTF is, but for its info, the map without. */
function createPlain(world: World, task: number, event: Event, call: BpfCall): boolean {
  const plain = withAttr(call, { btf_fd: 0, btf_key_type_id: 0, btf_value_type_id: 0 });
  const outcome = step(world.kernel, task, plain);
  if (outcome.answer.kind !== "value" || !agrees(outcome.answer, event.observed)) return false;
  world.kernel = outcome.kernel;
  world.described.add(world.mapOf(task, outcome.answer.ret)!.id);
  return true;
}

/** A descriptor of an object that the model does not have. */
export function arrive(world: World, task: number, fd: number, cloexec: boolean): void {
  if (world.isOpen(task, fd)) world.run(task, { op: "close", fd });
  world.fillBelow(task, fd);
  world.put(task, fd, cloexec, true);
  world.holes.push({ kind: "object", what: `descriptor ${fd} is of an object not modelled` });
}
