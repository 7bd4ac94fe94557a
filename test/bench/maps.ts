/** One hash map behind one interface, on the model and on the running kernel. */
import { bootKernel, bpf, commandAbi, type Kernel, type Outcome, room, type Task } from "bpfspec";
import { RealKernel } from "./real_kernel.ts";

export const OPS = ["lookup", "update", "delete", "get_next_key"] as const;
export type Op = (typeof OPS)[number];

/** A map of keys 0 to n - 1 that a bench calls on; each call sets the key's bytes and calls. */
export interface Bench {
  /** Calls once for each of the keys 0 to n - 1. */
  run(op: Op, n: number): void;
  /** Puts all keys in that are not there. */
  fill(n: number): void;
  close(): void;
}

const KEY_SIZE = 4;
const VALUE_SIZE = 8;
const SPEC = { map_type: 1, key_size: KEY_SIZE, value_size: VALUE_SIZE };

const COMMAND = {
  lookup: "MAP_LOOKUP_ELEM",
  update: "MAP_UPDATE_ELEM",
  delete: "MAP_DELETE_ELEM",
  get_next_key: "MAP_GET_NEXT_KEY",
} as const satisfies Readonly<Record<Op, string>>;

function fail(op: Op, key: number): never {
  throw new Error(`${op} of key ${key} is refused, which no call of the bench is`);
}

/** The keys of a map whose last one has a next key are all but one: that one may be refused. */
class Refusals {
  #left: number;
  constructor(private readonly op: Op) {
    this.#left = op === "get_next_key" ? 1 : 0;
  }
  note(key: number): void {
    if (this.#left-- === 0) fail(this.op, key);
  }
}

export class ModelMap implements Bench {
  kernel: Kernel;
  readonly #task: Task;
  readonly #key = new Uint8Array(KEY_SIZE);
  readonly #keyView = new DataView(this.#key.buffer);
  readonly #attr = {
    lookup: { map_fd: 3, key: this.#key, value: room(VALUE_SIZE) },
    update: { map_fd: 3, key: this.#key, value: new Uint8Array(VALUE_SIZE).fill(1) },
    delete: { map_fd: 3, key: this.#key },
    get_next_key: { map_fd: 3, key: this.#key, next_key: room(KEY_SIZE) },
  };

  constructor(n: number) {
    const blank = bootKernel("6.18");
    const made = bpf(blank, blank.tasks.get(0)!, "MAP_CREATE", { ...SPEC, max_entries: n });
    this.kernel = made.kernel;
    this.#task = made.kernel.tasks.get(0)!;
    this.fill(n);
  }

  /** One call; the key's bytes are set. */
  #call(op: Op): Outcome {
    return bpf(this.kernel, this.#task, COMMAND[op], this.#attr[op]);
  }

  run(op: Op, n: number): void {
    const refusals = new Refusals(op);
    for (let key = 0; key < n; key++) {
      this.#keyView.setUint32(0, key, true);
      const { kernel, answer } = this.#call(op);
      this.kernel = kernel;
      if (answer.kind !== "value") refusals.note(key);
    }
  }

  fill(n: number): void {
    this.run("update", n);
  }

  /** Updates one key, for the states of a history. */
  updateOne(key: number): Kernel {
    this.#keyView.setUint32(0, key, true);
    this.kernel = this.#call("update").kernel;
    return this.kernel;
  }

  close(): void {}
}

/** Attr of the element commands: where the fields stand, as prefilled for each call. */
const ELEM = { map_fd: 0, key: 8, value: 16, flags: 24 } as const;
const ELEM_SIZE = 32;

export class KernelMap implements Bench {
  readonly #real = new RealKernel();
  readonly #key = RealKernel.buffer(KEY_SIZE);
  readonly #keyView = new DataView(this.#key.bytes.buffer);
  readonly #value = RealKernel.buffer(VALUE_SIZE);
  readonly #fd: number;

  /** Throws where the kernel refuses to make a map. */
  constructor(n: number) {
    const { view } = this.#real;
    [SPEC.map_type, KEY_SIZE, VALUE_SIZE, n].forEach((field, i) =>
      view.setUint32(4 * i, field, true)
    );
    this.#fd = this.#real.call(commandAbi("MAP_CREATE").number, 72);
    if (this.#fd < 0) {
      this.#real.close();
      throw new Refused();
    }
    this.fill(n);
  }

  run(op: Op, n: number): void {
    const { view, attr } = this.#real;
    attr.fill(0);
    view.setUint32(ELEM.map_fd, this.#fd, true);
    view.setBigUint64(ELEM.key, this.#key.at, true);
    // `value` and `next_key` are one field.
    if (op !== "delete") view.setBigUint64(ELEM.value, this.#value.at, true);
    const { number } = commandAbi(COMMAND[op]);
    const refusals = new Refusals(op);
    for (let key = 0; key < n; key++) {
      this.#keyView.setUint32(0, key, true);
      if (this.#real.call(number, ELEM_SIZE) < 0) refusals.note(key);
    }
  }

  fill(n: number): void {
    this.run("update", n);
  }

  close(): void {
    this.#real.closeFd(this.#fd);
    this.#real.close();
  }
}

/** The running kernel does not let this process make maps. */
class Refused extends Error {}

/** Why this process makes no maps on the running kernel; undefined where it does. */
export function whyNoKernel(): string | undefined {
  if (Deno.build.os !== "linux") return `this is ${Deno.build.os}, not Linux`;
  try {
    new KernelMap(1).close();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return "the running kernel refuses MAP_CREATE (not root?)";
    throw error;
  }
}
