/** Judges calls with paths: those into the bpffs that the model has. */
import { type BpfCall, type Call, type Outcome, step } from "bpfspec";
import {
  agrees,
  allowedSet,
  type Judgement,
  NO_MATTER,
  notJudged,
  refuted,
  shownAnswer,
} from "./answers.ts";
import { environment } from "./bpf.ts";
import { withAttr } from "./elements.ts";
import type { Event } from "./event.ts";
import { arrive } from "./strangers.ts";
import type { World } from "./world.ts";

type Open = Extract<Call, { op: "open" }>;

/** Why a path is not the model's to judge; undefined where it is. */
function doubt(world: World, task: number, path: string): string | undefined {
  const { names } = world;
  if (names.lost !== undefined) return `what paths mean, since ${names.lost}`;
  if (names.isForeign(path)) return `what stood at ${path} before the trace`;
  return world.doubted.get(task);
}

/** Whether the bpffs's root has an entry in the model. */
function hasEntry(world: World): (entry: string) => boolean {
  const outcome = (path: string) => world.try(0, { op: "chmod", path, mode: 0o700 });
  return (entry) => {
    const { answer } = outcome(`/sys/fs/bpf/${entry}`);
    return answer.kind === "value" || (answer.kind === "refusal" && answer.errno !== "ENOENT");
  };
}

/** OBJ_PIN and OBJ_GET. */
export function judgeNamed(world: World, task: number, event: Event, call: BpfCall): Judgement {
  const attr = call.attr as { pathname?: unknown; bpf_fd?: number; file_flags?: number };
  const { pathname } = attr;
  if (typeof pathname !== "string") return settle(world, event, step(world.kernel, task, call));
  const path = world.names.inside(pathname);
  const outside = pathname.startsWith("/")
    ? "a path outside the bpffs"
    : "a path that starts at a directory";
  const why = path === undefined ? outside : doubt(world, task, path);
  if (path === undefined || why !== undefined) return takeNamed(world, task, event, call, why!);
  const outcome = step(world.kernel, task, withAttr(call, { pathname: path }));
  return onEntry(world, event, path, outcome, () => {
    takeNamed(world, task, event, call, "");
  });
}

/** A pin elsewhere keeps its object; what is got from elsewhere is a stranger. */
function takeNamed(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  why: string,
): Judgement {
  const { observed } = event;
  if (observed.kind !== "value") return notJudged(why);
  if (call.cmd === "OBJ_GET") arrive(world, task, observed.ret, true);
  else {
    const object = world.objectOf(task, Number((call.attr as { bpf_fd?: number }).bpf_fd ?? 0));
    if (object?.of === "map" || object?.of === "prog") {
      world.lasting.add(`${object.of} ${object.id}`);
    }
  }
  return notJudged(why);
}

function settle(world: World, event: Event, outcome: Outcome): Judgement {
  if (outcome.answer.kind === "unmodelled") return notJudged(outcome.answer.what);
  const allowed = allowedSet([outcome]);
  if (!agrees(outcome.answer, event.observed)) return refuted(shownAnswer(event.observed), allowed);
  world.kernel = outcome.kernel;
  return { kind: "judged", allowed };
}

/** Holds an answer to the model's, unless something may have stood there before the trace. */
function onEntry(
  world: World,
  event: Event,
  path: string,
  outcome: Outcome,
  otherwise: () => void,
): Judgement {
  const { names } = world;
  const open = names.isOpen(path, hasEntry(world));
  const agreed = agrees(outcome.answer, event.observed);
  if (!open) {
    const lacking = environment(world, undefined, event);
    if (!agreed && lacking !== undefined) return notJudged(lacking);
    const judged = settle(world, event, outcome);
    if (judged.kind === "judged") names.know(path);
    return judged;
  }
  const why = `what stood at ${path} before the trace`;
  if (agreed) {
    world.kernel = outcome.kernel;
    names.know(path);
    return notJudged(why);
  }
  names.disown(path);
  otherwise();
  world.holes.push({ kind: "object", what: `something stood at ${path}` });
  return notJudged(why);
}

/** Every other call with a path. */
export function judgePath(world: World, task: number, event: Event, call: Call): Judgement {
  switch (call.op) {
    case "open":
      return judgeOpen(world, task, event, call);
    case "rename":
      return judgeRename(world, task, event, call);
    case "symlink":
      return judgeSymlink(world, task, event, call);
    case "mkdir":
    case "rmdir":
    case "unlink":
    case "chmod":
    case "chown":
      return judgeOne(world, task, event, call);
    default:
      return NO_MATTER;
  }
}

type OnePath = Extract<Call, { op: "mkdir" | "rmdir" | "unlink" | "chmod" | "chown" }>;

