import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE } from "../abi/insn.ts";
import { bytesOf, latin1 } from "../abi/memory.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { DELTA, has } from "../versions/deltas.ts";

const TAG_SIZE = 8;
const LD_IMM64 = 0x18;

/**
 * The tag of a program: the first eight bytes of a hash of its instructions as they were loaded,
 * with zeros for what names a map. Source: kernel/bpf/core.c, bpf_prog_calc_tag.
 */
export function tagOf(k: Kernel, insns: string): string {
  const hash = has(k.version, DELTA.tag_sha256) ? sha256 : sha1;
  return latin1(hash(withoutMaps(insns)).subarray(0, TAG_SIZE));
}

function withoutMaps(insns: string): Uint8Array {
  const bytes = bytesOf(insns);
  let second = false;
  for (let at = 0; at < bytes.length; at += 8) {
    const source = bytes[at + 1] >> 4;
    const names = source === BPF_PSEUDO_MAP_FD || source === BPF_PSEUDO_MAP_VALUE;
    const first: boolean = !second && bytes[at] === LD_IMM64 && names;
    const rest = second && bytes.subarray(at, at + 4).every((byte) => byte === 0);
    if (first || rest) bytes.fill(0, at + 4, at + 8);
    second = first;
  }
  return bytes;
}
