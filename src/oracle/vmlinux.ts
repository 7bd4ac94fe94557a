/** The BTF of a real kernel: which ids its types have, where a path names types by the model's. */
import { latin1 } from "bpfspec";
import type { KernelRunner, Script, Step } from "./script.ts";

const PATH = "/sys/kernel/btf/vmlinux";
/** sysfs gives a page at a time. */
const PIECE = 4096;
/** Pieces in one script: the executor keeps what a script reads until it ends. */
const PIECES = 128;

/** One script that reads the pieces from `from` on. */
function reading(from: number): Script {
  const steps: Step[] = [{ task: 0, op: "open", args: { path: PATH, flags: 0 } }];
  steps.push({ task: 0, op: "lseek", args: { fd: 3, off: from, whence: 0 } });
  for (let i = 0; i < PIECES; i++) {
    steps.push({ task: 0, op: "read", args: { fd: 3, n: PIECE } });
  }
  return { name: `vmlinux-${from}`, limit: 60_000, steps };
}

/** Reads a kernel's own BTF by its path, piece by piece; latin-1. Empty where it has none. */
export async function readVmlinux(runner: KernelRunner): Promise<string> {
  const pieces: string[] = [];
  for (let from = 0;; from += PIECE * PIECES) {
    for await (const { steps } of runner.run([reading(from)])) {
      for (const step of steps.slice(2)) {
        if (step.kind !== "ran" || step.ret <= 0) return pieces.join("");
        pieces.push(latin1(step.areas[1].subarray(0, step.ret)));
      }
    }
  }
}
