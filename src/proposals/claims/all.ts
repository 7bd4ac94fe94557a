import { ATTRIBUTES_CLAIMS } from "./attributes.ts";
import { CHAR_DEVICES_CLAIMS } from "./char_devices.ts";
import type { Claim } from "./claim.ts";
import { DEVICE_NODES_CLAIMS } from "./device_nodes.ts";
import { DEVICES_OR_FS_CLAIMS } from "./devices_or_fs.ts";
import { FS_PER_MAP_CLAIMS } from "./fs_per_map.ts";
import { FS_PER_MAP_SHOWN_CLAIMS } from "./fs_per_map_shown.ts";
import { KEYS_CLAIMS } from "./keys.ts";
import { KEYS_COSTS_CLAIMS } from "./keys_costs.ts";
import { LINUX_DUMP_CLAIMS } from "./linux_dump.ts";
import { LINUX_FINDING_CLAIMS } from "./linux_finding.ts";
import { LINUX_HANDOVER_CLAIMS } from "./linux_handover.ts";
import { LINUX_MOUNTS_CLAIMS } from "./linux_mounts.ts";
import { LINUX_NAMES_CLAIMS } from "./linux_names.ts";
import { LINUX_NODES_CLAIMS } from "./linux_nodes.ts";
import { LINUX_PER_MAP_CLAIMS } from "./linux_per_map.ts";
import { LINUX_PINS_CLAIMS } from "./linux_pins.ts";
import { LINUX_USE_CLAIMS } from "./linux_use.ts";
import { LINUX_USERS_CLAIMS } from "./linux_users.ts";
import { MODULES_CLAIMS } from "./modules.ts";
import { STRUCT_OPS_CLAIMS } from "./struct_ops.ts";
import { STRUCT_OPS_VALUES_CLAIMS } from "./struct_ops_values.ts";

/** Every claim of the discussion that is checked, by source. */
export const CLAIMS: readonly Claim[] = [
  ...CHAR_DEVICES_CLAIMS,
  ...DEVICE_NODES_CLAIMS,
  ...DEVICES_OR_FS_CLAIMS,
  ...LINUX_FINDING_CLAIMS,
  ...LINUX_USERS_CLAIMS,
  ...LINUX_NODES_CLAIMS,
  ...LINUX_PER_MAP_CLAIMS,
  ...LINUX_PINS_CLAIMS,
  ...LINUX_HANDOVER_CLAIMS,
  ...LINUX_NAMES_CLAIMS,
  ...LINUX_USE_CLAIMS,
  ...LINUX_MOUNTS_CLAIMS,
  ...LINUX_DUMP_CLAIMS,
  ...FS_PER_MAP_CLAIMS,
  ...FS_PER_MAP_SHOWN_CLAIMS,
  ...KEYS_CLAIMS,
  ...KEYS_COSTS_CLAIMS,
  ...ATTRIBUTES_CLAIMS,
  ...STRUCT_OPS_CLAIMS,
  ...STRUCT_OPS_VALUES_CLAIMS,
  ...MODULES_CLAIMS,
];
