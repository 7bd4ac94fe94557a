import assert from "node:assert/strict";
import { isEqual } from "../../src/book/compare.ts";
import { isPrintable, show } from "../../src/book/show.ts";

Deno.test("compare: equal by structure", () => {
  class Point {
    constructor(readonly x: number) {}
  }
  const loop: Record<string, unknown> = { a: 1 };
  loop.self = loop;
  const other: Record<string, unknown> = { a: 1 };
  other.self = other;
  const pairs: [unknown, unknown][] = [
    [NaN, NaN],
    [0, -0],
    [1n, 1n],
    [[1, [2]], [1, [2]]],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2).subarray(1)],
    [new Map([[{ k: 1 }, 2]]), new Map([[{ k: 1 }, 2]])],
    [new Set([[1], [2]]), new Set([[2], [1]])],
    [new Point(1), { x: 1 }],
    [new RangeError("x"), new RangeError("x")],
    [loop, other],
  ];
  for (const [a, b] of pairs) assert.ok(isEqual(a, b), `${show(a)} ${show(b)}`);
});

Deno.test("compare: different", () => {
  const pairs: [unknown, unknown][] = [
    [1, 1n],
    [1, "1"],
    [null, undefined],
    [[1], { 0: 1 }],
    [[1, 2], [1]],
    [[1], Uint8Array.of(1)],
    [Uint8Array.of(1), Uint16Array.of(1)],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [new Set([1]), new Set([1, 2])],
    [new Set([1]), new Map([[1, 1]])],
    [new Error("x"), new RangeError("x")],
    [new Date(1), new Date(2)],
  ];
  for (const [a, b] of pairs) assert.ok(!isEqual(a, b), `${show(a)} ${show(b)}`);
});

Deno.test("show: source that can be pasted back", () => {
  const values: [unknown, string][] = [
    [3, "3"],
    [-0, "-0"],
    [5n, "5n"],
    ["a\n", '"a\\n"'],
    [undefined, "undefined"],
    [[1, [2]], "[1, [2]]"],
    [{ a: 1, "b-c": [] }, '{ a: 1, "b-c": [] }'],
    [Uint8Array.of(1, 255), "bytes(1, 255)"],
    [new Map([[1, { a: 2 }]]), "new Map([[1, { a: 2 }]])"],
    [new Set([1]), "new Set([1])"],
  ];
  for (const [value, text] of values) {
    assert.equal(show(value, { bytes: "bytes" }), text);
    assert.ok(isPrintable(value));
    const made = new Function("bytes", `return (${text})`)(Uint8Array.of.bind(Uint8Array));
    assert.ok(isEqual(made, value), text);
  }
});

Deno.test("show: long values take more lines, and still parse", () => {
  const value = { name: "x".repeat(40), list: Array.from({ length: 40 }, (_, i) => i) };
  const text = show(value);
  assert.ok(text.split("\n").length > 3);
  assert.deepEqual(new Function(`return (${text})`)(), value);
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(new Function(`return (${show(bytes)})`)(), bytes);
});

Deno.test("show: refusals as the book writes them, and what cannot be written", () => {
  const refusal = { kind: "refusal", errno: "EPERM", rule: { id: "X/y" } };
  assert.equal(show(refusal), "EPERM X/y");
  const loop: unknown[] = [];
  loop.push(loop);
  for (const value of [loop, () => 1, Symbol("x"), new Error("x"), { f() {} }]) {
    assert.ok(!isPrintable(value));
    assert.equal(typeof show(value), "string");
  }
});
