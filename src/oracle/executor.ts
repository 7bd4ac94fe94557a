/** Scripts on the running kernel. */

import { executorBinary } from "./executor/build.ts";
import { ExecutorError, parseReady, type Ready, ResultParser } from "./results.ts";
import {
  type KernelRunner,
  type Script,
  type ScriptResult,
  type ScriptText,
  scriptText,
} from "./script.ts";

/** How many scripts are sent ahead of their results. */
const IN_FLIGHT = 128;

/**
 * Runs scripts on the machine's own kernel, as root, in mount, network and IPC namespaces of its
 * own. Scripts run one after the other.
 *
 * ```ts
 * const executor = await Executor.open();
 * const script: Script = { name: "first", steps: [{ task: 0, op: "close", args: { fd: 3 } }] };
 * for await (const result of executor.run([script])) console.log(result.steps[0]);
 * await executor.close();
 * ```
 */
export class Executor implements KernelRunner {
  readonly release: string;
  readonly version: string;
  readonly cpus: number;
  readonly shared = true;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #parser = new ResultParser();
  #last: Promise<void> = Promise.resolve();
  #broken: Error | undefined;

  private constructor(process: Deno.ChildProcess, output: LineStart, ready: Ready) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#output = output.reader;
    this.release = ready.release;
    this.version = ready.version;
    this.cpus = ready.cpus;
  }

  /** Why scripts cannot run here; undefined where they can. */
  static available(): string | undefined {
    const { os, arch } = Deno.build;
    if (os !== "linux") return `the executor runs on Linux, and this is ${os}`;
    if (arch !== "x86_64") return `the executor is for x86_64, and this is ${arch}`;
    if (Deno.uid() !== 0) return "the executor needs root: it makes namespaces and bpf objects";
    return undefined;
  }

  static async open(options: { readonly binary?: string } = {}): Promise<Executor> {
    const why = Executor.available();
    if (why !== undefined) throw new ExecutorError(why);
    const binary = options.binary ?? await executorBinary();
    const process = new Deno.Command(binary, { stdin: "piped", stdout: "piped" }).spawn();
    const output = await firstLine(process.stdout);
    try {
      return new Executor(process, output, parseReady(output.line));
    } catch (error) {
      await process.stdin.close();
      await output.reader.cancel();
      await process.status;
      throw error;
    }
  }

  /** Runs scripts in order. Where runs overlap, the later one waits for the earlier. */
  async *run(scripts: Iterable<Script | ScriptText>): AsyncGenerator<ScriptResult> {
    const before = this.#last;
    let free = () => {};
    this.#last = new Promise((resolve) => free = resolve);
    await before;
    try {
      yield* this.#run(scripts);
    } finally {
      free();
    }
  }

  async *#run(scripts: Iterable<Script | ScriptText>): AsyncGenerator<ScriptResult> {
    const all = scripts[Symbol.iterator]();
    const flying: ScriptText[] = [];
    let more = true;
    try {
      while (more || flying.length > 0) {
        if (more && flying.length <= IN_FLIGHT / 2) more = this.#send(all, flying);
        if (flying.length === 0) continue;
        for (const result of await this.#receive(flying)) yield result;
      }
    } finally {
      // A caller that stops early leaves results behind, and the next run must not see them.
      while (flying.length > 0 && this.#broken === undefined) await this.#receive(flying);
    }
  }

  /** Sends scripts until enough are under way; false where there are no more. */
  #send(scripts: Iterator<Script | ScriptText>, flying: ScriptText[]): boolean {
    if (this.#broken) throw this.#broken;
    let text = "";
    let more = true;
    while (more && flying.length < IN_FLIGHT) {
      const next = scripts.next();
      more = !next.done;
      if (next.done) break;
      const script = scriptText(next.value);
      flying.push(script);
      text += script.text;
    }
    if (text !== "") {
      // Not awaited: the executor reads on only while its results are taken.
      this.#input.write(new TextEncoder().encode(text)).catch(() => {});
    }
    return more;
  }

  async #receive(flying: ScriptText[]): Promise<ScriptResult[]> {
    try {
      const { value, done } = await this.#output.read();
      if (done) throw new ExecutorError(`the executor died at script ${flying[0].name}`);
      const results = this.#parser.push(value);
      for (const result of results) {
        const { name } = flying.shift()!;
        if (result.name !== name) throw new ExecutorError(`${result.name} answers for ${name}`);
      }
      return results;
    } catch (error) {
      this.#broken = error as Error;
      throw error;
    }
  }

  /** Ends the executor; a run that is under way fails. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#process.status;
  }
}

interface LineStart {
  readonly reader: ReadableStreamDefaultReader<string>;
  readonly line: string;
}

/** Reads the first line; the executor says nothing more before it is asked. */
async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<LineStart> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) break;
    line += value;
  }
  return { reader, line: line.split("\n")[0] };
}
