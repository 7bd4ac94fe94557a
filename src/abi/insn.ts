/**
 * The instructions of a program: eight bytes each, `code:8 dst:4 src:4 off:16 imm:32`, little-endian
 * with dst in the low half of its byte.
 */

// Classes
export const BPF_LD = 0x00;
export const BPF_LDX = 0x01;
export const BPF_ST = 0x02;
export const BPF_STX = 0x03;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_JMP32 = 0x06;
export const BPF_ALU64 = 0x07;

// Sizes of loads and stores
export const BPF_W = 0x00;
export const BPF_H = 0x08;
export const BPF_B = 0x10;
export const BPF_DW = 0x18;

// Modes of loads and stores
export const BPF_IMM = 0x00;
export const BPF_ABS = 0x20;
export const BPF_IND = 0x40;
export const BPF_MEM = 0x60;
export const BPF_MEMSX = 0x80; // since 6.12
export const BPF_XADD = 0xc0;
export const BPF_ATOMIC = 0xc0; // since 6.1

// Operations of BPF_ALU and BPF_ALU64
export const BPF_ADD = 0x00;
export const BPF_SUB = 0x10;
export const BPF_MUL = 0x20;
export const BPF_DIV = 0x30;
export const BPF_OR = 0x40;
export const BPF_AND = 0x50;
export const BPF_LSH = 0x60;
export const BPF_RSH = 0x70;
export const BPF_NEG = 0x80;
export const BPF_MOD = 0x90;
export const BPF_XOR = 0xa0;
export const BPF_MOV = 0xb0;
export const BPF_ARSH = 0xc0;
export const BPF_END = 0xd0;
export const BPF_TO_LE = 0x00;
export const BPF_TO_BE = 0x08;

// Operations of BPF_JMP and BPF_JMP32
export const BPF_JA = 0x00;
export const BPF_JEQ = 0x10;
export const BPF_JGT = 0x20;
export const BPF_JGE = 0x30;
export const BPF_JSET = 0x40;
export const BPF_JNE = 0x50;
export const BPF_JSGT = 0x60;
export const BPF_JSGE = 0x70;
export const BPF_CALL = 0x80;
export const BPF_EXIT = 0x90;
export const BPF_JLT = 0xa0;
export const BPF_JLE = 0xb0;
export const BPF_JSLT = 0xc0;
export const BPF_JSLE = 0xd0;
export const BPF_JCOND = 0xe0; // since 6.12

// Sources of the second operand
export const BPF_K = 0x00;
export const BPF_X = 0x08;

// imm of BPF_STX | BPF_ATOMIC
export const BPF_FETCH = 0x01; // since 6.1
export const BPF_XCHG = 0xe1; // since 6.1
export const BPF_CMPXCHG = 0xf1; // since 6.1
export const BPF_LOAD_ACQ = 0x100; // since 6.18
export const BPF_STORE_REL = 0x110; // since 6.18

// src of a 16-byte BPF_LD | BPF_DW | BPF_IMM
export const BPF_PSEUDO_MAP_FD = 1;
export const BPF_PSEUDO_MAP_VALUE = 2;
export const BPF_PSEUDO_BTF_ID = 3;
export const BPF_PSEUDO_FUNC = 4; // since 6.1
export const BPF_PSEUDO_MAP_IDX = 5; // since 6.1
export const BPF_PSEUDO_MAP_IDX_VALUE = 6; // since 6.1

// src of a BPF_JMP | BPF_CALL
export const BPF_PSEUDO_CALL = 1;
export const BPF_PSEUDO_KFUNC_CALL = 2; // since 6.1

// src of a BPF_JMP | BPF_JCOND; off of a BPF_MOV that casts between address spaces
export const BPF_MAY_GOTO = 0; // since 6.12
export const BPF_ADDR_SPACE_CAST = 1; // since 6.12

// Registers
export const BPF_REG_0 = 0;
export const BPF_REG_1 = 1;
export const BPF_REG_2 = 2;
export const BPF_REG_3 = 3;
export const BPF_REG_4 = 4;
export const BPF_REG_5 = 5;
export const BPF_REG_6 = 6;
export const BPF_REG_7 = 7;
export const BPF_REG_8 = 8;
export const BPF_REG_9 = 9;
export const BPF_REG_10 = 10;

/** The bytes of one instruction. */
export const INSN_SIZE = 8;

/** How many instructions a program may have that an unprivileged task loads. */
export const BPF_MAXINSNS = 4096;

/** One instruction, eight bytes. Numbers that do not fit wrap as a C cast does. */
export function insn(code: number, dst: number, src: number, off: number, imm: number): Uint8Array {
  const bytes = new Uint8Array(INSN_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, code);
  view.setUint8(1, (dst & 15) | ((src & 15) << 4));
  view.setInt16(2, off, true);
  view.setInt32(4, imm, true);
  return bytes;
}

/** The instructions one after the other, as `insns` of PROG_LOAD points at them. */
export function assemble(...insns: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(insns.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of insns) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
}

/** `r0 = imm; exit`: the smallest program that the verifier takes; insn_cnt is 2. */
export function returning(imm: number): Uint8Array {
  return assemble(
    insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, imm),
    insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  );
}