function judgeOne(world: World, task: number, event: Event, call: OnePath): Judgement {
  const path = world.names.inside(call.path);
  if (path === undefined) return NO_MATTER;
  const removes = call.op === "rmdir" || call.op === "unlink";
  const gone = () => {
    const isRemoved = removes && event.observed.kind === "value" && world.names.isEntry(path);
    if (isRemoved) world.names.know(path);
  };
  const why = doubt(world, task, path);
  if (why !== undefined) {
    gone();
    return notJudged(why);
  }
  return onEntry(world, event, path, world.try(task, { ...call, path }), gone);
}

function judgeRename(
  world: World,
  task: number,
  event: Event,
  call: Extract<Call, { op: "rename" }>,
): Judgement {
  const { names } = world;
  const [path, to] = [names.inside(call.path), names.inside(call.to)];
  if (path === undefined && to === undefined) return NO_MATTER;
  const why = path === undefined || to === undefined
    ? "a path outside the bpffs"
    : doubt(world, task, path) ?? doubt(world, task, to);
  const has = hasEntry(world);
  const isOpen = [path, to].some((name) => name !== undefined && names.isOpen(name, has));
  if (path === undefined || to === undefined || why !== undefined) {
    return lose(world, event, why!);
  }
  const outcome = world.try(task, { ...call, path, to });
  if (isOpen && !agrees(outcome.answer, event.observed)) {
    return lose(world, event, `what stood at ${path} and ${to} before the trace`);
  }
  const judged = settle(world, event, outcome);
  if (judged.kind !== "judged") return judged;
  names.know(path);
  names.know(to);
  return isOpen ? notJudged(`what stood at ${to} before the trace`) : judged;
}

/** A move of something that the model does not have: from now on names are not certain. */
function lose(world: World, { observed, place }: Event, why: string): Judgement {
  if (observed.kind === "value") world.names.lost = `the rename in line ${place.line}`;
  return notJudged(why);
}

function judgeSymlink(
  world: World,
  task: number,
  event: Event,
  call: Extract<Call, { op: "symlink" }>,
): Judgement {
  const { names } = world;
  const path = names.inside(call.path);
  if (path === undefined) return NO_MATTER;
  const { target } = call;
  const away = target.split("/").includes("..") ||
    (target.startsWith("/") && names.inside(target) === undefined);
  const why = doubt(world, task, path) ?? (away ? "a link that leads out of the bpffs" : undefined);
  if (why === undefined) {
    const own = target.startsWith("/") ? names.inside(target)! : target;
    const outcome = world.try(task, { ...call, target: own, path });
    return onEntry(world, event, path, outcome, () => {});
  }
  if (event.observed.kind === "value") {
    if (names.isEntry(path)) names.disown(path);
    else names.lost = `the symlink in line ${event.place.line}`;
  }
  return notJudged(why);
}

const O_CLOEXEC = 0o2000000;
/** O_DIRECTORY, O_NONBLOCK, O_LARGEFILE and O_NOCTTY: to a directory they make no difference. */
const IDLE = 0o200000 | 0o4000 | 0o100000 | 0o400;

function judgeOpen(world: World, task: number, event: Event, call: Open): Judgement {
  const { names } = world;
  const { observed } = event;
  const path = names.inside(call.path);
  const cloexec = (call.flags & O_CLOEXEC) !== 0;
  if (path === undefined) {
    if (observed.kind === "value" && observed.ret >= 0) {
      return openedElsewhere(world, task, event, cloexec);
    }
    return NO_MATTER;
  }
  const got = () => {
    if (observed.kind === "value") arrive(world, task, observed.ret, cloexec);
  };
  const why = doubt(world, task, path);
  const outcome = world.try(task, { ...call, path, flags: call.flags & ~IDLE });
  const unmodelled = outcome.answer.kind === "unmodelled" ? outcome.answer.what : undefined;
  if (why === undefined && unmodelled === undefined) {
    return onEntry(world, event, path, outcome, got);
  }
  got();
  return notJudged(why ?? unmodelled!);
}

/** A descriptor of a file that is no business of the model's: its number is input. */
function openedElsewhere(
  world: World,
  task: number,
  { observed }: Event,
  cloexec: boolean,
): Judgement {
  return observed.kind === "value" ? putFd(world, task, observed.ret, cloexec) : NO_MATTER;
}

export function putFd(world: World, task: number, fd: number, cloexec: boolean): Judgement {
  if (world.lax.has(task)) world.free(task, fd);
  if (world.isOpen(task, fd)) {
    const free = world.task(task).fds.firstGap(0);
    return refuted(`${fd}, which is open`, [{ answer: String(free), rule: undefined }]);
  }
  world.fillBelow(task, fd);
  world.put(task, fd, cloexec, false);
  return NO_MATTER;
}
