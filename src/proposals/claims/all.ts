import type { Claim } from "./claim.ts";

/** Every claim of the discussion that is checked, by source. */
export const CLAIMS: readonly Claim[] = [];
