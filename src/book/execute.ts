/** Executes sections in processes of their own, and ends those that take too long. */
import { fileURLToPath } from "node:url";
import type { Claim } from "./expectations.ts";
import type { PreludeValues } from "./prelude.ts";
import {
  decode,
  encode,
  type Judgement,
  linesOf,
  type Reply,
  type Request,
  type SectionDone,
} from "./wire.ts";

export interface ExecuteOptions {
  readonly config: string;
  readonly cwd: string;
  readonly permissions: readonly string[];
  readonly coverage?: string;
  /** Milliseconds. */
  readonly timeLimit: number;
}

/** How a section ended that did not come to its end. */
export interface Ending {
  readonly kind: "timeout" | "crash";
  readonly message: string;
  /** The line of the statement that was running. */
  readonly line?: number;
}

export interface SectionOutcome {
  readonly done?: SectionDone;
  readonly ending?: Ending;
  readonly judged: readonly Judgement[];
  readonly output: readonly { readonly text: string; readonly line: number }[];
}

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** How long a process may take to end after its last section. */
const GRACE = 3_000;
/** How long the prelude, and what a section imports, may take to load. */
const LOAD = 60_000;

/** One process that executes sections, one after the other. */
export class ExampleProcess {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #errors: Promise<string>;
  /** False once the process has ended. */
  alive = true;

  constructor(private readonly options: ExecuteOptions) {
    const { config, cwd, permissions, coverage } = options;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-lock",
        "--no-check",
        "--config",
        config,
        ...(coverage === undefined ? [] : [`--coverage=${coverage}`]),
        ...permissions,
        WORKER,
      ],
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
    this.#errors = tailOf(this.#child.stderr);
  }

  /** Asks for the prelude, and its checked claims; a string says why it cannot be loaded. */
  async prelude(specifier: string, claims: boolean): Promise<PreludeValues | string> {
    let found: PreludeValues | string = "it gave no answer";
    const ending = await this.#ask({ kind: "prelude", specifier, claims }, LOAD, (reply) => {
      if (reply.kind === "prelude") found = reply;
      else if (reply.kind === "broken") found = reply.message;
      else return false;
      return true;
    });
    return ending === undefined ? found : ending.message;
  }

  /** Runs a section to its end, or to the end of this process. */
  async run(url: string, claims: readonly Claim[]): Promise<SectionOutcome> {
    const judged: Judgement[] = [];
    const output: { text: string; line: number }[] = [];
    let line: number | undefined;
    let done: SectionDone | undefined;
    const request: Request = { kind: "section", url, claims };
    const ending = await this.#ask(request, this.options.timeLimit, (reply) => {
      if (reply.kind === "at") line = reply.line;
      if (reply.kind === "judged") judged.push(reply);
      if (reply.kind === "output") output.push(reply);
      if (reply.kind === "done") done = reply;
      return done !== undefined;
    }, (text) => output.push({ text, line: line ?? 1 }));
    return { done, judged, output, ...(ending && { ending: { ...ending, line } }) };
  }

  /** Sends a request and reads replies until one is the last. */
  async #ask(
    request: Request,
    limit: number,
    onReply: (reply: Reply) => boolean,
    onText: (text: string) => void = () => {},
  ): Promise<Ending | undefined> {
    let late = false;
    const alarm = (milliseconds: number) =>
      setTimeout(() => {
        late = true;
        this.#kill();
      }, milliseconds);
    let timer = alarm(LOAD);
    let started = false;
    try {
      await this.#input.write(new TextEncoder().encode(encode(request)));
      for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
        const reply = decode<Reply>(next.value);
        if (reply?.kind === "at" && !started) {
          // Starting the process and loading modules does not count.
          started = true;
          clearTimeout(timer);
          timer = alarm(limit);
        }
        if (reply === undefined) onText(next.value);
        else if (onReply(reply)) return undefined;
      }
    } catch (error) {
      // The process closed its end of the pipe: it is over, and its status says how.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    } finally {
      clearTimeout(timer);
    }
    this.alive = false;
    const allowed = (started ? limit : LOAD) / 1000;
    if (late) return { kind: "timeout", message: `not done within ${allowed} s` };
    const { code, signal } = await this.#child.status;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const errors = (await this.#errors).trim();
    if (errors.includes("Top-level await promise never resolved")) {
      return { kind: "crash", message: "it awaits a promise that nothing settles" };
    }
    return { kind: "crash", message: `the process ended ${how}${errors && `: ${errors}`}` };
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It ended in the meantime.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Lets the process end by itself, so that it writes its coverage; kills it if it does not. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#kill(), GRACE);
    await this.#input.close().catch(() => {});
    await this.#lines.return(undefined).catch(() => {});
    await this.#child.status;
    await this.#errors;
    clearTimeout(timer);
    this.alive = false;
  }
}

/** The last lines that a stream had. */
async function tailOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const last: string[] = [];
  for await (const line of linesOf(stream)) {
    last.push(line);
    if (last.length > 20) last.shift();
  }
  return last.join("\n");
}

export interface Job {
  readonly url: string;
  readonly claims: readonly Claim[];
}

/**
 * Runs jobs on a few processes; `first` is a process that is up already. Results are handed out as
 * they come.
 */
export async function executeAll<T extends Job>(
  jobs: readonly T[],
  options: ExecuteOptions,
  first: ExampleProcess | undefined,
  onOutcome: (job: T, outcome: SectionOutcome) => void,
): Promise<void> {
  const waiting = Array.from(jobs);
  const worker = async (ready: ExampleProcess | undefined) => {
    let process = ready;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      if (process === undefined || !process.alive) {
        await process?.stop();
        process = new ExampleProcess(options);
      }
      let outcome = await process.run(job.url, job.claims);
      if (outcome.ending?.kind === "crash" && outcome.ending.line === undefined) {
        // The process was over before the section began: what an earlier one left behind ended it.
        process = new ExampleProcess(options);
        outcome = await process.run(job.url, job.claims);
      }
      onOutcome(job, outcome);
    }
    await process?.stop();
  };
  const workers = [worker(first)];
  // The type check has one core to itself meanwhile.
  const spare = Math.min(navigator.hardwareConcurrency - 1, 4, Math.ceil(jobs.length / 20));
  for (let i = 1; i < spare; i++) workers.push(worker(undefined));
  await Promise.all(workers);
}
