import type { ErrnoName } from "../abi/errno.ts";
import { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } from "../abi/insn.ts";
import { wordAt } from "../abi/words.ts";

/**
 * What the verifier says of a program. For programs that the model does not decide it is an input:
 * `"accept"`, or the errno that the verifier refuses with.
 */
export type Verdict = "accept" | ErrnoName;

/** r0 = imm (64-bit or 32-bit move of an immediate), exit: the one form that the model decides. */
export function returnedConstant(insns: string): number | undefined {
  if (insns.length !== 16 || insns.slice(8) !== "\x95\0\0\0\0\0\0\0") return undefined;
  const code = insns.charCodeAt(0);
  const plain = insns.slice(1, 4) === "\0\0\0";
  if ((code !== 0xb7 && code !== 0xb4) || !plain) return undefined;
  const imm = insns.charCodeAt(4) | (insns.charCodeAt(5) << 8) | (insns.charCodeAt(6) << 16) |
    (insns.charCodeAt(7) << 24);
  return code === 0xb7 ? imm : imm >>> 0;
}

const LD_IMM64 = "\x18";

/** Where a program loads maps by descriptor, two slots each. */
export type Loads = readonly { readonly at: number; readonly fd: number }[];

export function mapLoads(insns: string): Loads {
  const loads: { at: number; fd: number }[] = [];
  for (let at = 0; at + 16 <= insns.length; at += 8) {
    if (insns[at] !== LD_IMM64) continue;
    const source = insns.charCodeAt(at + 1) >> 4;
    if (source === BPF_PSEUDO_MAP_FD || source === BPF_PSEUDO_MAP_VALUE) {
      loads.push({ at, fd: wordAt(insns, at + 4) });
    }
    at += 8;
  }
  return loads;
}

/** The map descriptors in a program's 64-bit loads, in order; each once. */
export function mapFds(insns: string): readonly number[] {
  return [...new Set(mapLoads(insns).map(({ fd }) => fd))];
}

const MOVES_64 = "\xb7\xbf";
const MOVES_32 = "\xb4\xbc";
const EXIT = "\x95";

/**
 * Whether a program is moves and loads of maps or numbers, one after the other, and exit: the
 * verifier leaves those as they are. Asked to dirty the high halves (BPF_F_TEST_RND_HI32) it adds to
 * moves of 32 bits.
 */
export function isStraight(insns: string, dirties: boolean): boolean {
  const moves = dirties ? MOVES_64 : MOVES_64 + MOVES_32;
  const last = insns.length - 8;
  let at = 0;
  while (at < last) {
    const loads = insns[at] === LD_IMM64;
    if (loads && insns.charCodeAt(at + 1) >> 4 > BPF_PSEUDO_MAP_FD) return false;
    if (!loads && !moves.includes(insns[at])) return false;
    at += loads ? 16 : 8;
  }
  return at === last && insns[at] === EXIT;
}

/** How many instructions a straight program has: a load of 64 bits, two slots, is one. */
export function walked(insns: string): number {
  let count = 0;
  for (let at = 0; at < insns.length; at += insns[at] === LD_IMM64 ? 16 : 8) count++;
  return count;
}
