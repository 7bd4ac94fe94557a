/** How the properties are run: the same draws every time, and others where one asks for them. */
import { type Version, VERSIONS } from "bpfspec";
import fc from "fast-check";
import { choices } from "../../src/oracle/campaign/choices.ts";

/**
 * The seed of every property. `BPFSPEC_SEED=7 deno test …` draws other values; a failure prints the
 * seed and the path with which it comes again.
 */
const SEED = Number(Deno.env.get("BPFSPEC_SEED") ?? 1);

/** Multiplies the number of runs: `BPFSPEC_RUNS=100` looks a hundred times longer. */
const TIMES = Number(Deno.env.get("BPFSPEC_RUNS") ?? 1);

/** What `fc.assert` takes for `n` runs. */
export function runs(n: number): fc.Parameters<unknown> {
  return { numRuns: n * TIMES, seed: SEED };
}

export const version: fc.Arbitrary<Version> = fc.constantFrom(...VERSIONS);

/** A version and the choices of a path on it. */
export function paths(length: number) {
  return fc.tuple(version, choices(length));
}
