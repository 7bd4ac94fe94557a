/** Judges bpf(2) calls of a trace. */
import {
  type BpfCall,
  type Call,
  COMMANDS,
  decodeAttr,
  type Kernel,
  latin1,
  type Outcome,
  step,
  type Verdict,
} from "bpfspec";
import {
  agrees,
  allowedSet,
  errnoOf,
  type Judgement,
  notJudged,
  refuted,
  shownAnswer,
} from "./answers.ts";
import {
  ANY_ROOM,
  type Candidate,
  candidatesOf,
  ELEMENT_COMMANDS,
  isExact,
  isHole,
  learn,
  withAttr,
} from "./elements.ts";
import type { Event, Loose, Shown } from "./event.ts";
import { judgeId } from "./ids.ts";
import { judgeNamed } from "./paths.ts";
import { arrive, hangsOn, MAKES_FD, take } from "./strangers.ts";
import type { World } from "./world.ts";
import { compareBytes, compareInfo, compareOrder, type Parted } from "./written.ts";

/** A call of bytes as a typed one, to see what it refers to. */
function typedOf(call: Call): BpfCall | undefined {
  if (call.op === "bpf") return call;
  if (call.op !== "raw" || !(call.attr instanceof Uint8Array)) return undefined;
  const command = COMMANDS[call.cmd];
  if (command === undefined) return undefined;
  return {
    op: "bpf",
    cmd: command.name,
    attr: decodeAttr(command.name, latin1(call.attr)),
  } as BpfCall;
}

/** What a call on a descriptor may answer that the program may have been started with. */
const INHERITED = { answer: "anything", rule: undefined };

/** Judges a call and goes on with what it did. */
export function judgeBpf(
  world: World,
  task: number,
  event: Event,
  call: Call,
  shown: Shown,
): Judgement {
  const judged = judgeOpen(world, task, event, call, shown);
  const attr = (typedOf(call)?.attr ?? {}) as Loose;
  const fd = Number(attr.map_fd ?? attr.bpf_fd ?? -1);
  if (fd < 0 || world.isOpen(task, fd) || world.settled.has(fd)) return judged;
  if (judged.kind === "judged") {
    const isSaid = /^EBADF/.test(errnoOf(event.observed) ?? "");
    if (isSaid) world.settled.add(fd);
    return { ...judged, allowed: [...judged.allowed, INHERITED] };
  }
  if (judged.kind !== "refuted") return judged;
  world.inherit(fd);
  return judgeOpen(world, task, event, call, shown);
}

function judgeOpen(
  world: World,
  task: number,
  event: Event,
  call: Call,
  shown: Shown,
): Judgement {
  const typed = typedOf(call);
  const { observed } = event;
  if (observed.kind === "unknown") return notJudged("the trace does not show the answer");
  const cmd = typed?.cmd;
  if (world.lax.has(task)) align(world, task, typed, event);
  else if (typed !== undefined && observed.kind === "value" && MAKES_FD.has(typed.cmd)) {
    world.inheritBelow(task, observed.ret);
  }
  const stranger = typed === undefined ? undefined : hangsOn(world, task, typed);
  if (stranger !== undefined) return take(world, task, event, typed!, stranger);
  const lacking = environment(world, cmd, event);
  if (lacking !== undefined) return notJudged(lacking);
  if (call.op === "bpf" && /_GET_(NEXT|FD_BY)_ID$/.test(call.cmd)) {
    return judgeId(world, task, event, call, shown);
  }
  if (call.op === "bpf" && (call.cmd === "OBJ_PIN" || call.cmd === "OBJ_GET")) {
    return judgeNamed(world, task, event, call);
  }
  if (call.op === "bpf" && ELEMENT_COMMANDS.has(call.cmd)) {
    return judgeElement(world, task, event, call, shown);
  }
  if (call.op === "bpf" && call.cmd === "BTF_LOAD") return judgeBtf(world, task, event, call);
  return judgeAmong(world, task, event, call, shown, filled(world, call));
}

/** BTF whose bytes are shown. What hangs on it later is left to the trace, as with any other BTF. */
function judgeBtf(world: World, task: number, event: Event, call: BpfCall): Judgement {
  const outcome = step(world.kernel, task, call);
  const { answer } = outcome;
  if (answer.kind === "unmodelled") return take(world, task, event, call, answer.what);
  const allowed = allowedSet([outcome]);
  if (!agrees(answer, event.observed)) return refuted(shownAnswer(event.observed), allowed);
  if (answer.kind === "value") arrive(world, task, answer.ret, true);
  return { kind: "judged", allowed };
}

