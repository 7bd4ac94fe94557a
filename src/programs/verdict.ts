import type { ErrnoName } from "../abi/errno.ts";

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
const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;

/** The map descriptors in a program's 64-bit loads, in order; each once. */
export function mapFds(insns: string): readonly number[] {
  const fds: number[] = [];
  for (let at = 0; at + 16 <= insns.length; at += 8) {
    if (insns[at] !== LD_IMM64) continue;
    const source = insns.charCodeAt(at + 1) >> 4;
    const fd = (insns.charCodeAt(at + 4) | (insns.charCodeAt(at + 5) << 8) |
      (insns.charCodeAt(at + 6) << 16) | (insns.charCodeAt(at + 7) << 24)) >>> 0;
    if ((source === PSEUDO_MAP_FD || source === PSEUDO_MAP_VALUE) && !fds.includes(fd)) {
      fds.push(fd);
    }
    at += 8;
  }
  return fds;
}
