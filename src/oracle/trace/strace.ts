/**
 * The notation of strace(1): lines of calls, of calls cut in two by another process, of signals and
 * of ends. What `strace -f -v -X verbose` (or `-X raw`) prints is read in full; the options -t, -r,
 * -T and -y change nothing.
 */
import { type Place, TraceError } from "./place.ts";
import { type Piece, Reader } from "./reader.ts";
import { readField, type Value } from "./values.ts";

/** An argument, with the name that strace gives to some (`flags=`). */
export interface Argument {
  readonly name: string | undefined;
  readonly value: Value;
}

/** What a call returned. */
export type Returned =
  | { readonly kind: "value"; readonly ret: bigint }
  | { readonly kind: "errno"; readonly errno: string }
  /** `?`: it did not return, or strace did not see it. */
  | { readonly kind: "unknown" };

/** A call that has ended, or that never will. */
export interface StraceCall {
  readonly kind: "call";
  readonly pid: number;
  readonly name: string;
  readonly place: Place;
  /** Lines of the trace between its beginning and its end, 0 for most. */
  readonly began: Place;
  readonly returned: Returned;
  /** The arguments; read on demand, since most calls are of no interest. */
  readonly args: () => readonly Argument[];
  readonly placeOf: (value: Value) => Place;
}

/** The end of a process. */
export interface StraceEnd {
  readonly kind: "end";
  readonly pid: number;
  readonly place: Place;
}

export type StraceLine = StraceCall | StraceEnd;

interface Begun {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const HEAD =
  /^(?:(\d+) +|\[pid +(\d+)\] +)?(?:\d\d:\d\d:\d\d(?:\.\d+)? +|\d+\.\d{3,} +)?(?:\(\+ +[\d.]+\) +)?/;

/** Reads a trace; throws a TraceError at the first line that strace does not print so. */
export function parseStrace(file: string, text: string): readonly StraceLine[] {
  const lines: StraceLine[] = [];
  const begun = new Map<number, Begun>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("strace: ")) continue;
    const parsed = parseLine({ file, line: index + 1, column: 1 }, line, begun);
    if (parsed !== undefined) lines.push(parsed);
  }
  return lines;
}

function parseLine(
  start: Place,
  line: string,
  begun: Map<number, Begun>,
): StraceLine | undefined {
  const head = HEAD.exec(line)!;
  const pid = Number(head[1] ?? head[2] ?? 0);
  const place = { ...start, column: head[0].length + 1 };
  const body = line.slice(head[0].length).trimEnd();
  if (/^(?:strace: |--- )/.test(body)) return undefined;
  if (body.startsWith("+++ ")) return endOf(pid, place, body, begun);
  const resumed = /^<\.\.\. ([\w?]+) resumed>/.exec(body);
  if (resumed !== null) return resume(pid, place, body, resumed, begun);
  const unfinished = /\s*<unfinished \.\.\.>$/.exec(body);
  const pieces = [{ offset: 0, place }];
  if (!/^\w+\(/.test(body)) {
    throw new TraceError(place, "expected a call: name(arguments) = result");
  }
  if (unfinished === null) return callOf(pid, place, body, pieces);
  begun.set(pid, { text: body.slice(0, unfinished.index), pieces });
  return undefined;
}

function endOf(
  pid: number,
  place: Place,
  body: string,
  begun: Map<number, Begun>,
): StraceEnd | undefined {
  begun.delete(pid);
  if (/^\+\+\+ superseded by execve/.test(body)) return undefined;
  if (/^\+\+\+ (?:exited with \d+|killed by \w+.*) \+\+\+$/.test(body)) {
    return { kind: "end", pid, place };
  }
  throw new TraceError(place, 'expected "+++ exited with N +++" or "+++ killed by SIGNAL +++"');
}

function resume(
  pid: number,
  place: Place,
  body: string,
  resumed: RegExpExecArray,
  begun: Map<number, Begun>,
): StraceCall {
  const first = begun.get(pid);
  if (first === undefined || !first.text.startsWith(resumed[1] + "(")) {
    throw new TraceError(place, `no <unfinished ...> call of ${resumed[1]} stands before`);
  }
  begun.delete(pid);
  const rest = {
    offset: first.text.length,
    place: { ...place, column: place.column + resumed[0].length },
  };
  const text = first.text + body.slice(resumed[0].length);
  return callOf(pid, place, text, [...first.pieces, rest]);
}

/** The last ` = result`: strings before it are quoted, and a result has no `=` of its own. */
const RESULT =
  /\)\s*= (\?|-?\d+|0x[0-9a-f]+)(?:<[^]*?>)?(?: ([A-Z][A-Z0-9_]*)?(?: ?\(([^]*)\))?)?(?: <[\d.]+>)?$/;

function callOf(
  pid: number,
  place: Place,
  text: string,
  pieces: readonly Piece[],
): StraceCall {
  const reader = new Reader(text, pieces);
  const name = reader.match(/\w+/y)!;
  const found = resultOf(text);
  if (found === undefined) {
    reader.at = Math.max(text.lastIndexOf(")"), 0);
    return reader.fail('") = result" at the end of the call');
  }
  return {
    kind: "call",
    pid,
    name,
    place,
    began: pieces[0].place,
    returned: returnedBy(found),
    args: () => readArguments(new Reader(text, pieces), name.length),
    placeOf: ({ at }) => reader.placeOf(at),
  };
}

/** The result is sought from the right, since strings before may look like one. */
function resultOf(text: string): RegExpExecArray | undefined {
  for (let at = text.lastIndexOf(")"); at >= 0; at = text.lastIndexOf(")", at - 1)) {
    if (!/^\)\s*= /.test(text.slice(at))) continue;
    return RESULT.exec(text.slice(at)) ?? undefined;
  }
  return undefined;
}

function returnedBy([, value, errno, more]: RegExpExecArray): Returned {
  if (value === "?") return { kind: "unknown" };
  if (value !== "-1") return { kind: "value", ret: BigInt(value) };
  if (errno !== undefined) return { kind: "errno", errno };
  const number = /errno (\d+)/.exec(more ?? "")?.[1];
  return number === undefined ? { kind: "value", ret: -1n } : { kind: "errno", errno: number };
}

function readArguments(reader: Reader, from: number): readonly Argument[] {
  reader.at = from;
  if (!reader.take("(")) reader.fail('"("');
  const args: Argument[] = [];
  reader.skip();
  while (!reader.take(")")) {
    const [name, value] = readField(reader);
    args.push({ name, value });
    reader.skip();
    if (reader.take(",")) reader.skip();
    else if (!reader.peek(")")) reader.fail('"," or ")"');
  }
  return args;
}
