/** Two kernels held against each other: the same drawn calls on both, and the model's word on it. */
import type { Answer, Version } from "bpfspec";
import fc from "fast-check";
import { named } from "../compare.ts";
import { commandOf } from "../memory_after.ts";
import { onVersion, type Path, replay, type Replayed } from "../replay.ts";
import type { KernelRunner } from "../script.ts";
import { choices } from "./choices.ts";
import { pathOf } from "./paths.ts";

export interface Side {
  readonly runner: KernelRunner;
  readonly version: Version;
}

/** One way in which two kernels answer a call differently. */
export interface Contrast {
  readonly call: string;
  readonly answers: readonly [string, string];
  /** What the model says of either; its rules where it says that they refuse. */
  readonly model: readonly [string, string];
  /** Whether the model foresees both answers. */
  readonly foreseen: boolean;
  /** The first path that showed it, up to the call. */
  readonly path: Path;
  times: number;
}

export interface AgainstOptions {
  readonly calls: number;
  readonly seed: number;
  readonly onProgress?: (calls: number) => void;
}

const LENGTH = 40;
const BATCH = 100;

/** Runs the same calls on two kernels; each path counts up to where they first part. */
export async function against(
  a: Side,
  b: Side,
  options: AgainstOptions,
): Promise<{ readonly calls: number; readonly contrasts: readonly Contrast[] }> {
  const contrasts = new Map<string, Contrast>();
  let calls = 0;
  for (let drawn = 0; calls < options.calls; drawn += BATCH) {
    const seed = options.seed + drawn;
    const paths = fc.sample(choices(LENGTH), { seed, numRuns: BATCH })
      .map((own, i) => pathOf(`p${drawn + i}`, a.version, own));
    const [left, right] = [
      await collect(a.runner, paths),
      await collect(b.runner, paths.map((path) => onVersion(path, b.version))),
    ];
    for (const [i, one] of left.entries()) calls += part(one, right[i], contrasts);
    options.onProgress?.(calls);
  }
  return { calls, contrasts: [...contrasts.values()].sort((x, y) => y.times - x.times) };
}

async function collect(runner: KernelRunner, paths: readonly Path[]): Promise<Replayed[]> {
  const all: Replayed[] = [];
  for await (const replayed of replay(runner, paths)) all.push(replayed);
  return all;
}

/** The return values of a path's own calls, in order. */
function returns(replayed: Replayed): readonly string[] {
  if ("skipped" in replayed) return [];
  const { translation, result } = replayed;
  return translation.steps.flatMap(({ model }, i) => {
    const step = result.steps[i];
    if (model === undefined) return [];
    return [step?.kind === "ran" ? named(step.ret) : "not run"];
  });
}

function says(answer: Answer | undefined): string {
  if (answer?.kind === "value") return String(answer.ret);
  return answer?.kind === "refusal" ? `${answer.errno} ${answer.rule.id}` : "unmodelled";
}

/** Notes where two runs of a path first part; gives how many calls they made alike. */
function part(one: Replayed, other: Replayed, contrasts: Map<string, Contrast>): number {
  const [left, right] = [returns(one), returns(other)];
  const alike = left.findIndex((ret, i) => i < right.length && ret !== right[i]);
  if (alike < 0) return Math.min(left.length, right.length);
  const { call, undetermined } = one.path.trail[alike];
  if (undetermined !== undefined) return alike;
  const model = [says(one.path.trail[alike].answer), says(other.path.trail[alike].answer)] as const;
  const answers = [left[alike], right[alike]] as const;
  const key = [commandOf(call) ?? call.op, ...answers, ...model].join("|");
  const known = contrasts.get(key);
  if (known !== undefined) known.times++;
  else {
    contrasts.set(key, {
      call: commandOf(call) ?? call.op,
      answers,
      model,
      foreseen: answers.every((answer, i) => model[i].split(" ")[0] === answer),
      path: { ...one.path, trail: one.path.trail.slice(0, alike + 1) },
      times: 1,
    });
  }
  return alike + 1;
}
