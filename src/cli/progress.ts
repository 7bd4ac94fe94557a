const encoder = new TextEncoder();

/** A line that is written over again on a terminal; where there is none, nothing. */
export class ProgressLine {
  readonly #shows = Deno.stderr.isTerminal();

  show(text: string): void {
    if (this.#shows) Deno.stderr.writeSync(encoder.encode(`\r\x1b[K${text}`));
  }

  clear(): void {
    this.show("");
  }
}
