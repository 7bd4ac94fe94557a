import { tailIsZero } from "../abi/attr.ts";
import { PAGE_SIZE } from "../abi/limits.ts";
import { addressOf, bytesOf, mapped, type Memory, type Ptr, read, room } from "../abi/memory.ts";
import type { Rule } from "../kernel/rule.ts";

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
  const tail = after(ptr, known);
  const have = mapped(memory, tail, size - known);
  if (!tailIsZero(read(memory, tail, have)!, 0)) return R.tail;
  return have < size - known ? R.fault : undefined;
}

/** The address `offset` bytes after `ptr`. */
export function after(ptr: Ptr | undefined, offset: number): Ptr {
  if (ptr instanceof Uint8Array) return ptr.subarray(offset);
  if (typeof ptr === "string") return bytesOf((ptr + "\0").slice(offset));
  if (typeof ptr === "object") return room(Math.max(0, ptr.room - offset));
  return addressOf(ptr) + BigInt(offset);
}
