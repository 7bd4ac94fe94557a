/** The table of designs and properties, made by running each property on each design. */
import { READINGS } from "../char_devices/state.ts";
import { BPFFS } from "./bpffs.ts";
import { DESCRIPTOR_DAEMON } from "./daemon.ts";
import { type AnyDesign, anyDesign } from "./design.ts";
import { devices } from "./devices.ts";
import { mounts } from "./fs_per_map.ts";
import { DIRECTORIES_OF_KEYS } from "./keys.ts";
import { BPF_MODULES } from "./modules.ts";
import { PROPERTIES } from "./properties.ts";

export const DESIGNS: readonly AnyDesign[] = [
  anyDesign(BPFFS),
  anyDesign(DESCRIPTOR_DAEMON),
  ...READINGS.map((reading) => anyDesign(devices(reading))),
  anyDesign(mounts(false)),
  anyDesign(mounts(true)),
  anyDesign(DIRECTORIES_OF_KEYS),
  anyDesign(BPF_MODULES),
];

/** A comparison: things that are compared, and properties that run on each. */
export interface Comparison {
  readonly name: string;
  run(): Compared;
}

/** What came of it, by column in each row. */
export interface Compared {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly property: string;
    readonly cells: Readonly<Record<string, string>>;
  }[];
}

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

export const COMPARISONS: readonly Comparison[] = [
  { name: "designs", run: compareDesigns },
];
