import type { BtfType, BtfTypes } from "./types.ts";

/** The size of a pointer on the machines of the model. */
const POINTER = 8;

/** A type that has a size, and the size; what it is behind typedefs, qualifiers and variables. */
export interface Sized {
  readonly type: BtfType;
  readonly size: number;
}

/** `btf_type_id_size`: undefined where there is no such type, or where it has no size. */
export function sized(btf: BtfTypes, id: number): Sized | undefined {
  let type = btf.types[id];
  while (type !== undefined) {
    switch (type.kind) {
      case "INT":
      case "STRUCT":
      case "UNION":
      case "ENUM":
      case "ENUM64":
      case "FLOAT":
      case "DATASEC":
        return { type, size: type.size };
      case "PTR":
        return { type, size: POINTER };
      case "ARRAY": {
        const element = sized(btf, type.type);
        return element && { type, size: element.size * type.nelems };
      }
      case "TYPEDEF":
      case "VOLATILE":
      case "CONST":
      case "RESTRICT":
      case "TYPE_TAG":
      case "VAR":
        type = btf.types[type.type];
        continue;
      default:
        return undefined;
    }
  }
  return undefined;
}
