/** The model answers every input, on every version: it never throws, and every refusal is a rule's. */
import {
  type Answer,
  boot,
  type Call,
  ERRNO,
  existsIn,
  type Machine,
  type Outcome,
  room,
  RULES,
  step,
  u32,
  type Version,
  VERSIONS,
} from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { inspect } from "node:util";
import { type MakeCall, rawCall, typedCall } from "./arbitraries.ts";
import { playFurther } from "./further.ts";
import { paths, runs } from "./runs.ts";
import { contradictions } from "./walk.ts";

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

/** The one rule whose errno is an input. */
const GIVEN = "PROG_LOAD/verifier";

function holdAnswer(version: Version, answer: Answer): void {
  if (answer.kind === "value") return ok(Number.isSafeInteger(answer.ret) && answer.ret >= 0);
  if (answer.kind === "unmodelled") return ok(answer.what.length > 0);
  const { errno, rule: { id } } = answer;
  const rule = BY_ID.get(id);
  ok(rule !== undefined, `${id} is not in RULES`);
  ok(errno in ERRNO, `${errno} is no errno`);
  if (id !== GIVEN) strictEqual(errno, rule.errno, id);
  ok(existsIn(version, rule), `${id} refuses on ${version}, where it does not exist`);
}

/** Bytes are written somewhere, and are bytes. */
function holdWrites({ writes }: Outcome): void {
  for (const { field, offset, bytes } of writes) {
    ok(field.length > 0 && offset >= 0 && /^[\0-\xff]*$/.test(bytes));
  }
}

/** Makes a call, whatever it is, and gives the machine after it. */
function hold(m: Machine, call: Call): Machine {
  try {
    const outcome = step(m.kernel, m.task, call);
    holdAnswer(m.kernel.version, outcome.answer);
    holdWrites(outcome);
    if (outcome.answer.kind === "unmodelled") strictEqual(outcome.kernel, m.kernel);
    deepStrictEqual(contradictions(outcome.kernel), []);
    return m.call(call);
  } catch (cause) {
    throw new Error(`${m.kernel.version}: ${inspect(call)}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** How many odd calls are made from one state: states take longer to make than calls. */
const CALLS = 12;

function holds(calls: fc.Arbitrary<MakeCall>, n: number): void {
  fc.assert(
    fc.property(
      paths(20),
      fc.array(calls, { minLength: 1, maxLength: CALLS, size: "max" }),
      ([version, drawn], odd) => {
        odd.reduce((m, make) => hold(m, make(m)), playFurther(version, drawn));
      },
    ),
    runs(n),
  );
}

Deno.test("the raw door answers any bytes", () => holds(rawCall, 400));

Deno.test("the typed door answers any values", () => holds(typedCall, 400));

Deno.test("every call of a path is answered by a rule that exists", () => {
  fc.assert(
    fc.property(paths(40), ([version, drawn]) => {
      for (const { answer } of playFurther(version, drawn).trail) holdAnswer(version, answer);
    }),
    runs(100),
  );
});

/** A map whose one value is as large as a value may be. */
const LARGE = { map_type: 2, key_size: 4, value_size: 0x7fffffff, max_entries: 1 };

for (const version of VERSIONS) {
  Deno.test(`${version}: what a caller claims is not allocated`, () => {
    const small = boot(version)
      .bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 8, max_entries: 0xffffffff })
      .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(0xfffffffe), value: room(8) });
    const expected = version === "5.10" ? "EBADF" : 0;
    const { result } = small;
    strictEqual(typeof result === "object" && "errno" in result ? result.errno : result, expected);
    const large = boot(version).bpf("MAP_CREATE", LARGE);
    const [key, value] = [u32(0), room(LARGE.value_size)];
    const attr = { map_fd: 3, key, value };
    hold(large, { op: "bpf", cmd: "MAP_LOOKUP_ELEM", attr: { ...attr, value: u32(0) } });
    hold(large, { op: "bpf", cmd: "MAP_LOOKUP_ELEM", attr });
    hold(large, { op: "bpf", cmd: "MAP_UPDATE_ELEM", attr });
  });
}
