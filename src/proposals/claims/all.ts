import { CHAR_DEVICES_CLAIMS } from "./char_devices.ts";
import type { Claim } from "./claim.ts";
import { DEVICES_OR_FS_CLAIMS } from "./devices_or_fs.ts";
import { FS_PER_MAP_CLAIMS } from "./fs_per_map.ts";

/** Every claim of the discussion that is checked, by source. */
export const CLAIMS: readonly Claim[] = [
  ...CHAR_DEVICES_CLAIMS,
  ...DEVICES_OR_FS_CLAIMS,
  ...FS_PER_MAP_CLAIMS,
];
