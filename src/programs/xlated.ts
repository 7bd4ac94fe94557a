import { word } from "../abi/words.ts";
import type { Xlated } from "../kernel/progs.ts";
import { mapLoads, walked } from "./verdict.ts";

const IMM_AT = 4;

/**
 * The instructions of a straight program as the kernel tells them: a map that was loaded by its
 * descriptor stands there by its id. Source: kernel/bpf/syscall.c, bpf_insn_prepare_dump.
 */
export function xlated(insns: string, idOf: (fd: number) => number): Xlated {
  const loads = mapLoads(insns);
  let bytes = insns;
  for (const { at, fd } of loads) {
    bytes = bytes.slice(0, at + IMM_AT) + word(idOf(fd)) + bytes.slice(at + IMM_AT + 4);
  }
  return { bytes, mapIdsAt: loads.map(({ at }) => at + IMM_AT), walked: walked(insns) };
}
