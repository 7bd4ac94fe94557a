/** The program that the loader loads, as a compiler would give it: map addresses left open. */
import { assemble, insn, returning } from "bpfspec";
import type { Program } from "./loader.ts";

/** `r<n> = 0 ll`, 16 bytes: the place for the address of a map. */
function addressOfMap(register: number): Uint8Array {
  return assemble(insn(0x18, register, 0, 0, 0), insn(0, 0, 0, 0, 0));
}

export const PROGRAM: Program = {
  insns: assemble(addressOfMap(1), addressOfMap(2), returning(0)),
  license: "GPL",
  relocations: [{ insn: 0, map: "settings" }, { insn: 2, map: "flows" }],
};
