/** The lines that the checks write to the log. */
import { describe } from "./describe.ts";
import { type At, type Reader } from "./reader.ts";
import { BTF_KINDS } from "./types.ts";

/** A line about a type, without what its kind has to say. */
export function logBasic(btf: Reader, id: number, at: At, message: string): void {
  const { log } = btf;
  if (!log.on) return;
  log.print(`[${id}] ${BTF_KINDS[btf.kind(at)]} ${btf.shown(btf.nameOff(at))}`);
  log.print(" ");
  log.print(message);
  log.print("\n");
}

/** A line about a type, and what is wrong with it, if anything is. */
export function logType(btf: Reader, id: number, at: At, message = ""): void {
  const { log } = btf;
  if (!log.on) return;
  log.print(`[${id}] ${BTF_KINDS[btf.kind(at)]} ${btf.shown(btf.nameOff(at))} `);
  for (const piece of describe(btf, at)) log.print(piece);
  finish(btf, message);
}

function finish({ log }: Reader, message: string): void {
  if (message !== "") {
    log.print(" ");
    log.print(message);
  }
  log.print("\n");
}

/** A member of a struct: name, type and place; the type may be the one behind its modifiers. */
export interface MemberView {
  readonly index: number;
  readonly type: number;
}

export function memberOffset(btf: Reader, at: At, index: number): number {
  return btf.extra(at, 3 * index + 2);
}

/** A line about a member of the struct at `at`. */
export function logMember(btf: Reader, at: At, { index, type }: MemberView, message = ""): void {
  const { log } = btf;
  if (!log.on) return;
  const name = btf.shown(btf.extra(at, 3 * index));
  const offset = memberOffset(btf, at, index);
  const place = btf.kindFlag(at)
    ? `bitfield_size=${offset >>> 24} bits_offset=${offset & 0xffffff}`
    : `bits_offset=${offset}`;
  log.print(`\t${name} type_id=${type} ${place}`);
  finish(btf, message);
}

/** A line about a variable of a section. */
export function logVarInfo(btf: Reader, at: At, index: number, message = ""): void {
  const [type, offset, size] = [0, 1, 2].map((i) => btf.extra(at, 3 * index + i));
  btf.log.print(`\t type_id=${type} offset=${offset} size=${size}`);
  finish(btf, message);
}
