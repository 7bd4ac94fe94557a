import type { Rule } from "../kernel/rule.ts";
import { attributes } from "./attributes/proposal.ts";
import { CHAR_DEVICES_RULES } from "./char_devices/char_devices.ts";
import { FS_PER_MAP_RULES } from "./fs_per_map/fs_per_map.ts";
import { KEYS_AS_FILES } from "./keys_as_files/proposal.ts";
import { MODULES } from "./modules/proposal.ts";

/** Every refusal of every proposal: no kernel has one of them. */
export const PROPOSAL_RULES: readonly Rule[] = [
  ...CHAR_DEVICES_RULES,
  ...FS_PER_MAP_RULES,
  ...attributes("follows").rules,
  ...KEYS_AS_FILES.rules,
  ...MODULES.rules,
];
