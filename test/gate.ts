/**
 * The one gate: format, lint, type check, the book, and every test. It ends with a line
 * `N passed, N failed`, counted from what ran; where a step ran no test it counts as one itself.
 */
const decoder = new TextDecoder();

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  /** How many checks of the step's output passed and failed. */
  readonly count?: (output: string) => readonly [passed: number, failed: number] | undefined;
}

/** The closing line of `deno test`. */
function testCounts(output: string): readonly [number, number] | undefined {
  const found = [...output.matchAll(/(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/g)].at(-1);
  return found === undefined ? undefined : [Number(found[1]), Number(found[2])];
}

/** Expectations and tables of the book, and what failed of it. */
function bookCounts(output: string): readonly [number, number] | undefined {
  const expectations = /(\d+) expectations/.exec(output)?.[1];
  if (expectations === undefined) return undefined;
  return [Number(expectations), Number(/(\d+) failures? \(/.exec(output)?.[1] ?? 0)];
}

const MAIN = "src/cli/main.ts";

/** The rooms of the model, whose public doc comments have examples. */
const MODEL = [
  "abi",
  "bpffs",
  "btf",
  "commands",
  "kernel",
  "machine",
  "maps",
  "process",
  "programs",
  "proposals",
  "versions",
].map((room) => `src/${room}`);

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet", "src", "test", "examples"] },
  { name: "type check", args: ["check", "--quiet", "src", "test", "examples"] },
  { name: "the book", args: ["run", "-A", MAIN, "spec"], count: bookCounts },
  {
    name: "examples of doc comments",
    args: ["test", "-A", "--doc", "--quiet", ...MODEL],
    count: testCounts,
  },
  {
    name: "tests",
    args: ["test", "-A", "--parallel", "--quiet", "test", "examples"],
    count: testCounts,
  },
];

interface Result {
  readonly passed: number;
  readonly failed: number;
}

async function run({ name, args, count }: Step): Promise<Result> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  const output = decoder.decode(stdout) + decoder.decode(stderr);
  const [passed, failed] = count?.(output) ?? (code === 0 ? [1, 0] : [0, 1]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const good = code === 0 && failed === 0;
  console.log(
    `${good ? "ok" : "FAILED"}  ${name} (${seconds} s): ${passed} passed, ${failed} failed`,
  );
  if (!good || name === "the book") console.log(output.trimEnd().replace(/^/gm, "    "));
  // A step that ends badly has failed, whatever it counted.
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
}

let passed = 0;
let failed = 0;
for (const step of STEPS) {
  const result = await run(step);
  passed += result.passed;
  failed += result.failed;
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);
