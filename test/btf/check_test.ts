/** BTF that campaigns draw, on the model alone: every byte string has an answer, in linear time. */
import { boot, btf, type BtfSource, latin1, VERSIONS } from "bpfspec";
import fc from "fast-check";
import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { named, parse } from "../../src/btf/types.ts";
import { drawBtf } from "../../src/oracle/campaign/btf.ts";
import { choices } from "../../src/oracle/campaign/choices.ts";

Deno.test("drawn BTF is loaded or refused, and what is loaded can be read", () => {
  let loaded = 0;
  fc.assert(
    fc.property(fc.constantFrom(...VERSIONS), choices(8), (version, drawn) => {
      for (const choice of drawn) {
        const bytes = drawBtf(version, choice);
        const m = boot(version).bpf("BTF_LOAD", { btf: bytes, btf_size: bytes.length });
        if (m.result !== 3) continue;
        loaded++;
        ok(parse(latin1(bytes)).types.length > 1);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
  ok(loaded > 100, `only ${loaded} were loaded`);
});

Deno.test("what the encoder writes is what the reader reads", () => {
  const bytes = btf([
    { kind: "INT", name: "int", size: 4, encoding: 1 },
    { kind: "ENUM64", name: "e", size: 8, kind_flag: true, values: [{ name: "v", value: -5n }] },
  ]);
  const types = parse(latin1(bytes));
  equal(named(types, "INT", "int")?.id, 1);
  const found = named(types, "ENUM64", "e");
  equal(found?.kind === "ENUM64" && found.values[0].value, -5n);
});

Deno.test("many functions of one large prototype take no longer than few", () => {
  const params = Array.from({ length: 60_000 }, () => ({ name: "a", type: 1 }));
  const funcs = Array.from({ length: 50_000 }, (): BtfSource => ({
    kind: "FUNC",
    name: "f",
    type: 2,
  }));
  const bytes = btf([
    { kind: "INT", name: "i", size: 4 },
    { kind: "FUNC_PROTO", params },
    ...funcs,
  ]);
  const started = performance.now();
  equal(boot("6.18").bpf("BTF_LOAD", { btf: bytes, btf_size: bytes.length }).result, 3);
  ok(performance.now() - started < 5000);
});
