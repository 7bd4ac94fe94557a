/** Counters are what a walk of the state finds, after every call of any path. */
import { bootKernel, step } from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual } from "node:assert/strict";
import { inspect } from "node:util";
import { playFurther } from "./further.ts";
import { paths, runs } from "./runs.ts";
import { contradictions } from "./walk.ts";

Deno.test("every counter equals what a walk of the state finds", () => {
  fc.assert(
    fc.property(paths(60), ([version, drawn]) => {
      let kernel = bootKernel(version);
      deepStrictEqual(contradictions(kernel), []);
      for (const { task, call } of playFurther(version, drawn).trail) {
        kernel = step(kernel, task, call).kernel;
        deepStrictEqual(contradictions(kernel), [], `after ${inspect(call)}`);
      }
    }),
    runs(120),
  );
});

Deno.test("nothing is left of an object once nothing holds it", () => {
  fc.assert(
    fc.property(paths(60), ([version, drawn]) => {
      let m = playFurther(version, drawn);
      for (const { number, alive } of m.kernel.tasks.values()) {
        if (alive) m = m.as(number).exit();
      }
      deepStrictEqual(contradictions(m.kernel), []);
      deepStrictEqual([m.kernel.files.size, m.kernel.sockets.size], [0, 0]);
      const pins = Array.from(m.kernel.fs.inodes.values(), ({ node }) => node)
        .filter((node) => node.kind === "pin");
      const pinned = (of: string) => new Set(pins.filter((p) => p.of === of).map(({ id }) => id));
      deepStrictEqual(new Set(m.progIds), pinned("prog"));
      const used = Array.from(m.kernel.progs.table.values()).flatMap(({ maps }) => maps);
      deepStrictEqual(
        new Set(m.mapIds),
        new Set([...pinned("map"), ...used]),
      );
    }),
    runs(60),
  );
});
