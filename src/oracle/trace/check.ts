/**
 * Whether the model allows a trace: the machine makes the trace's calls one after the other, what is
 * not determined (ids, orders, what addresses point to) is filled in from what the trace shows, and
 * every answer after that is held to it.
 */
import type { Call, Version } from "bpfspec";
import { PATH_OPS } from "../translate.ts";
import { type Judgement, NO_MATTER, notJudged } from "./answers.ts";
import { judgeBpf } from "./bpf.ts";
import {
  closeRange,
  judgeDup,
  judgeDup3,
  judgeMmap,
  judgePair,
  judgePlain,
  judgeRecv,
  judgeSend,
  munmap,
  others,
} from "./descriptors.ts";
import type { Event, Shown, Trace } from "./event.ts";
import { otherOrders } from "./order.ts";
import { judgePath } from "./paths.ts";
import { type Hole, World } from "./world.ts";

export interface CheckOptions {
  readonly version: Version;
  /** Where the bpffs is; `/sys/fs/bpf` where it is left out. */
  readonly bpffs?: string;
  /** Whether the bpffs is empty at the start. */
  readonly fresh?: boolean;
  /** Calls that put the first process into the state that it has at the start. */
  readonly before?: readonly Call[];
}

/** An event and what became of it. */
export interface Checked {
  readonly event: Event;
  readonly judgement: Judgement;
}

export interface TraceReport {
  readonly trace: Trace;
  readonly checked: readonly Checked[];
  /** The first call that the model does not allow. */
  readonly refuted?: Checked & { readonly judgement: Extract<Judgement, { kind: "refuted" }> };
  readonly holes: readonly Hole[];
}

/** Checks a trace against the model of one version. */
export function checkTrace(trace: Trace, options: CheckOptions): TraceReport {
  let [order, report] = [trace.events, new Check(trace, options).run()];
  for (let tries = 0; report.refuted !== undefined && tries < MOST_ORDERS; tries++) {
    const better = furtherOrder(trace, options, order, report);
    if (better === undefined) break;
    [order, report] = better;
  }
  return report;
}

/** How often the order of calls that ran at the same time is changed, and how many are tried. */
const MOST_ORDERS = 64;
const MOST_ALTERNATIVES = 16;

/** Another order of calls that ran at the same time, by which more of the trace is allowed. */
function furtherOrder(
  trace: Trace,
  options: CheckOptions,
  order: readonly Event[],
  report: TraceReport,
): readonly [readonly Event[], TraceReport] | undefined {
  const refused = report.checked.length - 1;
  for (const other of otherOrders(order, refused).slice(0, MOST_ALTERNATIVES)) {
    const events = new Check({ ...trace, events: other }, options).run();
    const further = events.refuted === undefined || events.checked.length - 1 > refused;
    if (further) return [other, { ...events, trace }];
  }
  return undefined;
}

class Check {
  readonly #world: World;
  readonly #children = new Map<number, Event>();
  readonly #spawned = new Set<number>();
  #first = true;

