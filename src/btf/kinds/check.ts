import { BTF_MAX_TYPE } from "../../abi/limits.ts";
import type { Rule } from "../../kernel/rule.ts";
import { logBasic, logType } from "../lines.ts";
import { isIdentifier } from "../names.ts";
import { type At, FIXED, type Reader } from "../reader.ts";

/**
 * Checks one type by itself; `left` is how many bytes the section has after the type's three words.
 * What comes back is the type's whole length.
 */
export type KindCheck = (btf: Reader, id: number, at: At, left: number) => number | Rule;

export function isTypeId(id: number): boolean {
  return id <= BTF_MAX_TYPE;
}

/** Whether a type has a name, and one that C would take. */
export function hasIdentifier(btf: Reader, nameOff: number): boolean {
  return nameOff !== 0 && isIdentifier(btf.version, btf.name(nameOff));
}

/** Whether a name is absent or one that C would take. */
export function isAnonymousOrIdentifier(btf: Reader, nameOff: number): boolean {
  return nameOff === 0 || isIdentifier(btf.version, btf.name(nameOff));
}

/** Refuses a type with a line about it. */
export function refuseType(btf: Reader, id: number, at: At, rule: Rule, message: string): Rule {
  logType(btf, id, at, message);
  return rule;
}

/** The section ends before all that the kind wants. */
export function refuseShort(
  btf: Reader,
  id: number,
  at: At,
  rule: Rule,
  left: number,
  needed: number,
): Rule {
  logBasic(btf, id, at, `meta_left:${left} meta_needed:${needed}`);
  return rule;
}

/** The type is right so far: a line says what it is. */
export function accept(btf: Reader, id: number, at: At, needed: number): number {
  logType(btf, id, at);
  return FIXED + needed;
}
