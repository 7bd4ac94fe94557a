/** A claim of the discussion on the lists, as a property of machines. */

/** What the check of a claim found. */
export type Finding =
  /** True in all of so many cases. */
  | { readonly holds: true; readonly cases: number }
  /** The shortest run of calls that the claim is wrong about. */
  | { readonly holds: false; readonly cases: number; readonly counterexample: readonly string[] };

/** A claim, with the check that runs it. */
export interface Claim {
  /** `SOURCE/short-name`, for example `char-devices/close-clears`. */
  readonly id: string;
  /** The text that makes it, without `.txt`. */
  readonly source: string;
  /** The claim in our own words, one line. */
  readonly says: string;
  /** What is expected of the check; a test holds it to that. */
  readonly verdict: "holds" | "fails";
  check(): Finding;
}