/** Makes the descriptors be as the answer says, where the trace does not show all of them. */
function align(world: World, task: number, call: BpfCall | undefined, { observed }: Event): void {
  if (call !== undefined && observed.kind === "value" && MAKES_FD.has(call.cmd)) {
    world.free(task, observed.ret);
  }
  const attr = (call?.attr ?? {}) as Loose;
  const fd = Number(attr.map_fd ?? attr.bpf_fd ?? -1);
  const errno = errnoOf(observed);
  if (call === undefined || fd < 0) return;
  if ((errno === "EBADF" || errno === "EBADFD") && world.isOpen(task, fd)) {
    world.run(task, { op: "close", fd });
    world.holes.push({ kind: "descriptor", what: `${fd} was closed, by a call not shown` });
  } else if (errno !== "EBADF" && errno !== "EBADFD" && !world.isOpen(task, fd)) {
    world.put(task, fd, false, true);
    world.holes.push({ kind: "descriptor", what: `${fd} is open, by a call not shown` });
  }
}

const ALLOCATES: ReadonlySet<string> = new Set([
  "MAP_CREATE",
  "PROG_LOAD",
  "BTF_LOAD",
  "MAP_UPDATE_ELEM",
]);

/** Refusals that the machine decides on which the trace was made, not the specification. */
export function environment(
  world: World,
  cmd: string | undefined,
  { observed }: Event,
): string | undefined {
  const errno = errnoOf(observed);
  if (errno === "ENOMEM" && ALLOCATES.has(cmd ?? "")) return "the kernel had no memory for it";
  if (errno === "EMFILE" && !world.limited) return "RLIMIT_NOFILE, which the trace does not show";
  // Without all calls shown, neither are all mappings.
  const hidden = cmd === "MAP_FREEZE" && world.names.lost !== undefined;
  if (errno === "EBUSY" && hidden) return "writable mappings, which the trace does not show";
  if (errno === "ENFILE" || errno === "EINTR") return `${errno}: the machine's own affair`;
  return undefined;
}

const POINTERS: readonly string[] = ["info", "insns", "license", "log_buf", "excl_prog_hash"];

/** A call with each of its unknown pointers to memory that is there, and then to none. */
function filled(world: World, call: Call): readonly Candidate[] {
  const { kernel } = world;
  if (call.op !== "bpf") return [{ kernel, call }];
  const attr = call.attr as Loose;
  const holes = POINTERS.filter((name) => isHole(attr[name]));
  const whole = withAttr(call, Object.fromEntries(holes.map((name) => [name, ANY_ROOM])));
  const faulting = holes.map((name) => withAttr(whole, { [name]: 1n }));
  return [whole, ...faulting].map((each) => ({ kernel, call: each }));
}

interface Tried extends Candidate {
  readonly outcome: Outcome;
}

function tryAll(task: number, candidates: readonly Candidate[]): readonly Tried[] {
  return candidates.map((one) => ({ ...one, outcome: step(one.kernel, task, one.call) }));
}

function judgeAmong(
  world: World,
  task: number,
  event: Event,
  call: Call,
  shown: Shown,
  candidates: readonly Candidate[],
): Judgement {
  const tried = tryAll(task, candidates);
  const unmodelled = tried.find(({ outcome }) => outcome.answer.kind === "unmodelled");
  const typed = typedOf(call);
  if (unmodelled?.outcome.answer.kind === "unmodelled") {
    if (typed?.cmd === "PROG_LOAD") return judgeVerdict(world, task, event, unmodelled.call);
    const { what } = unmodelled.outcome.answer;
    return typed === undefined ? notJudged(what) : take(world, task, event, typed, what);
  }
  const allowed = allowedSet(tried.map(({ outcome }) => outcome));
  const found = tried.find(({ outcome }) => agrees(outcome.answer, event.observed));
  if (found === undefined) return refuted(shownAnswer(event.observed), allowed);
  const parted = comparedInfo(world, task, found.outcome, call, shown) ??
    compareBytes(found.outcome, shown);
  if (parted !== undefined) return partedFrom(parted);
  world.kernel = found.outcome.kernel;
  return { kind: "judged", allowed };
}

function partedFrom({ observed, allowed }: Parted): Judgement {
  return refuted(observed, [{ answer: allowed, rule: undefined }]);
}

function comparedInfo(
  world: World,
  task: number,
  outcome: Outcome,
  call: Call,
  shown: Shown,
): Parted | undefined {
  if (call.op !== "bpf" || call.cmd !== "OBJ_GET_INFO_BY_FD") return undefined;
  const map = world.mapOf(task, (call.attr as { bpf_fd?: number }).bpf_fd ?? 0);
  return map === undefined ? undefined : compareInfo(world, outcome, shown, map.id);
}

