/** One boot of a qemu guest: its process, and the memory that it shares with its host. */

import { executorBinary } from "./executor/build.ts";
import { guestInitramfs } from "./initramfs.ts";
import { Line } from "./line.ts";
import { ExecutorError } from "./results.ts";

// The layout of the shared memory; executor/guest.c has the same.
const INPUT_AT = 4096, OUTPUT_AT = 16 << 20, MAILBOX_SIZE = 32 << 20;

/** The longest text that can be sent at once. */
export const INPUT_SIZE = OUTPUT_AT - INPUT_AT;

/** How a guest is made. */
export interface GuestOptions {
  /** The path of the kernel image. */
  readonly kernel: string;
  /** The executor's binary; built where it is absent. */
  readonly binary?: string;
  /** The number of CPUs; 1 where it is absent. */
  readonly cpus?: number;
  readonly memoryMb?: number;
  /** The CPU model; `max` where it is absent (7.2 needs it). */
  readonly cpu?: string;
  /** More words for the kernel's command line. */
  readonly append?: string;
  readonly qemu?: string;
  /** After how long without a result the guest counts as hung; 60,000 ms where it is absent. */
  readonly hangMs?: number;
  /** How long it may take to boot; 120,000 ms where it is absent. */
  readonly bootMs?: number;
}

async function writeAt(file: Deno.FsFile, at: number, bytes: Uint8Array): Promise<void> {
  await file.seek(at, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

async function readAt(file: Deno.FsFile, at: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  await file.seek(at, Deno.SeekMode.Start);
  for (let done = 0; done < size;) {
    const n = await file.read(bytes.subarray(done));
    if (n === null) throw new ExecutorError("the shared memory is too short");
    done += n;
  }
  return bytes;
}

async function readAll(file: Deno.FsFile): Promise<string> {
  const { size } = await file.stat();
  return new TextDecoder().decode(await readAt(file, 0, size));
}

/** A directory that is memory where there is one, since the guest works in one of its files. */
async function directoryForMemory(): Promise<string> {
  const shm = await Deno.stat("/dev/shm").catch(() => undefined);
  return await Deno.makeTempDir({ prefix: "bpfspec-", dir: shm ? "/dev/shm" : undefined });
}

function qemuArguments(options: GuestOptions, directory: string): string[] {
  // Debian's kernels start with protected symlinks; the model's machine, as upstream's, does not.
  const settings = "sysctl.fs.protected_symlinks=0 sysctl.fs.protected_hardlinks=1 no_timer_check";
  const append = `console=ttyS1 quiet panic=-1 oops=panic ${settings} ${options.append ?? ""}`;
  return [
    ...["-accel", "tcg", "-cpu", options.cpu ?? "max", "-smp", String(options.cpus ?? 1)],
    ...["-m", String(options.memoryMb ?? 512), "-display", "none", "-nodefaults"],
    ...["-no-user-config", "-no-reboot", "-kernel", options.kernel],
    ...["-initrd", `${directory}/initrd.gz`, "-append", append.trimEnd()],
    "-object",
    `memory-backend-file,id=mailbox,size=${MAILBOX_SIZE},share=on,mem-path=${directory}/mailbox`,
    ...["-device", "ivshmem-plain,memdev=mailbox,addr=0x10"],
    ...["-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line"],
    ...["-serial", `file:${directory}/console`],
  ];
}

interface Files {
  readonly directory: string;
  readonly mailbox: Deno.FsFile;
  readonly console: Deno.FsFile;
}

async function makeFiles(options: GuestOptions): Promise<Files> {
  const executor = await Deno.readFile(options.binary ?? await executorBinary());
  await Deno.stat(options.kernel);
  const directory = await directoryForMemory();
  await Deno.writeFile(`${directory}/initrd.gz`, await guestInitramfs(executor));
  const mode = { read: true, write: true, create: true };
  const mailbox = await Deno.open(`${directory}/mailbox`, mode);
  await mailbox.truncate(MAILBOX_SIZE);
  return { directory, mailbox, console: await Deno.open(`${directory}/console`, mode) };
}

/** A running guest. Whether it is well is for the caller to find out, over its line. */
export class Machine {
  readonly line: Line;
  readonly #process: Deno.ChildProcess;
  readonly #files: Files;
  #ended = false;

  private constructor(process: Deno.ChildProcess, files: Files) {
    this.#process = process;
    this.#files = files;
    this.line = new Line(process);
    process.status.then(() => this.#ended = true);
  }

  /** Starts qemu; the guest then says on its line that it is ready. */
  static async start(options: GuestOptions): Promise<Machine> {
    const files = await makeFiles(options);
    const qemu = new Deno.Command(options.qemu ?? "qemu-system-x86_64", {
      args: qemuArguments(options, files.directory),
      stdin: "piped",
      stdout: "piped",
    });
    return new Machine(qemu.spawn(), files);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Once the guest runs, its files need no names; so nothing is left behind whatever happens. */
  async removeNames(): Promise<void> {
    await Deno.remove(this.#files.directory, { recursive: true }).catch(() => {});
  }

  /** Lays scripts ready for the guest, and takes away what results there were. */
  async putScripts(text: string): Promise<void> {
    const input = new TextEncoder().encode(text);
    await writeAt(this.#files.mailbox, INPUT_AT, input);
    await writeAt(
      this.#files.mailbox,
      0,
      new Uint8Array(new Uint32Array([input.length, 0]).buffer),
    );
  }

  /** How long the results are by now. */
  async resultsLength(): Promise<number> {
    const bytes = await readAt(this.#files.mailbox, 4, 4);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    return Math.min(length, MAILBOX_SIZE - OUTPUT_AT);
  }

  async results(): Promise<string> {
    const length = await this.resultsLength();
    return new TextDecoder().decode(await readAt(this.#files.mailbox, OUTPUT_AT, length));
  }

  /** What the guest's console has said. */
  async console(): Promise<string> {
    return await readAll(this.#files.console);
  }

  /** Ends the guest; its console can still be read until `close`. */
  async kill(): Promise<void> {
    if (!this.#ended) this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.line.close();
    await this.removeNames();
    this.#files.mailbox.close();
    this.#files.console.close();
  }
}
