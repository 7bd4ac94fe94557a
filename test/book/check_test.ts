import assert from "node:assert/strict";
import { parseDiagnostics } from "../../src/book/check.ts";

const WRITTEN = `TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
const x: T = { a: "s" };
               ~
    at file:///tmp/w/a%20b.ts:2:16

    The expected type comes from property 'a' which is declared here on type 'T'
    export interface T { a: number }
                         ^
        at file:///tmp/p/src/mod.ts:4:22

TS2307 [ERROR]: Cannot find module 'file:///tmp/w/nope.ts'.
    at file:///tmp/w/c.ts:1:17

TS2345 [ERROR]: Argument of type 'A' is not assignable to parameter of type 'B'.
  Property 'c' is missing in type 'A' but required in type 'B'.
f(a);
  ^
    at file:///tmp/w/c.ts:7:3

Found 3 errors.

error: Type checking failed.
`;

Deno.test("check: reads what deno check writes", () => {
  assert.deepEqual(parseDiagnostics(WRITTEN), [
    {
      path: "/tmp/w/a b.ts",
      line: 2,
      column: 16,
      message: "TS2322: Type 'string' is not assignable to type 'number'.",
    },
    {
      path: "/tmp/w/c.ts",
      line: 1,
      column: 17,
      message: "TS2307: Cannot find module 'file:///tmp/w/nope.ts'.",
    },
    {
      path: "/tmp/w/c.ts",
      line: 7,
      column: 3,
      message: "TS2345: Argument of type 'A' is not assignable to parameter of type 'B'.\n" +
        "  Property 'c' is missing in type 'A' but required in type 'B'.",
    },
  ]);
});

Deno.test("check: a fault that stops deno check has a place too", () => {
  const text = "error: SyntaxError: Expression expected\n  |\n1 | const a = ;\n  |           ~\n" +
    "    at file:///tmp/w/d.ts:1:11\n";
  const [{ path, line, column, message }] = parseDiagnostics(text);
  assert.deepEqual([path, line, column], ["/tmp/w/d.ts", 1, 11]);
  assert.match(message, /^SyntaxError: Expression expected/);
});