  constructor(private readonly trace: Trace, options: CheckOptions) {
    this.#world = new World({
      version: options.version,
      bpffs: options.bpffs ?? "/sys/fs/bpf",
      fresh: options.fresh ?? trace.fresh,
      ...(trace.limits && { limits: trace.limits }),
      before: options.before ?? [],
    });
    if (!trace.complete) this.#world.names.lost = "the trace does not show all calls with paths";
    for (const event of trace.events) {
      if (event.action.does === "spawn") this.#children.set(event.action.child, event);
    }
  }

  run(): TraceReport {
    const checked: Checked[] = [];
    const { trace } = this;
    const { holes } = this.#world;
    for (const event of trace.events) {
      const judgement = this.#judge(event);
      const task = this.#world.tasks.get(event.pid);
      if (task !== undefined) this.#world.settle(task);
      checked.push({ event, judgement });
      if (judgement.kind === "refuted") {
        return { trace, checked, refuted: { event, judgement }, holes };
      }
    }
    return { trace, checked, holes };
  }

  /** The model's task of a process; one that was not seen before comes into being. */
  #taskOf(pid: number): number {
    const world = this.#world;
    const known = world.tasks.get(pid);
    if (known !== undefined) return known;
    if (world.tasks.size === 0 && !this.#spawned.size) {
      world.tasks.set(pid, 0);
      if (!this.trace.complete) world.lax.add(0);
      return 0;
    }
    const born = this.#children.get(pid);
    if (born !== undefined && born.pid !== pid) {
      this.#spawn(born);
      return world.tasks.get(pid)!;
    }
    // Somebody whose beginning is not in the trace: nothing is known of its descriptors.
    const task = world.spawn(0);
    world.tasks.set(pid, task);
    world.lax.add(task);
    return task;
  }

  #spawn(event: Event): Judgement {
    if (event.action.does !== "spawn") return NO_MATTER;
    const { child, shares } = event.action;
    if (this.#spawned.has(child)) return NO_MATTER;
    const parent = this.#taskOf(event.pid);
    const world = this.#world;
    this.#spawned.add(child);
    if (shares) {
      world.tasks.set(child, parent);
      return NO_MATTER;
    }
    const task = world.spawn(parent);
    world.tasks.set(child, task);
    world.mapped.set(task, world.mapped.get(parent) ?? []);
    if (world.lax.has(parent)) world.lax.add(task);
    const doubt = world.doubted.get(parent);
    if (doubt !== undefined) world.doubted.set(task, doubt);
    return NO_MATTER;
  }

  #judge(event: Event): Judgement {
    const { action } = event;
    const world = this.#world;
    const ended = action.does === "end" && !world.tasks.has(event.pid);
    if (ended) return NO_MATTER;
    const task = this.#taskOf(event.pid);
    const first = this.#first;
    this.#first = false;
    switch (action.does) {
      case "call":
        return this.#call(task, event, action.call, action.shown);
      case "descriptors":
        return others(world, task, action);
      case "pair":
        return judgePair(world, task, event, action);
      case "dup":
        return judgeDup(world, task, event, action);
      case "dup3":
        return judgeDup3(world, task, event, action);
      case "close range":
        return closeRange(world, task, event, action);
      case "mmap":
        return judgeMmap(world, task, event, action);
      case "munmap":
        return munmap(world, task, event, action);
      case "spawn":
        return this.#spawn(event);
      case "exec":
        // The first exec makes the program that the trace is of: its state is the start.
        return first ? NO_MATTER : this.#exec(task, event.pid);
      case "end":
      case "leave":
        return this.#leave(task, event.pid);
      case "paths":
        world.names.lost ??= `${action.what} in line ${event.place.line}`;
        return notJudged(action.what);
      case "credentials":
        world.doubted.set(task, `${action.what} in line ${event.place.line}`);
        return notJudged(action.what);
      case "nothing":
        return action.why === undefined ? NO_MATTER : notJudged(action.why);
    }
  }

  #call(task: number, event: Event, call: Call, shown: Shown): Judgement {
    const world = this.#world;
    if (call.op === "bpf" || call.op === "raw") return judgeBpf(world, task, event, call, shown);
    if (PATH_OPS.has(call.op)) return judgePath(world, task, event, call);
    if (call.op === "send") return judgeSend(world, task, event, call);
    if (call.op === "recv") return judgeRecv(world, task, event, call, shown.fds ?? []);
    return judgePlain(world, task, event, call);
  }

  #exec(task: number, pid: number): Judgement {
    const world = this.#world;
    for (const [other, its] of world.tasks) {
      if (its === task && other !== pid) world.tasks.delete(other);
    }
    world.run(task, { op: "exec" });
    world.mapped.delete(task);
    return NO_MATTER;
  }

  /** A task ends with the last of its threads. */
  #leave(task: number, pid: number): Judgement {
    const world = this.#world;
    world.tasks.delete(pid);
    this.#spawned.add(pid);
    if ([...world.tasks.values()].includes(task)) return NO_MATTER;
    world.run(task, { op: "exit" });
    return NO_MATTER;
  }
}
