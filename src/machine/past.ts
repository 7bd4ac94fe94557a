/** What a machine remembers of a call: the call, the answer, what was written back and made. */
import { bytesOf, type Ptr } from "../abi/memory.ts";
import { wordAt } from "../abi/words.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Answer, IdKind, Write } from "../kernel/outcome.ts";
import type { BpfCall, Call } from "./call.ts";

/**
 * One call of a machine's past, and what came of it. `C` are the calls that the machine takes beside
 * a kernel's own (a proposal's).
 */
export interface Step<C = never> {
  readonly task: number;
  readonly call: Call | C;
  readonly answer: Answer;
  readonly writes: readonly Write[];
  /** Why another answer would be right as well, where it would (see `Outcome`). */
  readonly undetermined?: string;
  /** The object that the call made. */
  readonly made?: { readonly kind: IdKind; readonly id: number };
}

/** What was written back to the caller, by attr field: buffers as bytes, fields of attr as numbers. */
export type Out = Readonly<Record<string, Uint8Array | number>>;

const TABLES = [["map", "maps"], ["prog", "progs"], ["btf", "btfs"], ["link", "links"]] as const;

/** The object that a kernel has and the one before it had not. */
export function madeBy(before: Kernel, after: Kernel): Step["made"] {
  for (const [kind, table] of TABLES) {
    const [was, is] = [before[table], after[table]];
    if (is.cursor !== was.cursor && is.table.size > was.table.size) {
      return { kind, id: is.cursor - 1 };
    }
  }
  return undefined;
}

/** Fields of attr itself that a command writes back, and those of stat(2). */
const ATTR_FIELDS: ReadonlySet<string> = new Set([
  "next_id",
  "info_len",
  "log_true_size",
  "btf_log_true_size",
  "common.log_true_size",
  "mode",
  "uid",
  "gid",
  "nlink",
  "size",
]);

/** What a step wrote back to its caller, by field. */
export function outOf<C extends { readonly op: string } = never>({ call, writes }: Step<C>): Out {
  const out: Record<string, Uint8Array | number> = {};
  for (const { field, offset, bytes } of writes) {
    if (ATTR_FIELDS.has(field) || call.op === "statfs") {
      out[field] = wordAt(bytes, 0);
      continue;
    }
    const buffer = bufferOf(call, field) ?? new Uint8Array(offset + bytes.length);
    buffer.set(bytesOf(bytes), offset);
    out[field] = buffer;
  }
  return out;
}

/** Of larger room only what was written is shown: room is claimed, not given. */
const LARGEST_ROOM = 2 ** 24;

/** A copy of the buffer that a typed call gave for a field. */
function bufferOf(made: { readonly op: string }, field: string): Uint8Array | undefined {
  if (made.op !== "bpf") return undefined;
  const call = made as BpfCall;
  const inCommon = field.startsWith("common.");
  const attr = (inCommon ? call.common : call.attr) as Record<string, Ptr | undefined> | undefined;
  const ptr = attr?.[inCommon ? field.slice("common.".length) : field];
  if (ptr instanceof Uint8Array) return ptr.slice();
  if (typeof ptr === "object") {
    return ptr.room > LARGEST_ROOM ? undefined : new Uint8Array(ptr.room);
  }
  return typeof ptr === "string" ? bytesOf(ptr + "\0") : undefined;
}
