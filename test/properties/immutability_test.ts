/** A state never changes: neither by the calls made on it nor by what its caller does afterwards. */
import {
  boot,
  bootKernel,
  type Call,
  type Kernel,
  type Outcome,
  room,
  RULES,
  step,
  u32,
} from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual, throws } from "node:assert/strict";
import { Freezer, plain } from "./freeze.ts";
import { playFurther } from "./further.ts";
import { paths, runs } from "./runs.ts";

interface Played {
  readonly before: Kernel;
  readonly task: number;
  readonly call: Call;
  readonly outcome: Outcome;
}

/** The steps of a path, every state and answer frozen as soon as it is there. */
function playFrozen(version: Kernel["version"], trail: readonly { task: number; call: Call }[]) {
  const freezer = new Freezer();
  freezer.freeze(RULES);
  const played: Played[] = [];
  let kernel = bootKernel(version);
  for (const { task, call } of trail) {
    freezer.freeze(kernel);
    const outcome = step(kernel, task, call);
    freezer.freeze(outcome);
    played.push({ before: kernel, task, call, outcome });
    kernel = outcome.kernel;
  }
  return played;
}

Deno.test("no call changes a state, and an old state answers as it did", () => {
  fc.assert(
    fc.property(paths(40), ([version, drawn]) => {
      const { trail } = playFurther(version, drawn);
      for (const { before, task, call, outcome } of playFrozen(version, trail)) {
        deepStrictEqual(plain(step(before, task, call)), plain(outcome));
      }
    }),
    runs(80),
  );
});

/** Every buffer of a call, overwritten. */
function overwrite(call: Call): void {
  const holders = call.op === "bpf" ? [call.attr, call.common ?? {}] : [call];
  for (const value of holders.flatMap((holder) => Object.values(holder) as unknown[])) {
    if (value instanceof Uint8Array) value.fill(0xee);
  }
}

Deno.test("what a caller does to its buffers afterwards changes nothing", () => {
  fc.assert(
    fc.property(paths(40), ([version, drawn]) => {
      let kernel = bootKernel(version);
      for (const { task, call } of playFurther(version, drawn).trail) {
        const { kernel: after, answer, writes } = step(kernel, task, call);
        const was = plain({ after, answer, writes });
        overwrite(call);
        deepStrictEqual(plain({ after, answer, writes }), was);
        kernel = after;
      }
    }),
    runs(30),
  );
});

Deno.test("a call leaves its caller's buffers alone: what it writes is in `out`", () => {
  fc.assert(
    fc.property(paths(40), ([version, drawn]) => {
      let kernel = bootKernel(version);
      for (const { task, call } of playFurther(version, drawn).trail) {
        const was = structuredClone(call);
        kernel = step(kernel, task, call).kernel;
        deepStrictEqual(call, was);
      }
    }),
    runs(30),
  );
});

Deno.test("a machine that was rewound to goes another way", () => {
  const made = boot("6.18").bpf("MAP_CREATE", {
    map_type: 1,
    key_size: 4,
    value_size: 4,
    max_entries: 4,
  });
  const attr = { map_fd: 3, key: u32(1) };
  const one = made.bpf("MAP_UPDATE_ELEM", { ...attr, value: u32(1) });
  const two = made.bpf("MAP_UPDATE_ELEM", { ...attr, value: u32(2) });
  const valueIn = (m: typeof made) =>
    m.bpf("MAP_LOOKUP_ELEM", { ...attr, value: room(4) }).out.value;
  deepStrictEqual([valueIn(made), valueIn(one), valueIn(two)], [undefined, u32(1), u32(2)]);
});

Deno.test("the freezer freezes what is deep inside, and refuses what cannot be frozen", () => {
  const { kernel } = boot("6.18").bpf("MAP_CREATE", {
    map_type: 1,
    key_size: 4,
    value_size: 4,
    max_entries: 4,
  });
  new Freezer().freeze(kernel);
  throws(() => Object.assign(kernel.maps.table.get(1)!.spec, { key_size: 8 }), TypeError);
  throws(() => new Freezer().freeze({ deep: [{ bytes: new Uint8Array(1) }] }), /Uint8Array/);
});
