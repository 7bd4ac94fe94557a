import { tailIsZero } from "../abi/attr.ts";
import { mapped, type Memory, type Ptr, read } from "../abi/memory.ts";
import type { Rule } from "../kernel/rule.ts";

const PAGE_SIZE = 4096;

/** The three refusals of `bpf_check_uarg_tail_zero`, for one struct. */
export interface SizeRules {
  readonly size: Rule;
  readonly tail: Rule;
  readonly fault: Rule;
}

/** `bpf_check_uarg_tail_zero`: bytes beyond what the kernel knows must be zero. */
export function checkTail(
  memory: Memory,
  ptr: Ptr | undefined,
  known: number,
  size: number,
  R: SizeRules,
): Rule | undefined {
  if (size > PAGE_SIZE) return R.size;
  if (size <= known) return undefined;
  const have = mapped(memory, ptr, size);
  const bytes = read(memory, ptr, have)!;
  if (!tailIsZero(bytes, known)) return R.tail;
  return have < size ? R.fault : undefined;
}
