import { latin1 } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type IdAt, type Outcome, refuse, type Write } from "../kernel/outcome.ts";
import { type Args, attrWritable, copyOut } from "./args.ts";
import { R } from "./info_rules.ts";

const INFO_LEN_AT = 4;

/** A whole info, as the kernel filled it. */
export interface Filled {
  readonly bytes: Uint8Array;
  readonly ids: readonly IdAt[];
  /** Bytes that no specification can say, from and to. */
  readonly loose?: readonly (readonly [number, number])[];
}

/** The end of every info: as much of it as was asked for is written, then how much that is. */
export function tell(
  k: Kernel,
  args: Args<"OBJ_GET_INFO_BY_FD">,
  { bytes, ids, loose }: Filled,
  length: number,
  before: readonly Write[],
): Outcome {
  const out = copyOut(args.memory, "info", args.attr.info, latin1(bytes).slice(0, length));
  const told = out.writes.map((write) => ({ ...write, ids, ...(loose && { loose }) }));
  const writes = [...before, ...told];
  if (out.faulted) return refuse(k, R.info_fault, writes);
  if (!attrWritable(args, INFO_LEN_AT, 4)) return refuse(k, R.info_len_fault, writes);
  return done(k, 0, [...writes, { field: "info_len", offset: 0, bytes: word(length) }]);
}
