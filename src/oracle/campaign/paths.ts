/** From choices to a path: a machine that has made the calls. */
import { type Answer, boot, type Call, type Machine, type Version } from "bpfspec";
import { takesAtMost } from "../affordable.ts";
import type { Path } from "../replay.ts";
import { callFor } from "./calls.ts";
import type { Choice } from "./choices.ts";
import { one } from "./pools.ts";
import { sceneFor } from "./scenes.ts";
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
  // The executor opens a file of its own to go on after execve.
  if (call.op === "exec") return hasRoom(m);
  if (call.op === "fork") return m.kernel.tasks.size < MOST_TASKS;
  return takesAtMost(LARGEST_MAP, call, () => m.call(call).answer);
}

function hasRoom(m: Machine): boolean {
  const { fds, limits } = m.kernel.tasks.get(m.task)!;
  return fds.firstGap() < limits.nofile;
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
