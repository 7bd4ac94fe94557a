/** The table of designs and properties, made by running each property on each design. */
import { READINGS } from "../char_devices/state.ts";
import { MODULES_COMPARED } from "../modules/compare.ts";
import { PINNED_LINK, STRUCT_OPS_MAP } from "../modules/ways.ts";
import { BPFFS } from "./bpffs.ts";
import type { Compared, Comparison } from "./comparison.ts";
import { DESCRIPTOR_DAEMON } from "./daemon.ts";
import { type AnyDesign, anyDesign } from "./design.ts";
import { devices } from "./devices.ts";
import { mounts } from "./fs_per_map.ts";
import { DIRECTORIES_OF_KEYS } from "./keys.ts";
import { BPF_MODULES } from "./modules.ts";
import { PROPERTIES } from "./properties.ts";
import { structOpsDesign } from "./struct_ops.ts";

const DESIGNS: readonly AnyDesign[] = [
  anyDesign(BPFFS),
  anyDesign(DESCRIPTOR_DAEMON),
  ...READINGS.map((reading) => anyDesign(devices(reading))),
  anyDesign(mounts(false)),
  anyDesign(mounts(true)),
  anyDesign(DIRECTORIES_OF_KEYS),
  anyDesign(BPF_MODULES),
  anyDesign(structOpsDesign(STRUCT_OPS_MAP)),
  anyDesign(structOpsDesign(PINNED_LINK)),
];

/** Puts every design to every question. */
function compareDesigns(): Compared {
  return {
    name: "designs",
    columns: DESIGNS.map((design) => design(({ id }) => id)),
    rows: PROPERTIES.map((property) => ({
      property: property.id,
      cells: Object.fromEntries(
        DESIGNS.map((design) => design((each) => [each.id, property.answer(each)])),
      ),
    })),
  };
}

/** Every comparison that the book shows. */
export const COMPARISONS: readonly Comparison[] = [
  { name: "designs", run: compareDesigns },
  MODULES_COMPARED,
];
