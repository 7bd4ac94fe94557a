/** Judges what happens to descriptors: copies, ends, messages, mappings. */
import { type Call, type Outcome, readU32 } from "bpfspec";
import {
  agrees,
  allowedBy,
  allowedSet,
  errnoOf,
  type Judgement,
  NO_MATTER,
  notJudged,
  refuted,
  shownAnswer,
} from "./answers.ts";
import { environment } from "./bpf.ts";
import type { Action, Event } from "./event.ts";
import { putFd } from "./paths.ts";
import { arrive } from "./strangers.ts";
import type { World } from "./world.ts";

type Does<D extends Action["does"]> = Extract<Action, { does: D }>;

/** Where the trace does not show every descriptor, the answer says which are open. */
function alignFd(world: World, task: number, fd: number, { observed }: Event): void {
  if (!world.lax.has(task)) return;
  const isBad = errnoOf(observed) === "EBADF";
  if (isBad && world.isOpen(task, fd)) world.run(task, { op: "close", fd });
  if (!isBad && observed.kind !== "unknown" && !world.isOpen(task, fd)) {
    world.put(task, fd, false, true);
  }
}

/** Holds a call without holes to the model's answer. */
export function judgePlain(world: World, task: number, event: Event, call: Call): Judgement {
  if ("fd" in call) alignFd(world, task, call.fd, event);
  const { observed } = event;
  if (world.lax.has(task) && call.op === "dup" && observed.kind === "value") {
    world.free(task, observed.ret);
  }
  if (call.op === "dup" && observed.kind === "value") world.inheritBelow(task, observed.ret);
  const judged = adopt(world, event, world.try(task, call), call.op);
  const known = !("fd" in call) || world.isOpen(task, call.fd) || world.settled.has(call.fd);
  if (judged.kind !== "refuted" || known) return judged;
  world.inherit(call.fd);
  return adopt(world, event, world.try(task, call), call.op);
}

function adopt(world: World, event: Event, outcome: Outcome, op: string): Judgement {
  const { answer } = outcome;
  if (answer.kind === "unmodelled") return notJudged(answer.what);
  if (event.observed.kind === "unknown") return notJudged("the trace does not show the answer");
  const lacking = environment(world, undefined, event);
  if (lacking !== undefined) return notJudged(lacking);
  const allowed = [allowedBy(answer)];
  if (!agrees(answer, event.observed)) return refuted(shownAnswer(event.observed), allowed);
  world.kernel = outcome.kernel;
  if (op === "setrlimit" && answer.kind === "value") world.limited = true;
  return { kind: "judged", allowed };
}

/** fcntl(F_DUPFD): the lowest descriptor that is free, from one on. */
export function judgeDup(world: World, task: number, event: Event, act: Does<"dup">): Judgement {
  alignFd(world, task, act.fd, event);
  const { observed } = event;
  if (!world.isOpen(task, act.fd)) {
    return adopt(world, event, world.try(task, { op: "dup", fd: act.fd }), "dup");
  }
  const limit = limitsOf(world, act.least);
  if (observed.kind !== "value") {
    const errno = errnoOf(observed);
    const isLimit = limit.some(({ answer }) => answer === errno);
    if (isLimit || observed.kind === "unknown") return notJudged("the limits of fcntl");
    return refuted(shownAnswer(observed), [{ answer: "a descriptor", rule: undefined }, ...limit]);
  }
  if (world.lax.has(task) && world.isOpen(task, observed.ret)) {
    world.run(task, { op: "close", fd: observed.ret });
  }
  world.inheritBelow(task, observed.ret, act.least);
  const free = world.task(task).fds.firstGap(act.least);
  const allowed = [{ answer: String(free), rule: undefined }, ...limit];
  if (observed.ret !== free && !world.lax.has(task)) return refuted(String(observed.ret), allowed);
  world.run(task, { op: "dup2", fd: act.fd, to: observed.ret });
  if (act.cloexec) world.run(task, { op: "cloexec", fd: observed.ret, on: true });
  return { kind: "judged", allowed };
}

/** How F_DUPFD ends at RLIMIT_NOFILE, where that is reached or not known. */
function limitsOf(world: World, least: number) {
  const near = !world.limited || least >= world.task(0).limits.nofile;
  return near ? ["EINVAL", "EMFILE"].map((answer) => ({ answer, rule: undefined })) : [];
}

export function judgeDup3(world: World, task: number, event: Event, act: Does<"dup3">): Judgement {
  if (act.fd === act.to) return notJudged("dup3 of a descriptor to itself");
  const judged = judgePlain(world, task, event, { op: "dup2", fd: act.fd, to: act.to });
  const done = judged.kind === "judged" && event.observed.kind === "value";
  if (done && act.cloexec) world.run(task, { op: "cloexec", fd: act.to, on: true });
  return judged;
}

export function closeRange(
  world: World,
  task: number,
  event: Event,
  { first, last, cloexec }: Does<"close range">,
): Judgement {
  if (event.observed.kind !== "value") return notJudged("close_range");
  const open = Array.from(world.task(task).fds.entries(), ([fd]) => fd)
    .filter((fd) => fd >= first && fd <= (last >>> 0));
  for (const fd of open) {
    world.run(task, cloexec ? { op: "cloexec", fd, on: true } : { op: "close", fd });
  }
  return NO_MATTER;
}

