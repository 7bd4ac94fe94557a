import { isNull } from "../abi/memory.ts";
import type { Write } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { rules } from "../kernel/rule.ts";
import { type Args, type CommonAttr, copyOut } from "./args.ts";

/** What 7.2's log of the common attributes refuses after the command is done. Source: kernel/bpf/log.c. */
export const LOG = rules("COMMON_LOG", {
  fault: ["EFAULT", "the log buffer or `log_true_size` cannot be written", { since: "7.2" }],
  space: ["ENOSPC", "the log does not fit the buffer; the command's own answer is lost", {
    since: "7.2",
  }],
});

const BPF_LOG_MASK = 15;
const BPF_LOG_FIXED = 8;
/** offsetofend(struct bpf_common_attr, log_true_size) */
const TRUE_SIZE_END = 20;

/** `bpf_verifier_log_attr_valid`: buffer, size and level go together. */
export function logAttrValid(common: CommonAttr | undefined): boolean {
  if (common === undefined) return true;
  const size = (common.log_size ?? 0) >>> 0;
  const level = (common.log_level ?? 0) >>> 0;
  const buffer = !isNull(common.log_buf);
  return buffer === (size !== 0) && !(buffer && level === 0) && (level & ~BPF_LOG_MASK) === 0 &&
    size <= 0x3fffffff;
}

interface Finished {
  readonly writes: readonly Write[];
  readonly rule?: Rule;
}

/** Writes the one message that a command has for its log, if any, and the log's true size. */
export function finishLog(args: Args<"MAP_CREATE">, message: string | undefined): Finished {
  const { common, size_common } = args;
  if (common === undefined || size_common === 0) return { writes: [] };
  const logged = (common.log_level ?? 0) === 0 || message === undefined ? "" : message + "\0";
  const text = writeText(args, common, logged);
  if (size_common < TRUE_SIZE_END) return text;
  const size = String.fromCharCode(logged.length & 255, logged.length >>> 8, 0, 0);
  const written = { field: "common.log_true_size", offset: 0, bytes: size };
  return { ...text, writes: [...text.writes, written] };
}

function writeText(args: Args<"MAP_CREATE">, common: CommonAttr, logged: string): Finished {
  const size = (common.log_size ?? 0) >>> 0;
  if (logged === "" || size === 0) return { writes: [] };
  const { writes, faulted } = copyOut(
    args.memory,
    "common.log_buf",
    common.log_buf,
    cut(logged, size, ((common.log_level ?? 0) & BPF_LOG_FIXED) !== 0),
  );
  if (faulted) return { writes, rule: LOG.fault };
  return logged.length > size ? { writes, rule: LOG.space } : { writes };
}

/** What of a message stays: its end, or with BPF_LOG_FIXED its beginning. */
function cut(logged: string, size: number, fixed: boolean): string {
  if (logged.length <= size) return logged;
  return fixed ? logged.slice(0, size - 1) + "\0" : logged.slice(logged.length - size);
}
