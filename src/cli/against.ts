/** `bpfspec conform --kernel A --against B`: what two kernels answer differently. */
import { type Version } from "bpfspec";
import { against, type Contrast, exampleOf, openRunner } from "../oracle/mod.ts";
import { ProgressLine } from "./progress.ts";

/** Prints every way in which they differ; gives how many of them the model does not foresee. */
export async function contrast(
  first: Version,
  second: Version,
  options: { readonly calls: number; readonly seed: number },
): Promise<number> {
  const progress = new ProgressLine();
  const a = { runner: await openRunner(first), version: first };
  const b = { runner: await openRunner(second), version: second };
  try {
    const { calls, contrasts } = await against(a, b, {
      ...options,
      onProgress: (done) => progress.show(`${done} calls on both`),
    });
    progress.clear();
    for (const one of contrasts) show(first, second, one);
    const unforeseen = contrasts.filter(({ foreseen }) => !foreseen).length;
    console.log(
      `${a.runner.release} and ${b.runner.release}: ${calls} calls on both, ` +
        `${contrasts.length} kinds of differences, ${unforeseen} not foreseen by the model`,
    );
    return unforeseen;
  } finally {
    await a.runner.close();
    await b.runner.close();
  }
}

function show(first: Version, second: Version, one: Contrast): void {
  const [left, right] = one.answers;
  console.log(`${one.call}: ${first} answers ${left}, ${second} answers ${right} (${one.times}x)`);
  console.log(
    `  the model: ${one.model[0]}; ${one.model[1]}${one.foreseen ? "" : " - NOT FORESEEN"}`,
  );
  console.log(exampleOf(first, one.path.trail, left).replace(/^/gm, "  ") + "\n");
}
