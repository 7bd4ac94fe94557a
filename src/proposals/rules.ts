import type { Rule } from "../kernel/rule.ts";
import { CHAR_DEVICES_RULES } from "./char_devices/char_devices.ts";

/** Every refusal of every proposal: no kernel has one of them. */
export const PROPOSAL_RULES: readonly Rule[] = [
  ...CHAR_DEVICES_RULES,
];
