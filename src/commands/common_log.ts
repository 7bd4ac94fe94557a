import type { CommandName } from "../abi/commands.ts";
import { LOG_SIZE_MAX } from "../abi/limits.ts";
import { addressOf, isNull, type Ptr, writable } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import { Vlog } from "../btf/vlog.ts";
import type { Write } from "../kernel/outcome.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Args, CommonAttr } from "./args.ts";
import type { LogAttr } from "./log_attr.ts";
import { after } from "./tail.ts";

/** What 7.2's log of the common attributes refuses after the command is done. Source: kernel/bpf/log.c. */
export const LOG = rules("COMMON_LOG", {
  fault: ["EFAULT", "the log buffer or `log_true_size` cannot be written", { since: "7.2" }],
  space: ["ENOSPC", "the log does not fit the buffer; the command's own answer is lost", {
    since: "7.2",
  }],
});

const BPF_LOG_MASK = 15;
export const BPF_LOG_FIXED = 8;
/** Where `log_true_size` stands in struct bpf_common_attr. */
const TRUE_SIZE_AT = 16;
const TRUE_SIZE_END = 20;

/** `bpf_verifier_log_attr_valid`: buffer, size and level go together. */
export function logAttrValid(common: CommonAttr | undefined): boolean {
  if (common === undefined) return true;
  const size = (common.log_size ?? 0) >>> 0;
  const level = (common.log_level ?? 0) >>> 0;
  const buffer = !isNull(common.log_buf);
  return buffer === (size !== 0) && !(buffer && level === 0) && (level & ~BPF_LOG_MASK) === 0 &&
    size <= LOG_SIZE_MAX;
}

/** `bpf_log_attr_init`: the common log is sane, and where both are given it is the same log. */
export function commonLogFits(common: CommonAttr | undefined, own: LogAttr): boolean {
  if (!logAttrValid(common)) return false;
  if (common === undefined || isNull(common.log_buf) || isNull(own.buffer)) return true;
  return samePlace(common.log_buf!, own.buffer!) &&
    (common.log_size ?? 0) >>> 0 === own.size && (common.log_level ?? 0) >>> 0 === own.level;
}

function samePlace(a: Ptr, b: Ptr): boolean {
  return isAddress(a) && isAddress(b) ? addressOf(a) === addressOf(b) : a === b;
}

function isAddress(ptr: Ptr): ptr is number | bigint {
  return typeof ptr === "number" || typeof ptr === "bigint";
}

interface Finished {
  readonly writes: readonly Write[];
  readonly rule?: Rule;
}

/** Writes the one message that a command has for its log, if any, and the log's true size. */
export function finishLog(args: Args<"MAP_CREATE">, message: string | undefined): Finished {
  const { common, size_common, memory } = args;
  if (common === undefined || size_common === 0) return { writes: [] };
  const [size, level] = [(common.log_size ?? 0) >>> 0, (common.log_level ?? 0) >>> 0];
  const room = size === 0 ? 0 : writable(memory, common.log_buf, size);
  const log = new Vlog(level !== 0, (level & BPF_LOG_FIXED) !== 0 ? "fixed" : "round", size, room);
  if (message !== undefined) log.print(message);
  const { written, faulted, full, trueSize } = log.finish();
  const text: Write[] = written.map((part) => ({ field: "common.log_buf", ...part }));
  const rule = faulted ? LOG.fault : full ? LOG.space : undefined;
  const told = rule === undefined ? {} : { rule };
  if (!withTrueSize(args)) return { writes: text, ...told };
  if (!trueSizeWritable(args)) return { writes: text, rule: LOG.fault };
  const size_told = { field: "common.log_true_size", offset: 0, bytes: word(trueSize) };
  return { writes: [...text, size_told], ...told };
}

type Common = Pick<Args<CommandName>, "commonAt" | "memory" | "size_common">;

/** Whether the caller's common attributes have a field for the true size. */
export function withTrueSize({ size_common }: Common): boolean {
  return size_common >= TRUE_SIZE_END;
}

export function trueSizeWritable({ commonAt, memory }: Common): boolean {
  return commonAt === undefined || writable(memory, after(commonAt, TRUE_SIZE_AT), 4) === 4;
}
