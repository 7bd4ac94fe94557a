import assert from "node:assert/strict";
import { findExpectations } from "../../src/book/expectations.ts";
import { declaredNames, parseModule } from "../../src/book/syntax.ts";

function find(text: string) {
  const { program, comments, faults } = parseModule(text);
  assert.deepEqual(faults, []);
  return findExpectations(text, program, comments, declaredNames(program));
}

function only(text: string) {
  const { expectations, faults } = find(text);
  assert.deepEqual(faults, []);
  assert.equal(expectations.length, 1);
  return expectations[0];
}

function fault(text: string) {
  const { faults } = find(text);
  assert.equal(faults.length, 1, text);
  return faults[0];
}

Deno.test("expectations: every claim", () => {
  const claims: [string, unknown, string][] = [
    ["f() // => 3", { kind: "value" }, "3"],
    ["f(); // => { a: 1 } // a note", { kind: "value" }, "{ a: 1 }"],
    ["f(); //=>(1)", { kind: "value" }, "(1)"],
    ["f() // => EPERM", { kind: "refusal", errno: "EPERM" }, "EPERM"],
    [
      "f() // => EPERM MAP_FREEZE/frozen // a note",
      { kind: "refusal", errno: "EPERM", rule: "MAP_FREEZE/frozen" },
      "EPERM MAP_FREEZE/frozen",
    ],
    ["f() // => unmodelled", { kind: "unmodelled" }, "unmodelled"],
    [
      "f() // throws TypeError",
      { kind: "throws", name: "TypeError", part: undefined },
      "TypeError",
    ],
    [
      "f() // throws RangeError: too: long",
      { kind: "throws", name: "RangeError", part: "too: long" },
      "RangeError: too: long",
    ],
  ];
  for (const [text, claim, kept] of claims) {
    const found = only(text);
    assert.deepEqual(found.claim, claim);
    assert.equal(found.text, kept);
    assert.equal(found.code, "f()");
  }
});

Deno.test("expectations: a name that the section declares is no errno", () => {
  const text = "const EXPECTED = 3;\nf() // => EXPECTED";
  assert.deepEqual(only(text).claim, { kind: "value" });
});

Deno.test("expectations: on the line below, and on many lines", () => {
  const found = only("f\n  .g()\n// => {\n//      a: 1,\n//    }\n// said so");
  assert.equal(found.text, "{\n        a: 1,\n      }");
  assert.deepEqual([found.from, found.to], [{ line: 3, column: 6 }, { line: 5, column: 7 }]);
  assert.equal(found.code, "f\n  .g()");
});

Deno.test("expectations: a declaration is judged by its name, a block's statements too", () => {
  assert.equal(only("const x: number = f(); // => 3").variable, "x");
  assert.equal(only("for (const x of y) {\n  x // => 3\n}").code, "x");
  assert.equal(only("f(() => {\n  x // => 3\n});").code, "x");
});

Deno.test("expectations: attached to nothing", () => {
  const loose = [
    "// => 3",
    "f()\n\n// => 3",
    "f() /* between */ // => 3",
    "f(\n  1, // => 3\n)",
    "f(); // a note\n// => 3",
    "const x = // => 3\n  4",
    "f()\n// => 3\n\n// => 4",
  ];
  for (const text of loose) assert.match(fault(text).message, /attached to nothing/, text);
  assert.deepEqual([fault("f()\n\n// => 3").line, fault("f()\n\n // => 3").column], [3, 1]);
});

Deno.test("expectations: what else breaks the grammar", () => {
  const wrong: [string, RegExp][] = [
    ["f() /* => 3 */", /line comment/],
    ["f() // =>", /without an expected value/],
    ["f() // => not an expression", /no expression/],
    ["f() // => await x", /cannot await/],
    ["f() // is // => 3", /read by nobody/],
    ["f() // throws a fit", /throws NAME/],
    ["const x = f() // throws Error", /not a declaration/],
    ["const { x } = f() // => 3", /plain name/],
    ["let x = 1, y = 2 // => 3", /plain name/],
    ["if (x) f() // => 3", /put `{ }`/],
    ["function f() {} // => 3", /stands behind an expression/],
    ["f() // => 3\n// => 4", /attached to nothing/],
    ["f() // => 3\n(g())", /is a `;` missing/],
    ["f() // => EPERM\n//    X/y", /more than one line/],
  ];
  for (const [text, message] of wrong) assert.match(fault(text).message, message, text);
});

Deno.test("expectations: ordinary comments are left alone", () => {
  const text = "f(); // the arrow x => y\n// -> 3\nf(); /* => is an arrow */ g();";
  assert.deepEqual(find(text.replace("/* =>", "/* an =>")).faults, []);
});
