import type { Map as PMap } from "immutable";
import type { OwnFiles } from "../own_files.ts";
import { type Proposed, withProposed } from "../proposal.ts";
import type { Kind } from "./facts.ts";

/** An open attribute. It holds nothing: a read asks whether its object is still the same one. */
export interface AttributeFile {
  readonly kind: Kind;
  readonly id: number;
  /** The number of the object among all that ever were: ids come round, this does not. */
  readonly serial: number;
  readonly name: string;
  /** Where the next read begins. */
  readonly pos: number;
}

export interface Attributes {
  /** Serial numbers of the objects that have a kobject, by `map/ID` or `prog/ID`. */
  readonly kobjects: PMap<string, number>;
  readonly nextSerial: number;
  readonly files: OwnFiles<AttributeFile>;
}

export type K = Proposed<Attributes>;

export const withAttributes = withProposed<Attributes>;
