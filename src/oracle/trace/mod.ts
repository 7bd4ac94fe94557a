/** Traces of real programs, checked against the model. */
export { type Allowed, type Judgement, shownAnswer } from "./answers.ts";
export { straceTrace } from "./calls.ts";
export { type Checked, type CheckOptions, checkTrace, type TraceReport } from "./check.ts";
export type { Event, Observed, Trace } from "./event.ts";
export { jsonTrace } from "./json.ts";
export { type Place, showPlace, TraceError } from "./place.ts";
export { parseStrace } from "./strace.ts";
export type { Hole } from "./world.ts";
import { straceTrace } from "./calls.ts";
import type { Trace } from "./event.ts";
import { jsonTrace } from "./json.ts";

/** Reads a trace in either form: JSON begins with a brace. */
export function readTrace(file: string, text: string): Trace {
  return text.trimStart().startsWith("{") ? jsonTrace(file, text) : straceTrace(file, text);
}
