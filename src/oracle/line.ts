/** The serial line to a guest: the standard input and output of its qemu. */
export class Line {
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  #heard = "";
  #next: Promise<void> | undefined;

  constructor(process: Deno.ChildProcess) {
    this.#input = process.stdin.getWriter();
    this.#output = process.stdout.getReader();
  }

  async send(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** The next byte; `Deno.errors.TimedOut` after `patience` ms, and later reads go on from there. */
  async readByte(patience: number): Promise<string> {
    await this.#hear((heard) => heard !== "", patience);
    const byte = this.#heard[0];
    this.#heard = this.#heard.slice(1);
    return byte;
  }

  /** The text up to the next line end, which is dropped. */
  async readLine(patience: number): Promise<string> {
    await this.#hear((heard) => heard.includes("\n"), patience);
    const end = this.#heard.indexOf("\n");
    const line = this.#heard.slice(0, end);
    this.#heard = this.#heard.slice(end + 1);
    return line.replace(/\r$/, "");
  }

  async #hear(enough: (heard: string) => boolean, patience: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const error = new Deno.errors.TimedOut(`the guest says nothing for ${patience} ms`);
      timer = setTimeout(() => reject(error), patience);
    });
    try {
      while (!enough(this.#heard)) {
        // A read that outlives its waiter is kept for the next one.
        this.#next ??= this.#read();
        await Promise.race([this.#next, tooLong]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(): Promise<void> {
    const { value, done } = await this.#output.read();
    this.#next = undefined;
    if (done) throw new Error("the guest ended");
    this.#heard += new TextDecoder("latin1").decode(value);
  }

  async close(): Promise<void> {
    await this.#input.abort().catch(() => {});
    await this.#output.cancel().catch(() => {});
    await this.#next?.catch(() => {});
  }
}
