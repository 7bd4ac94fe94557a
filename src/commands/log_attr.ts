import { LOG_SIZE_MAX } from "../abi/limits.ts";
import { isNull, type Ptr } from "../abi/memory.ts";
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";

/** A log that a caller asks for. */
export interface LogAttr {
  readonly buffer: Ptr | undefined;
  readonly size: number;
  readonly level: number;
}

/** Until 6.1 no log is smaller. */
const SMALLEST = 128;

/** `bpf_verifier_log_attr_valid`: whether buffer, size and level go together. */
export function logIsSane(version: Version, { buffer, size, level }: LogAttr): boolean {
  const given = !isNull(buffer);
  if (!given && size === 0 && level === 0) return true;
  if (size > LOG_SIZE_MAX) return false;
  if (has(version, DELTA.log_any_size)) {
    return given === (size !== 0) && !(given && level === 0) && (level & ~15) === 0;
  }
  return size >= SMALLEST && given && level !== 0 && (level & ~7) === 0;
}
