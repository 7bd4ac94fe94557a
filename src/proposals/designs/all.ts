/** The table of designs and properties, made by running each property on each design. */
import { BPFFS } from "./bpffs.ts";
import { DESCRIPTOR_DAEMON } from "./daemon.ts";
import { type AnyDesign, anyDesign } from "./design.ts";
import { DIRECTORIES_OF_KEYS } from "./keys.ts";
import { BPF_MODULES } from "./modules.ts";
import { PROPERTIES } from "./properties.ts";

export const DESIGNS: readonly AnyDesign[] = [
  anyDesign(BPFFS),
  anyDesign(DESCRIPTOR_DAEMON),
  anyDesign(DIRECTORIES_OF_KEYS),
  anyDesign(BPF_MODULES),
];

/** One design, with its answer to each property. */
export interface DesignAnswers {
  readonly id: string;
  readonly title: string;
  /** By property, in the order of the properties. */
  readonly answers: readonly { readonly property: string; readonly answer: string }[];
}

/** Puts every design to every question. */
export function compareDesigns(): readonly DesignAnswers[] {
  return DESIGNS.map((design) =>
    design(({ id, title, ...rest }) => ({
      id,
      title,
      answers: PROPERTIES.map((property) => ({
        property: property.id,
        answer: property.answer({ id, title, ...rest }),
      })),
    }))
  );
}
