/**
 * What the runner and the process that executes examples say to each other: one message a line, over
 * stdin and stdout. A line starts with a record separator, so that what an example itself writes to
 * stdout is told apart. Messages are serialised as V8 does it: bigints, byte arrays and Maps live.
 */
import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";
import type { Claim } from "./expectations.ts";
import type { PreludeValues } from "./prelude.ts";

export type Request =
  | { readonly kind: "prelude"; readonly specifier: string; readonly claims: boolean }
  | { readonly kind: "section"; readonly url: string; readonly claims: readonly Claim[] };

/** How one expectation turned out that did not hold. */
export interface Judgement {
  readonly id: number;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly rule?: string;
}

/** What one expectation saw, over all the times that it was reached. */
export interface SiteSummary {
  readonly reached: number;
  readonly failed: number;
  /** What would be true instead, if it is one thing and can be written down. */
  readonly update?: string;
}

export interface Thrown {
  readonly message: string;
  /** The line in the section, if the stack says. */
  readonly line?: number;
}

export interface PathRecord {
  readonly line: number;
  readonly version: string;
  readonly options: unknown;
  readonly trail: readonly unknown[];
}

export interface SectionDone {
  readonly kind: "done";
  readonly milliseconds: number;
  readonly thrown: readonly Thrown[];
  readonly sites: readonly SiteSummary[];
  readonly paths: readonly PathRecord[];
  readonly rules: readonly { readonly id: string; readonly line: number }[];
  readonly unmodelled: readonly { readonly what: string; readonly line: number }[];
  readonly calls: number;
}

export type Reply =
  | ({ readonly kind: "prelude" } & PreludeValues)
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "at"; readonly line: number }
  | ({ readonly kind: "judged" } & Judgement)
  | { readonly kind: "output"; readonly text: string; readonly line: number }
  | SectionDone;

const SEPARATOR = "\x1e";

export function encode(message: Request | Reply): string {
  if (message.kind === "at") return `${SEPARATOR}@${message.line}\n`;
  return `${SEPARATOR}${Buffer.from(serialize(message)).toString("base64")}\n`;
}

/** Reads a line; undefined where it is no message. */
export function decode<T extends Request | Reply>(line: string): T | undefined {
  if (!line.startsWith(SEPARATOR)) return undefined;
  if (line[1] === "@") return { kind: "at", line: Number(line.slice(2)) } as T;
  return deserialize(Buffer.from(line.slice(1), "base64")) as T;
}

/** The lines of a byte stream. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of stream) {
    const pieces = decoder.decode(chunk, { stream: true }).split("\n");
    for (const piece of pieces.slice(0, -1)) {
      yield parts.join("") + piece;
      parts = [];
    }
    parts.push(pieces[pieces.length - 1]);
  }
  if (parts.join("") !== "") yield parts.join("");
}