/** A program whose verdict is an input: the trace gives it, and the rest is held to it. */
function judgeVerdict(world: World, task: number, event: Event, call: Call): Judgement {
  const { observed } = event;
  const verdict = observed.kind === "value" ? "accept" : errnoOf(observed) as Verdict;
  const why = "the verifier's verdict is the trace's";
  if (call.op !== "bpf") return take(world, task, event, typedOf(call)!, why);
  const quiet = withAttr(call, { log_level: 0, log_size: 0, log_buf: 0 });
  const outcome = step(world.kernel, task, { ...quiet, verdict } as Call);
  if (outcome.answer.kind === "unmodelled") return take(world, task, event, call, why);
  if (!agrees(outcome.answer, observed)) {
    return refuted(shownAnswer(observed), allowedSet([outcome]));
  }
  world.kernel = outcome.kernel;
  return notJudged(why);
}

function judgeElement(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  shown: Shown,
): Judgement {
  const attr = call.attr as Loose;
  const map = world.mapOf(task, Number(attr.map_fd ?? 0));
  if (map === undefined) return judgeAmong(world, task, event, call, shown, exactly(world, call));
  const known = !isHole(attr.key) && isExact(world, map);
  if (known && !isHole(attr.value) && !isHole(attr.next_key)) {
    return judgeKnown(world, task, event, call, shown, map.id);
  }
  return judgeUnknown(world, task, event, call, map.id);
}

function exactly(world: World, call: BpfCall): readonly Candidate[] {
  const attr = call.attr as Loose;
  const names = ["key", "value", "next_key"].filter((name) => isHole(attr[name]));
  const roomy = withAttr(call, Object.fromEntries(names.map((name) => [name, ANY_ROOM])));
  return [{ kernel: world.kernel, call: roomy }];
}

/** Everything is in the trace: the answer is the model's, to the byte. */
function judgeKnown(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  shown: Shown,
  id: number,
): Judgement {
  const outcome = step(world.kernel, task, call);
  if (outcome.undetermined !== undefined) {
    return judgeOrder(world, event, call, shown, id);
  }
  const hidden = world.unseen.has(id) && call.cmd === "MAP_LOOKUP_ELEM";
  const judged = judgeAmong(world, task, event, call, hidden ? {} : shown, exactly(world, call));
  const changes = call.cmd === "MAP_UPDATE_ELEM" || call.cmd === "MAP_DELETE_ELEM";
  if (changes && outcome.answer.kind === "value") world.order.delete(id);
  return judged;
}

function judgeOrder(
  world: World,
  event: Event,
  call: BpfCall,
  shown: Shown,
  id: number,
): Judgement {
  const { observed } = event;
  const errno = errnoOf(observed);
  const told = shown.bytes?.next_key;
  const keys = keysOf(world.kernel, id);
  const any = [{ answer: "0", rule: undefined }, { answer: "ENOENT", rule: undefined }];
  if (errno !== undefined && errno !== "ENOENT") return refuted(errno, any);
  if (errno === undefined && told === undefined) return notJudged("the next key is not shown");
  const next = told === undefined ? undefined : latin1(told, 0, keys[0].length);
  const parted = compareOrder(world, id, call, keys, errno === undefined ? next : undefined);
  return parted === undefined ? { kind: "judged", allowed: any } : partedFrom(parted);
}

function keysOf(k: Kernel, id: number): readonly string[] {
  const contents = k.maps.table.get(id)?.contents;
  if (contents?.kind !== "hash") return [];
  const keys: string[] = [];
  for (const head of contents.buckets.values()) {
    for (let at: typeof head | undefined = head; at !== undefined; at = at.next) keys.push(at.key);
  }
  return keys;
}

/** Keys or values are not in the trace: any answer is allowed that some of them would give. */
function judgeUnknown(
  world: World,
  task: number,
  event: Event,
  call: BpfCall,
  id: number,
): Judgement {
  const map = world.kernel.maps.table.get(id)!;
  const tried = tryAll(task, [...candidatesOf(world, call, map), ...faults(world, call)]);
  const allowed = allowedSet(tried.map(({ outcome }) => outcome));
  const found = tried.find(({ outcome }) => agrees(outcome.answer, event.observed));
  if (found === undefined) return refuted(shownAnswer(event.observed), allowed);
  if (call.cmd === "MAP_UPDATE_ELEM" && found.outcome.answer.kind === "value") {
    world.unseen.add(id);
    world.order.delete(id);
  }
  // EFAULT says nothing of the map, and no more does a refusal before the key is looked at.
  const reached = allowed.length > 1 || found.outcome.answer.kind === "value";
  if (map.contents.kind === "hash" && reached && errnoOf(event.observed) !== "EFAULT") {
    learn(world, call, map, found.outcome);
  }
  return { kind: "judged", allowed };
}

/** The same call with each unknown pointer to memory that is not there. */
function faults(world: World, call: BpfCall): readonly Candidate[] {
  const attr = call.attr as Loose;
  const names = ["key", "value", "next_key"].filter((name) => isHole(attr[name]));
  const roomy = withAttr(call, Object.fromEntries(names.map((name) => [name, ANY_ROOM])));
  return names.map((name) => ({
    kernel: world.kernel,
    call: withAttr(roomy, { [name]: 1n }),
  }));
}
