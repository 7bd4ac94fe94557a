/**
 * The verifier's log: a text that the kernel prints piece by piece into the caller's buffer. What
 * does not fit is lost at the end, or, where the log goes round, at the beginning. Source:
 * kernel/bpf/log.c (verifier.c in 5.10), bpf_verifier_vlog and bpf_vlog_finalize.
 */

/** BPF_VERIFIER_TMP_LOG_SIZE: no single piece is longer than this, with its NUL. */
const PIECE = 1024;
/** How much more than the buffer holds is kept of a log that goes round. */
const SPARE = 65536;

/**
 * `stop`: the log ends where the buffer does (until 6.1). `fixed`: the same, but what comes after is
 * counted (BPF_LOG_FIXED). `round`: the newest text overwrites the oldest.
 */
export type VlogMode = "stop" | "fixed" | "round";

/** What a log left in the buffer. */
export interface Logged {
  /** What was written, from an offset of the buffer on. */
  readonly written: readonly { readonly offset: number; readonly bytes: string }[];
  readonly faulted: boolean;
  /** Whether the text, with its NUL, is longer than the buffer (`stop`: at least as long). */
  readonly full: boolean;
  /** How long a buffer would have held all of it. */
  readonly trueSize: number;
}

export class Vlog {
  #kept: string[] = [];
  #keptLength = 0;
  #length = 0;
  #faulted = false;
  /** What the piece that faulted still wrote. */
  #last: { readonly offset: number; readonly bytes: string } | undefined;

  /** `size` is the buffer's length as it is claimed, `room` how much of it can be written. */
  constructor(
    readonly on: boolean,
    private readonly mode: VlogMode,
    private readonly size: number,
    private readonly room: number,
  ) {}

  print(text: string): void {
    if (!this.on) return;
    const piece = text.length < PIECE ? text : text.slice(0, PIECE - 1);
    if (!this.#faulted && this.size > 0) this.#keep(piece);
    this.#length += piece.length;
  }

  #keep(piece: string): void {
    if (this.mode === "round" && this.room < this.size && this.#faultsIn(piece)) return;
    // What is beyond the buffer is not kept, but for a log that goes round.
    if (this.mode !== "round" && this.#keptLength >= this.size) return;
    this.#kept.push(piece);
    this.#keptLength += piece.length;
    if (this.mode === "round" && this.#keptLength > 2 * this.size + SPARE) {
      this.#kept = [this.#kept.join("").slice(-this.size)];
      this.#keptLength = this.size;
    }
  }

  /** Whether a piece of a log that goes round meets the end of what can be written. */
  #faultsIn(piece: string): boolean {
    const end = this.#length + piece.length + 1;
    const count = Math.min(piece.length + 1, this.size);
    const from = (end - count) % this.size;
    if (from + count <= this.room) return false;
    this.#faulted = true;
    const bytes = `${piece}\0`.slice(-count).slice(0, Math.max(this.room - from, 0));
    this.#last = { offset: from, bytes };
    return true;
  }

  finish(): Logged {
    const trueSize = this.#length === 0 ? 0 : this.#length + 1;
    const full = this.mode === "stop"
      ? this.#length >= this.size - 1
      : this.size > 0 && trueSize > this.size;
    if (this.mode === "round" && this.room < this.size) {
      const pieces = this.#kept.length === 0 ? "" : this.#kept.join("") + "\0";
      const parts = [{ offset: 0, bytes: pieces }, ...(this.#last ? [this.#last] : [])];
      const written = parts.filter(({ bytes }) => bytes !== "");
      return { written, faulted: this.#faulted, full, trueSize };
    }
    if (trueSize === 0 || this.size === 0) return { written: [], faulted: false, full, trueSize };
    const text = this.#kept.join("");
    const whole = this.mode === "round"
      ? `${text}\0`.slice(-this.size)
      : `${text.slice(0, this.size - 1)}\0`;
    const faulted = whole.length > this.room;
    const bytes = whole.slice(0, this.room);
    return {
      written: bytes === "" ? [] : [{ offset: 0, bytes }],
      faulted,
      full: full && !faulted,
      trueSize,
    };
  }
}
