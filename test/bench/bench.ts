/**
 * `deno task bench`: what calls of the model cost beside those of the running kernel, what keeping
 * states costs, and how long an import takes. Ends with 1 where a target is missed.
 */
import { importTimes } from "./import_time.ts";
import { type Bench, KernelMap, ModelMap, type Op, OPS, whyNoKernel } from "./maps.ts";

/** The model may take this many times as long as the kernel, by the number of entries. */
const SIZES: readonly Size[] = [
  { entries: 1_000, rounds: 25, passes: 40, target: 0.7 },
  { entries: 100_000, rounds: 9, passes: 1, target: 1.5 },
];

const STATES = 10_000;
const STATES_TARGET_MIB = 200;
const IMPORT_TARGET_MS = 150;

interface Size {
  readonly entries: number;
  readonly rounds: number;
  /** How often a round goes over all keys. */
  readonly passes: number;
  readonly target: number;
}

let missed = 0;

/** How a figure stands to its target. */
function verdict(figure: number, target: number): string {
  if (figure <= target) return "ok";
  missed++;
  return "OVER";
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Microseconds a call, over one round. What a delete takes out is put back off the clock. */
function round(bench: Bench, op: Op, { entries, passes }: Size): number {
  let elapsed = 0;
  for (let pass = 0; pass < passes; pass++) {
    const from = performance.now();
    bench.run(op, entries);
    elapsed += performance.now() - from;
    if (op === "delete") bench.fill(entries);
  }
  return (1000 * elapsed) / (entries * passes);
}

/** Rounds of both by turns, after one that warms up: whatever slows the machine slows both. */
function measure(benches: readonly Bench[], op: Op, size: Size): readonly number[] {
  const times: number[][] = benches.map(() => []);
  for (let at = -1; at < size.rounds; at++) {
    benches.forEach((bench, which) => {
      const time = round(bench, op, size);
      if (at >= 0) times[which].push(time);
    });
  }
  return times.map(median);
}

function row(cells: readonly string[]): void {
  const widths = [12, 8, 9, 10, 6, 7, 5];
  console.log(
    cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  "),
  );
}

function calls(): void {
  const without = whyNoKernel();
  if (without !== undefined) console.log(`without a kernel to compare with: ${without}`);
  row(["op", "entries", "model us", "kernel us", "ratio", "target", ""]);
  for (const size of SIZES) {
    const model = new ModelMap(size.entries);
    const benches = without === undefined ? [model, new KernelMap(size.entries)] : [model];
    for (const op of OPS) {
      const [ours, theirs] = measure(benches, op, size);
      const cells = [op, `${size.entries}`, ours.toFixed(3)];
      if (theirs === undefined) {
        row([...cells, "-", "-", `${size.target}`, ""]);
        continue;
      }
      const ratio = ours / theirs;
      row([
        ...cells,
        theirs.toFixed(3),
        ratio.toFixed(2),
        `${size.target}`,
        verdict(ratio, size.target),
      ]);
    }
    for (const bench of benches) bench.close();
  }
}

/** Bytes of the heap that are in use, once what is not used any more is gone. */
function heapUsed(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("run with --v8-flags=--expose-gc, as the task does");
  gc();
  gc();
  return Deno.memoryUsage().heapUsed;
}

/** The map itself counts: this is what a program holds that keeps all of these states. */
function states(): void {
  const before = heapUsed();
  const map = new ModelMap(100_000);
  const alone = heapUsed() - before;
  // Keys far from each other, so that states share as little as they can.
  const kept = Array.from({ length: STATES }, (_, i) => map.updateOne((i * 7919) % 100_000));
  const mib = (heapUsed() - before) / 2 ** 20;
  const first = (alone / 2 ** 20).toFixed(1);
  console.log(
    `\n${kept.length} states of a map of 100,000 entries: ${
      mib.toFixed(1)
    } MiB (the first ${first}); ` +
      `target ${STATES_TARGET_MIB}: ${verdict(mib, STATES_TARGET_MIB)}`,
  );
}

async function imports(): Promise<void> {
  for (const { name, times } of await importTimes()) {
    const time = median(times);
    console.log(
      `import of ${name}: ${time.toFixed(0)} ms; target ${IMPORT_TARGET_MS}: ${
        verdict(time, IMPORT_TARGET_MS)
      }`,
    );
  }
}

if (import.meta.main) {
  calls();
  states();
  await imports();
  if (missed > 0) console.log(`\n${missed} of the targets missed`);
  Deno.exit(missed > 0 ? 1 : 0);
}
