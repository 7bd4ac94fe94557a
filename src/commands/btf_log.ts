/** Where BTF_LOAD's log goes, and how it ends. Source: kernel/bpf/log.c, kernel/bpf/btf.c. */
import { isNull, type Ptr, writable } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import { END } from "../btf/end.ts";
import { Vlog } from "../btf/vlog.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Write } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type Args, attrWritable } from "./args.ts";
import { BPF_LOG_FIXED, trueSizeWritable, withTrueSize } from "./common_log.ts";

type Load = Args<"BTF_LOAD">;

const TRUE_SIZE_AT = 28;

/** A log, and what of attr or of the common attributes it belongs to. */
export interface LogTarget {
  readonly log: Vlog;
  readonly field: "btf_log_buf" | "common.log_buf";
}

/** The log of the call: attr's own, or on 7.2 that of the common attributes. */
export function logOf(k: Kernel, { attr, common, memory }: Load): LogTarget {
  const byCommon = isNull(attr.btf_log_buf) && !isNull(common?.log_buf);
  const [buffer, claimed, level]: [Ptr | undefined, number | undefined, number | undefined] =
    byCommon
      ? [common!.log_buf, common!.log_size, common!.log_level]
      : [attr.btf_log_buf, attr.btf_log_size, attr.btf_log_level];
  const size = (claimed ?? 0) >>> 0;
  const fixed = ((level ?? 0) & BPF_LOG_FIXED) !== 0;
  const mode = !has(k.version, DELTA.btf_log_any_size) ? "stop" : fixed ? "fixed" : "round";
  const room = size === 0 ? 0 : writable(memory, buffer, size);
  return {
    log: new Vlog((level ?? 0) !== 0, mode, size, room),
    field: byCommon ? "common.log_buf" : "btf_log_buf",
  };
}

interface Ended {
  readonly writes: readonly Write[];
  readonly rule?: Rule;
}

/** Ends the log: what it says, and which refusal is the call's. */
export function endLog(
  k: Kernel,
  args: Load,
  { log, field }: LogTarget,
  refused: Rule | undefined,
): Ended {
  const { written, faulted, full, trueSize } = log.finish();
  const writes: Write[] = written.map((part) => ({ field, ...part }));
  if (!has(k.version, DELTA.btf_log_any_size)) {
    return ended(writes, refused ?? (log.on && full ? END.log_space : undefined));
  }
  const late = faulted ? END.log_fault : full ? END.log_space : refused;
  const byCommon = field === "common.log_buf";
  if (byCommon ? !withTrueSize(args) : args.size < TRUE_SIZE_AT + 4) return ended(writes, late);
  const canTell = byCommon ? trueSizeWritable(args) : attrWritable(args, TRUE_SIZE_AT, 4);
  if (!canTell) return ended(writes, END.log_true_size_fault);
  const told = byCommon ? "common.log_true_size" : "btf_log_true_size";
  return ended([...writes, { field: told, offset: 0, bytes: word(trueSize) }], late);
}

function ended(writes: readonly Write[], rule: Rule | undefined): Ended {
  return rule === undefined ? { writes } : { writes, rule };
}
