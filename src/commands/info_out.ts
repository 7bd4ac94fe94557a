import type { Ptr } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, type Write } from "../kernel/outcome.ts";
import { type Args, attrWritable, copyOut } from "./args.ts";
import { R } from "./info_rules.ts";
import { checkTail } from "./tail.ts";

const INFO_LEN_AT = 4;
const TAIL = { size: R.info_len, tail: R.tail, fault: R.tail_fault };

type Info = Args<"OBJ_GET_INFO_BY_FD">;

/** `bpf_check_uarg_tail_zero` of the info: the kernel's own ends at `end`. */
export function checkInfoTail({ attr, memory }: Info, end: number) {
  return checkTail(memory, attr.info as Ptr | undefined, end, (attr.info_len ?? 0) >>> 0, TAIL);
}

/** Writes the info and its length; `writes` is what was written before. Only whole ids count. */
export function putInfo(
  k: Kernel,
  args: Info,
  info: string,
  writes: readonly Write[],
  { ids, free }: Pick<Write, "ids" | "free">,
): Outcome {
  const out = copyOut(args.memory, "info", args.attr.info, info);
  const written = out.writes.map((write) => ({
    ...write,
    ...(ids && { ids }),
    ...(free && { free }),
  }));
  const all = [...writes, ...written];
  if (out.faulted) return refuse(k, R.info_fault, all);
  if (!attrWritable(args, INFO_LEN_AT, 4)) return refuse(k, R.info_len_fault, all);
  return done(k, 0, [...all, { field: "info_len", offset: 0, bytes: word(info.length) }]);
}
