/** BTF that nobody has checked yet, read word by word. */
import { wordAt } from "../abi/words.ts";
import type { Version } from "../kernel/version.ts";
import type { Header } from "./header.ts";
import type { Vlog } from "./vlog.ts";

/** The kinds by their names. */
export const KIND = {
  UNKN: 0,
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

/** Where a type stands in the bytes; void stands nowhere. */
export type At = number;
export const VOID: At = -1;

/** Bytes of the three words that every type has. */
export const FIXED = 12;

/** No check and no line of the log looks at more of a name. */
const LONGEST = 1024;

/** The bytes of a BTF, its types by id, and the log that the checks write. */
export class Reader {
  /** Where each type stands, by id. */
  readonly types: At[] = [VOID];
  readonly #strings: number;

  constructor(
    readonly version: Version,
    readonly data: string,
    readonly header: Header,
    readonly log: Vlog,
  ) {
    this.#strings = header.hdr_len + header.str_off;
  }

  byId(id: number): At | undefined {
    return this.types[id];
  }

  info(at: At): number {
    return at === VOID ? 0 : wordAt(this.data, at + 4);
  }

  kind(at: At): number {
    return at === VOID ? 0 : this.data.charCodeAt(at + 7) & 0x7f;
  }

  kindFlag(at: At): boolean {
    return at !== VOID && this.data.charCodeAt(at + 7) >= 0x80;
  }

  vlen(at: At): number {
    return this.info(at) & 0xffffff;
  }

  nameOff(at: At): number {
    return wordAt(this.data, at);
  }

  /** The third word: a size, or another type's id. */
  third(at: At): number {
    return at === VOID ? 0 : wordAt(this.data, at + 8);
  }

  /** A word of what follows the three. */
  extra(at: At, index: number): number {
    return wordAt(this.data, at + FIXED + 4 * index);
  }

  isNameOff(offset: number): boolean {
    return offset < this.header.str_len;
  }

  /** The name at a valid offset, as far as anybody looks. */
  name(offset: number): string {
    const from = this.#strings + offset;
    const head = this.data.slice(from, from + LONGEST);
    const end = head.indexOf("\0");
    return end < 0 ? head : head.slice(0, end);
  }

  /** A name as the log shows it. */
  shown(offset: number): string {
    if (offset === 0) return "(anon)";
    return this.isNameOff(offset) ? this.name(offset) : "(invalid-name-offset)";
  }
}
