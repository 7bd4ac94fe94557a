import { type Place, TraceError } from "./place.ts";

/** A piece of a text: from `offset` on it stands at `place`. */
export interface Piece {
  readonly offset: number;
  readonly place: Place;
}

/** A text that is read from left to right, and knows where each of its characters stands. */
export class Reader {
  at = 0;

  constructor(readonly text: string, private readonly pieces: readonly Piece[]) {}

  /** Where a character of the text stands in the file. */
  placeOf(offset: number): Place {
    const piece = this.pieces.findLast((each) => each.offset <= offset) ?? this.pieces[0];
    return { ...piece.place, column: piece.place.column + offset - piece.offset };
  }

  fail(expected: string): never {
    const found = this.text.slice(this.at, this.at + 20);
    const shown = found === "" ? "the line ends" : `there is ${JSON.stringify(found)}`;
    throw new TraceError(this.placeOf(this.at), `expected ${expected}, but ${shown}`);
  }

  peek(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  take(text: string): boolean {
    if (!this.peek(text)) return false;
    this.at += text.length;
    return true;
  }

  /** What a sticky pattern matches here, and moves on. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Skips spaces and comments; gives the last comment. */
  skip(): string | undefined {
    let note: string | undefined;
    for (;;) {
      this.match(/\s+/y);
      const comment = this.match(/\/\*[^]*?\*\//y);
      if (comment === undefined) return note;
      note = comment.slice(2, -2).trim();
    }
  }

  /** A text in round brackets, brackets within counted, quotes left alone. */
  balanced(): string {
    const from = this.at;
    let depth = 0;
    do {
      if (this.at >= this.text.length) this.fail('")"');
      const char = this.text[this.at++];
      depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    } while (depth > 0);
    return this.text.slice(from, this.at);
  }
}
