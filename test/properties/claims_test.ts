/** Every claim of the discussion is held to the verdict that the book gives it. */
import { CLAIMS } from "bpfspec";
import { deepStrictEqual, match, ok } from "node:assert/strict";

const SOURCES = [
  "char-devices",
  "file-system-or-devices",
  "file-system-per-map",
  "persistent-maps-commit",
  "struct-ops-maps",
];

Deno.test("claims have ids of their own, under their text", () => {
  const ids = CLAIMS.map(({ id }) => id);
  deepStrictEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  for (const { id, source, says } of CLAIMS) {
    ok(SOURCES.includes(source), id);
    match(id, /^[a-z-]+\/[a-z0-9-]+$/);
    ok(id.startsWith(`${source}/`), id);
    ok(/^\S[^\n]*[^\s.]$/.test(says), `${id}: ${says}`);
  }
});

for (const { id, says, verdict, check } of CLAIMS) {
  Deno.test(`${id} ${verdict}: ${says}`, () => {
    const found = check();
    const why = found.holds ? `${found.cases} cases` : found.counterexample.join("; ");
    deepStrictEqual(found.holds ? "holds" : "fails", verdict, why);
    ok(found.cases > 0, "no case was tried");
    ok(found.holds || found.counterexample.length > 0, "a counterexample has a step");
  });
}
