/**
 * What a campaign draws: choices, which a machine turns into calls that make sense where it stands.
 * A path shrinks by losing choices and by smaller numbers in them.
 */
import fc from "fast-check";

/** The choices for one call. What a number stands for is up to the call it is turned into. */
export interface Choice {
  /** Which call. */
  readonly op: number;
  /** Which task makes it. */
  readonly task: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** Whether the call is to be wrong in one place, and in which. */
  readonly wrong: number;
}

const pick = fc.nat(9999);

const choice: fc.Arbitrary<Choice> = fc.record({
  op: pick,
  task: pick,
  a: pick,
  b: pick,
  c: pick,
  d: pick,
  wrong: pick,
});

/** The choices of one path. */
export function choices(length: number): fc.Arbitrary<Choice[]> {
  return fc.array(choice, { minLength: 1, maxLength: length, size: "max" });
}
