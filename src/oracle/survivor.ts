/** A kernel that goes on after it has died: the script that killed it is left out. */
import { GuestError } from "./guest.ts";
import {
  type KernelRunner,
  type Script,
  type ScriptResult,
  type ScriptText,
  scriptText,
} from "./script.ts";

/** So many deaths of one kernel are enough. */
const MOST_DEATHS = 10;

/**
 * Wraps a guest. Where it dies in a script, that script's result is one without steps, which `died`
 * knows, and the scripts after it are run on a guest that has booted again.
 */
export class Survivor implements KernelRunner {
  readonly #runner: KernelRunner;
  readonly #deaths = new Map<ScriptResult, GuestError>();

  constructor(runner: KernelRunner) {
    this.#runner = runner;
  }

  get release(): string {
    return this.#runner.release;
  }

  get version(): string {
    return this.#runner.version;
  }

  get cpus(): number {
    return this.#runner.cpus;
  }

  get shared(): boolean {
    return this.#runner.shared;
  }

  /** How the kernel died at what has this result; undefined where it did not. */
  died(result: ScriptResult): GuestError | undefined {
    return this.#deaths.get(result);
  }

  async *run(scripts: Iterable<Script | ScriptText>): AsyncGenerator<ScriptResult> {
    let rest: readonly ScriptText[] = Array.from(scripts, scriptText);
    while (rest.length > 0) {
      let done = 0;
      try {
        for await (const result of this.#runner.run(rest)) {
          done++;
          yield result;
        }
        return;
      } catch (error) {
        const { name } = rest[done] ?? {};
        if (!(error instanceof GuestError) || name === undefined || error.script !== name) {
          throw error;
        }
        yield this.#note(name, error);
        rest = rest.slice(done + 1);
      }
    }
  }

  #note(name: string, error: GuestError): ScriptResult {
    const result = { name, steps: [], killed: [], lines: [] };
    this.#deaths.set(result, error);
    if (this.#deaths.size >= MOST_DEATHS) throw error;
    return result;
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }
}
