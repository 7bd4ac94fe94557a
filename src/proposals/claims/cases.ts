import type { Finding } from "./claim.ts";

/** What contradicts a claim in one case: the run of calls, and last what is wrong with it. */
export type Contradiction = readonly string[] | undefined;

/** Tries cases in their order: the first that contradicts the claim is its counterexample. */
export function every<T>(cases: Iterable<T>, wrong: (one: T) => Contradiction): Finding {
  let count = 0;
  for (const one of cases) {
    count++;
    const counterexample = wrong(one);
    if (counterexample !== undefined) return { holds: false, cases: count, counterexample };
  }
  return { holds: true, cases: count };
}

/** Every pair of two lists. */
export function pairs<A, B>(as: Iterable<A>, bs: Iterable<B>): readonly (readonly [A, B])[] {
  const second = Array.from(bs);
  return Array.from(as).flatMap((a) => second.map((b) => [a, b] as const));
}

/** Puts what was done before a search in front of what the search found. */
export function after(before: readonly string[], finding: Finding): Finding {
  if (finding.holds) return finding;
  return { ...finding, counterexample: [...before, ...finding.counterexample] };
}
