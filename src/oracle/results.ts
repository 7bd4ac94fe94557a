/** The executor's result lines, read as they come. */

import type { ScriptResult, StepResult } from "./script.ts";

/** The executor could not go on; nothing that was in flight has a result. */
export class ExecutorError extends Error {
  override readonly name: string = "ExecutorError";
}

const ZEROS = /^z(\d+)$/;

const NIBBLES = new Int8Array(128).fill(-1);
[..."0123456789abcdef"].forEach((digit, n) => {
  NIBBLES[digit.charCodeAt(0)] = NIBBLES[digit.toUpperCase().charCodeAt(0)] = n;
});

function parseHex(part: string, whole: string): Uint8Array {
  const bytes = new Uint8Array(part.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    const high = NIBBLES[part.charCodeAt(2 * i)], low = NIBBLES[part.charCodeAt(2 * i + 1)];
    if (!(high >= 0 && low >= 0)) throw new ExecutorError(`not an area: ${whole}`);
    bytes[i] = high << 4 | low;
  }
  if (part.length % 2 === 1) throw new ExecutorError(`not an area: ${whole}`);
  return bytes;
}

/** The bytes of an area as scripts and results write them: hex and zN, with dots between. */
export function parseArea(text: string): Uint8Array {
  const parts = text.split(".").map((part) => {
    const zeros = ZEROS.exec(part);
    if (zeros) return new Uint8Array(Number(zeros[1]));
    return parseHex(part, text);
  });
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function parseStep(line: string): StepResult {
  if (line.startsWith("= ! ")) return { kind: "not run", why: line.slice(4) };
  const [sign, ret, ...rest] = line.split(" ");
  if (sign !== "=" || !/^-?\d+$/.test(ret ?? "")) throw new ExecutorError(`not a result: ${line}`);
  const areas: { [area: number]: Uint8Array } = {};
  const words: { [key: string]: string } = {};
  for (const word of rest) {
    const at = word.indexOf("=");
    const key = word.slice(0, at), value = word.slice(at + 1);
    if (/^a\d+$/.test(key)) areas[Number(key.slice(1))] = parseArea(value);
    else words[key] = value;
  }
  return { kind: "ran", ret: Number(ret), areas, words };
}

function parseDone(line: string, steps: StepResult[], lines: string[]): ScriptResult {
  const bad = line.indexOf(" bad=");
  if (bad >= 0) throw new ExecutorError(`${line.slice(0, bad)}: ${line.slice(bad + 5)}`);
  const [, name, ...notes] = line.split(" ");
  const killed: { task: number; signal: number }[] = [];
  const numbers: { limit?: number; left?: number } = {};
  for (const note of notes) {
    const [key, value] = note.split("=");
    if (key === "killed") {
      const [task, signal] = value.split(":").map(Number);
      killed.push({ task, signal });
    } else if (key === "limit" || key === "left") numbers[key] = Number(value);
    else throw new ExecutorError(`not understood: ${line}`);
  }
  return { name, steps, killed, ...numbers, lines };
}

/** Takes the executor's output in pieces and gives the results that are whole. */
export class ResultParser {
  #rest = "";
  #lines: string[] = [];
  #steps: StepResult[] = [];

  /** The results that `text` completes; throws an `ExecutorError` where the executor gave up. */
  push(text: string): ScriptResult[] {
    const results: ScriptResult[] = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const done = this.#take(line);
      if (done) results.push(done);
    }
    return results;
  }

  #take(line: string): ScriptResult | undefined {
    if (line.startsWith("fatal ")) throw new ExecutorError(`the executor gave up: ${line}`);
    this.#lines.push(line);
    if (!line.startsWith("done ")) {
      this.#steps.push(parseStep(line));
      return undefined;
    }
    const steps = this.#steps, lines = this.#lines;
    this.#steps = [];
    this.#lines = [];
    return parseDone(line, steps, lines);
  }
}

/** What the executor says of the kernel when it starts. */
export interface Ready {
  readonly release: string;
  readonly version: string;
  readonly cpus: number;
}

/** Reads the `ready` line. */
export function parseReady(line: string): Ready {
  const found = /^ready (\S+) cpus=(\d+) version=(.*)$/.exec(line);
  if (!found) throw new ExecutorError(`the executor does not start: ${line}`);
  return { release: found[1], cpus: Number(found[2]), version: found[3] };
}
