/** Judges calls that tell or take ids: the kernel's own, learnt from what a trace shows. */
import { type BpfCall, step } from "bpfspec";
import {
  agrees,
  allowedSet,
  errnoOf,
  type Judgement,
  notJudged,
  refuted,
  shownAnswer,
} from "./answers.ts";
import { withAttr } from "./elements.ts";
import type { Event, Shown } from "./event.ts";
import { arrive } from "./strangers.ts";
import type { World } from "./world.ts";
import { modelId } from "./written.ts";

export function judgeId(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  shown: Shown,
): Judgement {
  if (!/^(MAP|PROG)_/.test(call.cmd)) return takeStrange(world, task, event);
  const kind = call.cmd.startsWith("MAP") ? "map" as const : "prog" as const;
  return /_NEXT_ID$/.test(call.cmd)
    ? judgeNext(world, task, event, call, shown, kind)
    : judgeById(world, task, event, call, kind);
}

/** BTF and links: the model has none. */
function takeStrange(world: World, task: number, { observed, name }: Event): Judgement {
  const makes = name.endsWith("FD_BY_ID");
  if (makes && observed.kind === "value") arrive(world, task, observed.ret, true);
  return notJudged("objects that the model does not have");
}

/** An id that no object has, neither the model's nor the machine's. */
const NOBODY = 0x7ffffffe;

function judgeById(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  kind: "map" | "prog",
): Judgement {
  const field = `${kind}_id`;
  const attr = call.attr as Readonly<Record<string, number | undefined>>;
  const real = attr[field] ?? 0;
  const own = modelId(world, kind, real);
  const outcome = step(world.kernel, task, withAttr(call, { [field]: own ?? NOBODY }));
  const agreed = agrees(outcome.answer, event.observed);
  const early = outcome.answer.kind === "refusal" && outcome.answer.errno !== "ENOENT";
  const lasting = own !== undefined && world.lasting.has(`${kind} ${own}`);
  if (!early && ((own === undefined && real !== 0) || (lasting && !agreed))) {
    return unknownId(world, task, event, kind, real);
  }
  if (!agreed) return refuted(shownAnswer(event.observed), allowedSet([outcome]));
  world.kernel = outcome.kernel;
  return { kind: "judged", allowed: allowedSet([outcome]) };
}

/** An object with an id that the trace has not told before: somebody else's, or one of its own. */
function unknownId(
  world: World,
  task: number,
  { observed }: Event,
  kind: "map" | "prog",
  real: number,
): Judgement {
  if (observed.kind === "value") {
    arrive(world, task, observed.ret, true);
    const table = kind === "map" ? world.kernel.maps.table : world.kernel.progs.table;
    for (const [id] of table.entries()) {
      if (!world.ids[kind].has(id) && kind === "map") world.shared.add(id);
    }
  }
  return notJudged(`what the id ${real} stands for`);
}

function judgeNext(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  shown: Shown,
  kind: "map" | "prog",
): Judgement {
  const start = ((call.attr as { start_id?: number }).start_id ?? 0) >>> 0;
  const outcome = step(world.kernel, task, call);
  const { answer } = outcome;
  if (answer.kind === "refusal" && answer.errno !== "ENOENT") {
    if (agrees(answer, event.observed)) return { kind: "judged", allowed: allowedSet([outcome]) };
    return refuted(shownAnswer(event.observed), allowedSet([outcome]));
  }
  const table = kind === "map" ? world.kernel.maps.table : world.kernel.progs.table;
  const alive = [...world.ids[kind]].filter(([id]) => table.get(id) !== undefined);
  const next = Math.min(...alive.map(([, real]) => real).filter((real) => real > start));
  const any = { answer: "0", rule: undefined };
  const end = { answer: "ENOENT", rule: undefined };
  const allowed = next === Infinity ? [any, end] : [any];
  const errno = errnoOf(event.observed);
  if (errno !== undefined) {
    const right = errno === "ENOENT" && next === Infinity;
    return right ? { kind: "judged", allowed } : refuted(errno, allowed);
  }
  const told = shown.next_id;
  if (told === undefined) return { kind: "judged", allowed };
  if (told <= start || told > next || isDead(world, kind, told)) {
    const most = next === Infinity ? "" : ` and no larger than ${next}`;
    const right = { answer: `a living id above ${start}${most}`, rule: undefined };
    return refuted(`next_id ${told}`, [right]);
  }
  return { kind: "judged", allowed };
}

function isDead(world: World, kind: "map" | "prog", real: number): boolean {
  const own = modelId(world, kind, real);
  const table = kind === "map" ? world.kernel.maps.table : world.kernel.progs.table;
  return own !== undefined && table.get(own) === undefined && !world.lasting.has(`${kind} ${own}`);
}
