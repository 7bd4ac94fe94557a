/** Two doors, one machine: a call is answered alike at both. */
import { ATTR_SIZE, bootKernel, type Call, step } from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual } from "node:assert/strict";
import { asRaw } from "./as_raw.ts";
import { playFurther } from "./further.ts";
import { paths, runs } from "./runs.ts";

Deno.test("the raw door answers as the typed one", () => {
  fc.assert(
    fc.property(paths(40), ([version, drawn]) => {
      let kernel = bootKernel(version);
      for (const { task, call } of playFurther(version, drawn).trail) {
        const typed = step(kernel, task, call);
        if (call.op === "bpf" && call.common === undefined) {
          const raw: Call = { op: "raw", ...asRaw(call, ATTR_SIZE[version]) };
          const { answer, writes } = step(kernel, task, raw);
          deepStrictEqual({ answer, writes }, { answer: typed.answer, writes: typed.writes });
        }
        kernel = typed.kernel;
      }
    }),
    runs(100),
  );
});
