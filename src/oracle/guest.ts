/** Scripts on the kernel of a qemu guest. */

import { type GuestOptions, INPUT_SIZE, Machine } from "./qemu.ts";
import { ExecutorError, parseReady, type Ready, ResultParser } from "./results.ts";
import {
  type KernelRunner,
  type Script,
  type ScriptResult,
  type ScriptText,
  scriptText,
} from "./script.ts";

export type { GuestOptions } from "./qemu.ts";

/** How much is sent at once. */
const BATCH_SCRIPTS = 256, BATCH_BYTES = 1 << 20;

/** A guest panicked, hung or ended; `script` is what it was running, where it was running one. */
export class GuestError extends ExecutorError {
  override readonly name = "GuestError";
  readonly script: string | undefined;
  /** What the guest's console said. */
  readonly console: string;

  constructor(what: string, script: string | undefined, console: string) {
    const tail = console.trimEnd().split("\n").slice(-40).join("\n");
    super(`${what}${script === undefined ? "" : ` in script ${script}`}\n${tail}`.trimEnd());
    this.script = script;
    this.console = console;
  }
}

/**
 * A qemu guest whose init is the executor. After a `GuestError` it is down; the next `run`, or
 * `restart`, boots it again.
 *
 * ```ts
 * const guest = await Guest.open({ kernel: "vmlinuz-6.1" });
 * for await (const result of guest.run(scripts)) console.log(result.name, result.steps);
 * await guest.close();
 * ```
 */
export class Guest implements KernelRunner {
  readonly shared = false;
  readonly #options: GuestOptions;
  #machine: Machine | undefined;
  #ready: Ready = { release: "", version: "", cpus: 0 };
  #last: Promise<void> = Promise.resolve();

  private constructor(options: GuestOptions) {
    this.#options = options;
  }

  /** Boots a guest. */
  static async open(options: GuestOptions): Promise<Guest> {
    const guest = new Guest(options);
    await guest.restart();
    return guest;
  }

  get release(): string {
    return this.#ready.release;
  }

  get version(): string {
    return this.#ready.version;
  }

  get cpus(): number {
    return this.#ready.cpus;
  }

  /** Ends the guest where it still runs, and boots it afresh. */
  async restart(): Promise<void> {
    await this.#stop();
    const machine = this.#machine = await Machine.start(this.#options);
    const patience = this.#options.bootMs ?? 120_000;
    const line = await machine.line.readLine(patience).catch((error: Error) => error);
    await machine.removeNames();
    if (line instanceof Error) throw await this.#fail(`no boot: ${line.message}`);
    if (line.startsWith("fatal ")) throw await this.#fail(`the guest gave up: ${line}`);
    this.#ready = parseReady(line);
  }

  /** Runs scripts in order. Where runs overlap, the later one waits for the earlier. */
  async *run(scripts: Iterable<Script | ScriptText>): AsyncGenerator<ScriptResult> {
    const before = this.#last;
    let free = () => {};
    this.#last = new Promise((resolve) => free = resolve);
    await before;
    try {
      for (const batch of batches(scripts)) {
        if (this.#machine === undefined || this.#machine.ended) await this.restart();
        yield* this.#runBatch(batch);
      }
    } finally {
      free();
    }
  }

  async *#runBatch(batch: readonly ScriptText[]): AsyncGenerator<ScriptResult> {
    const parser = new ResultParser();
    let done = 0;
    for await (const text of this.#exchange(batch)) {
      const results = text instanceof Error ? [] : parser.push(text);
      done += results.length;
      yield* results;
      if (text instanceof Error) throw await this.#fail(text.message, batch[done]?.name);
    }
    if (done < batch.length) {
      throw await this.#fail(`the guest lost its results`, batch[done].name);
    }
  }

  /** Sends a batch and gives the text of its results, and last an error where the guest fails. */
  async *#exchange(batch: readonly ScriptText[]): AsyncGenerator<string | Error> {
    const machine = this.#machine!;
    await machine.putScripts(batch.map((script) => script.text).join(""));
    for (let bell: string | Error = "m"; bell === "m";) {
      bell = await machine.line.send("g").then(() => this.#bell(machine), (error) => error);
      yield await machine.results();
      if (bell instanceof Error) yield bell;
    }
  }

  /** Waits for the guest's byte as long as results keep coming. */
  async #bell(machine: Machine): Promise<string | Error> {
    const patience = this.#options.hangMs ?? 60_000;
    for (let length = -1;;) {
      const bell = await machine.line.readByte(patience).catch((error: Error) => error);
      if (bell === "f") {
        return new Error("the guest gave up: f" + await machine.line.readLine(1000));
      }
      if (!(bell instanceof Deno.errors.TimedOut)) return bell;
      const now = await machine.resultsLength();
      if (now === length) return new Error(`the guest hangs: no result for ${patience} ms`);
      length = now;
    }
  }

  /** Stops the guest and makes the error that says why. */
  async #fail(what: string, script?: string): Promise<GuestError> {
    await this.#machine!.kill();
    const console = await this.#machine!.console();
    await this.#stop();
    return new GuestError(what, script, console);
  }

  async #stop(): Promise<void> {
    const machine = this.#machine;
    this.#machine = undefined;
    await machine?.close();
  }

  /** What the guest's console has said since it booted, for example warnings of the kernel. */
  async console(): Promise<string> {
    return await this.#machine?.console() ?? "";
  }

  /** Ends the guest; a run that is under way fails. */
  async close(): Promise<void> {
    await this.#stop();
  }
}

function* batches(scripts: Iterable<Script | ScriptText>): Generator<ScriptText[]> {
  let batch: ScriptText[] = [], size = 0;
  for (const script of scripts) {
    const one = scriptText(script);
    if (one.text.length > INPUT_SIZE) {
      throw new RangeError(`script ${one.name} is too long for a guest`);
    }
    if (batch.length === BATCH_SCRIPTS || (size > 0 && size + one.text.length > BATCH_BYTES)) {
      yield batch;
      batch = [], size = 0;
    }
    batch.push(one);
    size += one.text.length;
  }
  if (batch.length > 0) yield batch;
}
