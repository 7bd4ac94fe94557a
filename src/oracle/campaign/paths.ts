/** From choices to a path: a machine that has made the calls. */
import { type Answer, type AttrOf, boot, type Call, type Machine, type Version } from "bpfspec";
import type { Path } from "../replay.ts";
import { callFor } from "./calls.ts";
import { sceneFor } from "./scenes.ts";
import type { Choice } from "./choices.ts";
import { one } from "./pools.ts";
import { aliveTasks } from "./state.ts";

/** No map of a campaign is larger: real memory is not what is on trial. */
const LARGEST_MAP = 2 ** 22;
const MOST_TASKS = 4;

/** Plays choices on a machine of a version. */
export function play(version: Version, drawn: readonly Choice[]): Machine {
  let m = sceneFor(boot(version), drawn[0]);
  for (const choice of drawn) {
    m = m.as(one(aliveTasks(m), choice.task % 2 === 0 ? choice.task : 0));
    const call = callFor(m, choice);
    if (!isAffordable(m, call)) continue;
    const next = m.call(call);
    // What is not modelled is not run; the path goes on without it.
    if (next.answer?.kind !== "unmodelled") m = next;
  }
  return m;
}

/** Whether a real kernel can be asked this without harm: bounded memory, few processes. */
function isAffordable(m: Machine, call: Call): boolean {
  if (call.op === "fork") return m.kernel.tasks.size < MOST_TASKS;
  if (call.op !== "bpf" || call.cmd !== "MAP_CREATE") return true;
  return claimed(call.attr as Create) <= LARGEST_MAP || isRefusedUnallocated(m.call(call).answer);
}

type Create = AttrOf<"MAP_CREATE">;

/** About the bytes that a map would take. */
function claimed({ max_entries = 0, key_size = 0, value_size = 0 }: Create): number {
  return (max_entries >>> 0) * (64 + (key_size >>> 0) + (value_size >>> 0));
}

/** Whether a call is refused before the kernel allocates anything for the map. */
function isRefusedUnallocated(answer: Answer | undefined): boolean {
  if (answer?.kind !== "refusal") return false;
  return !/\/(name|btf_fd|not_btf|excl_.*|access_late|fd_limit|create_memory)$/.test(
    answer.rule.id,
  );
}

/** A path of drawn choices. */
export function pathOf(name: string, version: Version, drawn: readonly Choice[]): Path {
  return { name, version, options: {}, trail: play(version, drawn).trail };
}

/** Whether a call got beyond the first thing that is looked at. */
export function isDeep(answer: Answer): boolean {
  if (answer.kind !== "refusal") return answer.kind === "value";
  const { id } = answer.rule;
  return !id.startsWith("ENTRY/") && !/\/(attr|bad_fd)$/.test(id);
}

/** The calls of a trail, made anew from boot. */
export function remade(version: Version, trail: Path["trail"]): Path["trail"] {
  let m = boot(version);
  for (const { task, call } of trail) m = m.as(task).call(call);
  return m.trail;
}
