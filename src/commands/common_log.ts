import { addressOf, isNull, type Ptr, writable } from "../abi/memory.ts";
import { word } from "../abi/words.ts";
import type { Write } from "../kernel/outcome.ts";
import type { Rule } from "../kernel/rule.ts";
import { rules } from "../kernel/rule.ts";
import { type Args, type CommonAttr, copyOut } from "./args.ts";
import { after } from "./tail.ts";

/** What 7.2's log of the common attributes refuses after the command is done. Source: kernel/bpf/log.c. */
export const LOG = rules("COMMON_LOG", {
  fault: ["EFAULT", "the log buffer or `log_true_size` cannot be written", { since: "7.2" }],
  space: ["ENOSPC", "the log does not fit the buffer; the command's own answer is lost", {
    since: "7.2",
  }],
});

const BPF_LOG_MASK = 15;
const BPF_LOG_FIXED = 8;
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
    size <= 0x3fffffff;
}

/** A log that a command's own attr carries. */
export interface OwnLog {
  readonly buffer: Ptr | undefined;
  readonly size: number;
  readonly level: number;
}

/** `bpf_log_attr_init`: the common log is sane, and where both are given it is the same log. */
export function commonLogFits(common: CommonAttr | undefined, own: OwnLog): boolean {
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
  const { common, size_common } = args;
  if (common === undefined || size_common === 0) return { writes: [] };
  const logged = (common.log_level ?? 0) === 0 || message === undefined ? "" : message + "\0";
  const text = writeText(args, common, logged);
  if (size_common < TRUE_SIZE_END) return text;
  if (!trueSizeWritable(args)) return { ...text, rule: LOG.fault };
  const written = { field: "common.log_true_size", offset: 0, bytes: word(logged.length) };
  return { ...text, writes: [...text.writes, written] };
}

function trueSizeWritable({ commonAt, memory }: Args<"MAP_CREATE">): boolean {
  return commonAt === undefined || writable(memory, after(commonAt, TRUE_SIZE_AT), 4) === 4;
}

function writeText(args: Args<"MAP_CREATE">, common: CommonAttr, logged: string): Finished {
  const size = (common.log_size ?? 0) >>> 0;
  if (logged === "" || size === 0) return { writes: [] };
  const fixed = ((common.log_level ?? 0) & BPF_LOG_FIXED) !== 0;
  const whole = writable(args.memory, common.log_buf, size) === size;
  if (logged.length > size && !fixed && !whole) return halfRotated(args, common, logged, size);
  const kept = cut(logged, size, fixed);
  const { writes, faulted } = copyOut(args.memory, "common.log_buf", common.log_buf, kept);
  if (faulted) return { writes, rule: LOG.fault };
  return logged.length > size ? { writes, rule: LOG.space } : { writes };
}

/** What of a message stays: its end, or with BPF_LOG_FIXED its beginning. */
function cut(logged: string, size: number, fixed: boolean): string {
  if (logged.length <= size) return logged;
  return fixed ? logged.slice(0, size - 1) + "\0" : logged.slice(logged.length - size);
}

/**
 * A message that does not fit goes round in the buffer and is then rotated into place. Where the
 * buffer faults it stays as far as it came: from where the first round ended.
 */
function halfRotated(
  { memory }: Args<"MAP_CREATE">,
  { log_buf }: CommonAttr,
  logged: string,
  size: number,
): Finished {
  const offset = logged.length % size;
  const room = writable(memory, log_buf, size) - offset;
  if (room <= 0) return { writes: [], rule: LOG.fault };
  const from = logged.length - size;
  const bytes = logged.slice(from, from + room);
  return { writes: [{ field: "common.log_buf", offset, bytes }], rule: LOG.fault };
}
