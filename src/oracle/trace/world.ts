/** The model's kernel as far as a trace has driven it, and what the trace leaves open about it. */
import {
  bootKernel,
  type Call,
  type Kernel,
  type Limits,
  type Outcome,
  step,
  type Task,
  type Version,
} from "bpfspec";
import { Names } from "./names.ts";

/** How many elements a hash map may have, where the trace does not show the keys. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface Mapped {
  readonly at: bigint;
  readonly length: bigint;
}

export interface WorldOptions {
  readonly version: Version;
  /** Where the bpffs is mounted in the trace. */
  readonly bpffs: string;
  /** Nothing stands on the bpffs at the start. */
  readonly fresh: boolean;
  readonly limits?: Partial<Limits>;
  /** Calls that put the first task into the state that it starts the trace in. */
  readonly before: readonly Call[];
}

/** Descriptors may be as many as `fs.nr_open`: the limit is not known before a call sets it. */
const NR_OPEN = 1048576;

/** What a hole was filled with, for people. */
export interface Hole {
  readonly kind: "id" | "descriptor" | "pointer" | "order" | "object";
  readonly what: string;
}

export class World {
  kernel: Kernel;
  readonly names: Names;
  /** Task numbers by the process ids of the trace; threads share one. */
  readonly tasks = new Map<number, number>();
  /** Tasks whose descriptors the trace does not show from the start. */
  readonly lax = new Set<number>();
  /** Open files of objects that the model does not have. */
  readonly strangers = new Set<number>();
  /** Maps that something outside the trace may change. */
  readonly shared = new Set<number>();
  /** Objects that something keeps alive which the model does not have: `map 3`. */
  readonly lasting = new Set<string>();
  /** Maps made with BTF, whose info tells more than the model knows. */
  readonly described = new Set<number>();
  readonly bounds = new Map<number, Bounds>();
  /** Maps with values that the trace does not show. */
  readonly unseen = new Set<number>();
  readonly mapped = new Map<number, Mapped[]>();
  /** Tasks whose credentials the model could not follow, and why. */
  readonly doubted = new Map<number, string>();
  /** The order of keys that was seen, by map: since the map last changed. */
  readonly order = new Map<number, Map<string, string>>();
  /** Real ids by the model's, `map` and `prog`. */
  readonly ids = { map: new Map<number, number>(), prog: new Map<number, number>() };
  readonly holes: Hole[] = [];
  /** Descriptors of which the trace has said whether they are open: the rest may be inherited. */
  readonly settled = new Set<number>([0, 1, 2]);
  limited: boolean;

  constructor(options: WorldOptions) {
    const limits = { nofile: NR_OPEN, ...options.limits };
    this.kernel = bootKernel(options.version, { limits });
    this.limited = options.limits?.nofile !== undefined;
    this.names = new Names(options.bpffs, options.fresh);
    for (const call of options.before) this.kernel = step(this.kernel, 0, call).kernel;
  }

  task(number: number): Task {
    return this.kernel.tasks.get(number)!;
  }

  try(task: number, call: Call): Outcome {
    return step(this.kernel, task, call);
  }

  /** Makes a call whose answer does not matter. */
  run(task: number, call: Call): Outcome {
    const outcome = this.try(task, call);
    this.kernel = outcome.kernel;
    return outcome;
  }

  isOpen(task: number, fd: number): boolean {
    return this.task(task).fds.get(fd >>> 0) !== undefined;
  }

  /** A new task: a child, or where the parent is gone, one without descriptors. */
  spawn(parent: number): number {
    const number = this.kernel.tasks.size;
    if (this.task(parent).alive) this.run(parent, { op: "fork" });
    else {
      const born = { ...this.task(parent), number, alive: true };
      this.kernel = { ...this.kernel, tasks: this.kernel.tasks.set(number, born) };
    }
    return number;
  }

  /** The number of the open file behind a descriptor. */
  fileOf(task: number, fd: number): number | undefined {
    return this.task(task).fds.get(fd >>> 0)?.file;
  }

  objectOf(task: number, fd: number) {
    const file = this.fileOf(task, fd);
    return file === undefined ? undefined : this.kernel.files.get(file)?.object;
  }

  /** The map behind a descriptor, if it is one. */
  mapOf(task: number, fd: number) {
    const object = this.objectOf(task, fd);
    return object?.of === "map" ? this.kernel.maps.table.get(object.id) : undefined;
  }

  /** Whether a descriptor is of an object that the model does not have, or cannot speak for. */
  isStranger(task: number, fd: number): boolean {
    const file = this.fileOf(task, fd);
    if (file !== undefined && this.strangers.has(file)) return true;
    const object = this.objectOf(task, fd);
    return object?.of === "map" && this.shared.has(object.id);
  }

  /** Opens a file that is no object of the model's under a free descriptor. */
  put(number: number, fd: number, cloexec: boolean, stranger: boolean): void {
    const k = this.kernel;
    const file = k.nextFile;
    const task = this.task(number);
    this.kernel = {
      ...k,
      files: k.files.set(file, { object: { of: "other" }, refs: 1 }),
      nextFile: file + 1,
      tasks: k.tasks.set(number, { ...task, fds: task.fds.set(fd, { file, cloexec }) }),
    };
    if (stranger) this.strangers.add(file);
  }

  /**
   * Descriptors below one that nothing has been said of are open, if a call does not return them:
   * the program was started with them.
   */
  inheritBelow(task: number, fd: number, from = 0): void {
    for (;;) {
      const free = this.task(task).fds.firstGap(from);
      if (free >= fd || this.settled.has(free)) return;
      this.inherit(free);
    }
  }

  /** A descriptor was open before the trace, in every task that there is now. */
  inherit(fd: number): void {
    for (const [number, task] of this.kernel.tasks.entries()) {
      if (task.alive && !this.isOpen(number, fd)) this.put(number, fd, false, true);
    }
    this.settled.add(fd);
    this.holes.push({ kind: "descriptor", what: `${fd} was open before the trace` });
  }

  /** Takes note of what is open: it is not inherited when it is closed. */
  settle(task: number): void {
    for (const [fd] of this.task(task).fds.entries()) this.settled.add(fd);
  }

  /** Fills the free descriptors below one: calls that the trace does not show made them. */
  fillBelow(task: number, fd: number): void {
    for (;;) {
      const free = this.task(task).fds.firstGap(0);
      if (free >= fd) return;
      this.put(task, free, false, true);
      this.holes.push({ kind: "descriptor", what: `${free} is open, by a call not shown` });
    }
  }

  /** Makes a descriptor the lowest free one, where the trace does not show all descriptors. */
  free(task: number, fd: number): void {
    if (this.isOpen(task, fd)) {
      this.run(task, { op: "close", fd });
      this.holes.push({ kind: "descriptor", what: `${fd} was closed, by a call not shown` });
    }
    this.fillBelow(task, fd);
  }

  /** From now on nothing is known of what a map holds. */
  blur(id: number): void {
    const map = this.kernel.maps.table.get(id);
    if (map === undefined) return;
    this.unseen.add(id);
    this.order.delete(id);
    this.bounds.set(id, { low: 0, high: map.spec.max_entries });
  }
}