/** socketpair: the two lowest free descriptors. */
export function judgePair(world: World, task: number, event: Event, act: Does<"pair">): Judgement {
  if (event.observed.kind !== "value") {
    return adopt(world, event, world.try(task, { op: "socketpair" }), "socketpair");
  }
  if (act.fds.length !== 2) return notJudged("descriptors that the trace does not show");
  if (world.lax.has(task)) { for (const fd of act.fds) putAside(world, task, fd); }
  world.inheritBelow(task, Math.min(...act.fds));
  const outcome = world.try(task, { op: "socketpair" });
  const made = fdsOf(outcome, "sv");
  const allowed = [{ answer: made.join(", "), rule: undefined }];
  if (made.join() !== act.fds.join()) return refuted(act.fds.join(", "), allowed);
  world.kernel = outcome.kernel;
  if (act.cloexec) { for (const fd of made) world.run(task, { op: "cloexec", fd, on: true }); }
  return { kind: "judged", allowed: [allowedBy(outcome.answer)] };
}

function putAside(world: World, task: number, fd: number): void {
  if (world.isOpen(task, fd)) world.run(task, { op: "close", fd });
  const free = world.task(task).fds.firstGap(0);
  if (free < fd) world.fillBelow(task, fd);
}

function fdsOf({ writes }: Outcome, field: string): readonly number[] {
  const bytes = writes.find((write) => write.field === field)?.bytes ?? "";
  const view = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
  return Array.from({ length: view.length / 4 }, (_, i) => readU32(view, 4 * i));
}

/** A message with descriptors; the bytes with it are no matter, so that only errors are compared. */
export function judgeSend(
  world: World,
  task: number,
  event: Event,
  call: Extract<Call, { op: "send" }>,
): Judgement {
  if (world.objectOf(task, call.fd)?.of !== "socket") {
    for (const fd of call.fds) {
      const map = world.mapOf(task, fd);
      if (map !== undefined) world.shared.add(map.id);
    }
    return notJudged("a message over a socket that the trace did not make");
  }
  const outcome = world.try(task, call);
  if (outcome.answer.kind === "unmodelled") return notJudged(outcome.answer.what);
  const sent = event.observed.kind === "value";
  if (sent !== (outcome.answer.kind === "value")) {
    return refuted(shownAnswer(event.observed), allowedSet([outcome]));
  }
  world.kernel = outcome.kernel;
  return { kind: "judged", allowed: allowedSet([outcome]) };
}

/** Descriptors that arrive take the lowest numbers that are free. */
export function judgeRecv(
  world: World,
  task: number,
  event: Event,
  call: Extract<Call, { op: "recv" }>,
  fds: readonly number[],
): Judgement {
  if (world.objectOf(task, call.fd)?.of !== "socket") {
    for (const fd of fds) arrive(world, task, fd, false);
    return notJudged("a message over a socket that the trace did not make");
  }
  const outcome = world.try(task, call);
  if (event.observed.kind !== "value") return adopt(world, event, outcome, "recv");
  const made = fdsOf(outcome, "fds");
  const allowed = [{
    answer: made.join(", ") || allowedBy(outcome.answer).answer,
    rule: undefined,
  }];
  if (outcome.answer.kind !== "value" || made.join() !== fds.join()) {
    return refuted(fds.join(", "), allowed);
  }
  world.kernel = outcome.kernel;
  return { kind: "judged", allowed: [allowedBy(outcome.answer)] };
}

/** mmap of a map, shared, from its start; other mappings are no matter. */
export function judgeMmap(world: World, task: number, event: Event, act: Does<"mmap">): Judgement {
  const { observed, address } = event;
  if (act.fd < 0 || world.mapOf(task, act.fd) === undefined) return NO_MATTER;
  if (world.isStranger(task, act.fd) || !act.shared) return notJudged("a mapping not modelled");
  const outcome = world.try(task, {
    op: "mmap",
    fd: act.fd,
    length: act.length,
    writable: act.writable,
  });
  const { answer } = outcome;
  if (answer.kind === "unmodelled") return notJudged(answer.what);
  const allowed = answer.kind === "value"
    ? [{ answer: "an address", rule: undefined }]
    : allowedSet([outcome]);
  const right = answer.kind === "value" ? observed.kind === "value" : agrees(answer, observed);
  if (!right) return refuted(shownAnswer(observed), allowed);
  world.kernel = outcome.kernel;
  if (answer.kind === "value") {
    const length = BigInt(Math.ceil(act.length / 4096) * 4096);
    const own = world.mapped.get(task) ?? [];
    world.mapped.set(task, [...own, { at: address ?? BigInt(answer.ret), length }]);
    const map = world.mapOf(task, act.fd)!;
    if (act.writable) world.unseen.add(map.id);
  }
  return { kind: "judged", allowed };
}

/** munmap of a mapping of a map, as a whole; the model unmaps the newest. */
export function munmap(world: World, task: number, event: Event, act: Does<"munmap">): Judgement {
  if (event.observed.kind !== "value") return NO_MATTER;
  const own = world.mapped.get(task) ?? [];
  const index = own.findIndex(({ at, length }) =>
    at >= act.at && at + length <= act.at + act.length
  );
  if (index < 0) return NO_MATTER;
  const k = world.kernel;
  const { mappings } = world.task(task);
  const last = [...mappings.filter((_, i) => i !== index), mappings[index]];
  world.kernel = { ...k, tasks: k.tasks.set(task, { ...world.task(task), mappings: last }) };
  world.run(task, { op: "munmap" });
  world.mapped.set(task, own.filter((_, i) => i !== index));
  return NO_MATTER;
}

export function others(world: World, task: number, act: Does<"descriptors">): Judgement {
  for (const { fd, cloexec } of act.fds) {
    const put = putFd(world, task, fd, cloexec);
    if (put.kind === "refuted") return put;
  }
  return NO_MATTER;
}
