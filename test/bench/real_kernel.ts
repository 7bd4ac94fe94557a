/** bpf(2) of the running kernel from TypeScript, through the C library's `syscall`. */
const NR_BPF = 321;

/** A call into the running kernel: attr is written in place, as a C program does. */
export class RealKernel {
  readonly attr = new Uint8Array(168);
  readonly view = new DataView(this.attr.buffer);
  readonly #libc = Deno.dlopen("libc.so.6", {
    syscall: { parameters: ["i32", "i32", "buffer", "u32"], result: "i32" },
  });

  /** The address of a buffer that lives as long as the bench. */
  static address(buffer: Uint8Array<ArrayBuffer>): bigint {
    return Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
  }

  call(cmd: number, size: number): number {
    return this.#libc.symbols.syscall(NR_BPF, cmd, this.attr, size);
  }

  close(): void {
    this.#libc.close();
  }
}
