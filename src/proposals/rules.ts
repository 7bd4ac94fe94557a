import type { Rule } from "../kernel/rule.ts";
import { MODULES } from "./modules/proposal.ts";

/** Every refusal of every proposal: no kernel has one of them. */
export const PROPOSAL_RULES: readonly Rule[] = [
  ...MODULES.rules,
];
