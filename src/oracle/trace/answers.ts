/** What the model allows, held against what a trace observed. */
import { type Answer, errnoName, type Outcome, type Rule } from "bpfspec";
import type { Observed } from "./event.ts";

/** One answer that the model allows. */
export interface Allowed {
  readonly answer: string;
  readonly rule: Rule | undefined;
}

/** What became of one call of a trace. */
export type Judgement =
  | { readonly kind: "judged"; readonly allowed: readonly Allowed[] }
  /** Nothing is claimed of the answer, and why. */
  | { readonly kind: "not judged"; readonly why: string }
  /** The model does not allow it. */
  | {
    readonly kind: "refuted";
    readonly observed: string;
    readonly allowed: readonly Allowed[];
  }
  /** A call that has nothing to do with the model. */
  | { readonly kind: "no matter" };

export const NO_MATTER: Judgement = { kind: "no matter" };

export function notJudged(why: string): Judgement {
  return { kind: "not judged", why };
}

/** An errno by its name, also where it came as a number. */
export function errnoOf(observed: Observed): string | undefined {
  if (observed.kind !== "errno") return undefined;
  return /^\d+$/.test(observed.errno)
    ? errnoName(Number(observed.errno)) ?? observed.errno
    : observed.errno;
}

export function shownAnswer(observed: Observed): string {
  if (observed.kind === "value") return String(observed.ret);
  return errnoOf(observed) ?? "no answer";
}

export function allowedBy(answer: Answer): Allowed {
  switch (answer.kind) {
    case "value":
      return { answer: String(answer.ret), rule: undefined };
    case "refusal":
      return { answer: answer.errno, rule: answer.rule };
    case "unmodelled":
      return { answer: "anything", rule: undefined };
  }
}

/** Each answer once. */
export function allowedSet(outcomes: readonly Outcome[]): readonly Allowed[] {
  const all = outcomes.map(({ answer }) => allowedBy(answer));
  return all.filter((one, i) => all.findIndex((other) => other.answer === one.answer) === i);
}

/** Whether the model's answer is the observed one. */
export function agrees(answer: Answer, observed: Observed): boolean {
  if (answer.kind === "unmodelled" || observed.kind === "unknown") return true;
  if (answer.kind === "refusal") return errnoOf(observed) === answer.errno;
  return observed.kind === "value" && observed.ret === answer.ret;
}

export function refuted(observed: string, allowed: readonly Allowed[]): Judgement {
  return { kind: "refuted", observed, allowed };
}
