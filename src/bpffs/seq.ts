/**
 * Reading a pinned map's file: the kernel's seq_file (fs/seq_file.c, seq_read_iter) over the map's
 * keys. It shows a heading and then one element after the other into a buffer of a page, hands out
 * what was asked for and keeps the rest; what it has shown is not looked at again.
 */
import { PAGE_SIZE } from "../abi/limits.ts";
import type { Unknown } from "../btf/show.ts";
import type { SeqFile } from "../kernel/files.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { BpfMap } from "../kernel/maps.ts";
import { elementText, HEADING, keyAfter } from "./map_text.ts";

/** A file that was just opened. */
export const OPENED: SeqFile = {
  pos: 0,
  index: 0,
  key: undefined,
  done: false,
  rest: "",
  size: PAGE_SIZE,
};

/** What a read gives, and the file after it. */
export interface SeqRead {
  readonly text: string;
  readonly seq: SeqFile;
}

/** Reads up to `n` bytes. */
export function seqRead(k: Kernel, map: BpfMap, before: SeqFile, n: number): SeqRead | Unknown {
  if (n === 0) return { text: "", seq: before };
  let seq = before.pos === 0 ? { ...before, index: 0, rest: "" } : before;
  const left = seq.rest.slice(0, n);
  seq = { ...seq, pos: seq.pos + left.length, rest: seq.rest.slice(left.length) };
  if (seq.rest !== "") return { text: left, seq };
  const filled = fill(k, map, seq, n - left.length);
  if ("unknown" in filled) return filled;
  const more = filled.rest.slice(0, n - left.length);
  return {
    text: left + more,
    seq: { ...filled, pos: filled.pos + more.length, rest: filled.rest.slice(more.length) },
  };
}

/** `show`: the heading, or the element of the key that was come to. */
function shown(k: Kernel, map: BpfMap, { index, key }: SeqFile): string | Unknown {
  return index === 0 ? HEADING : elementText(k, map, key!);
}

/** `next`: undefined where no key comes after. */
function next(map: BpfMap, seq: SeqFile): { readonly seq: SeqFile; readonly more: boolean } {
  const index = seq.index + 1;
  if (seq.done) return { seq: { ...seq, index }, more: false };
  const key = keyAfter(map, seq.index === 0 ? undefined : seq.key);
  return key === undefined
    ? { seq: { ...seq, index, done: true }, more: false }
    : { seq: { ...seq, index, key }, more: true };
}

/** Shows at least one record, and more of them while `wanted` is not reached and they fit. */
function fill(k: Kernel, map: BpfMap, from: SeqFile, wanted: number): SeqFile | Unknown {
  if (from.done) return from;
  const first = firstRecord(k, map, from);
  if ("unknown" in first || first.rest === "") return first;
  let [seq, text] = [first, first.rest];
  for (;;) {
    const after = next(map, seq);
    seq = after.seq;
    if (!after.more || text.length >= wanted) break;
    const record = shown(k, map, seq);
    if (typeof record !== "string") return record;
    if (text.length + record.length >= seq.size) break;
    text += record;
  }
  return { ...seq, rest: text };
}

/** The first record that is not empty; the buffer grows until it fits. */
function firstRecord(k: Kernel, map: BpfMap, from: SeqFile): SeqFile | Unknown {
  let seq = from;
  for (;;) {
    const record = shown(k, map, seq);
    if (typeof record !== "string") return record;
    if (record !== "") {
      let { size } = seq;
      while (record.length >= size) size *= 2;
      return { ...seq, size, rest: record };
    }
    const after = next(map, seq);
    seq = after.seq;
    if (!after.more) return seq;
  }
}
