/** bpf(2) of the running kernel from TypeScript, through the C library's `syscall`. */

/** The number of bpf(2), by architecture. */
const NR_BPF: Readonly<Record<typeof Deno.build.arch, number>> = { x86_64: 321, aarch64: 280 };

/** A call into the running kernel: attr is written in place, as a C program does. */
export class RealKernel {
  // Deno may move typed arrays of up to 64 bytes: every buffer that is pointed to is larger.
  readonly attr = new Uint8Array(168);
  readonly view = new DataView(this.attr.buffer);
  readonly #nr = NR_BPF[Deno.build.arch];
  readonly #libc = Deno.dlopen("libc.so.6", {
    syscall: { parameters: ["i32", "i32", "buffer", "u32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });

  /** A buffer that stays where it is, and the address of it. */
  static buffer(size: number): { readonly bytes: Uint8Array<ArrayBuffer>; readonly at: bigint } {
    const bytes = new Uint8Array(Math.max(size, 128));
    return { bytes, at: Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)) };
  }

  /** bpf(2) with `attr`; -1 where it is refused. */
  call(cmd: number, size: number): number {
    return this.#libc.symbols.syscall(this.#nr, cmd, this.attr, size);
  }

  /** Closes a descriptor that a call gave. */
  closeFd(fd: number): void {
    this.#libc.symbols.close(fd);
  }

  close(): void {
    this.#libc.close();
  }
}
