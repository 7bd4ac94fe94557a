import assert from "node:assert/strict";
import { trial } from "./fixtures/runner.ts";

const STALE = `# A

\`\`\`ts
1 + 1 // => 3 // a note stays
const x = u32(5); // => 0
boot("7.2").call("on", 2).result; // => 7
({ name: "y".repeat(40), list: VERSIONS, z: 1 })
// => {
//      name: 1,
//    }
JSON.parse("{") // throws TypeError: x
"right" // => "right"
\`\`\`

- item

  \`\`\`ts
  ({ name: "y".repeat(40), list: VERSIONS, z: 1 }) // => 1
  for (const n of [1, 2]) {
    n // => 3
  }
  \`\`\`

| rule | condition | errno | since |
| --- | --- | --- | --- |
| \`LAMP_BREAK/off\` | the lamp is off | EIO | all |
`;

Deno.test("update: shows the diff and writes nothing without a yes", async () => {
  await trial({ "a.md": STALE }, { update: true, typeCheck: false }, async ({ report, read }) => {
    assert.equal(await read("a.md"), STALE);
    assert.deepEqual(report.written, []);
    assert.match(report.diff, /^-1 \+ 1 \/\/ => 3 \/\/ a note stays$/m);
    assert.match(report.diff, /^\+1 \+ 1 \/\/ => 2 \/\/ a note stays$/m);
    assert.ok(report.failures.length > 0);
  });
});

Deno.test("update: after a yes everything that can be true is, and nothing else changed", async () => {
  const shown: string[] = [];
  const options = {
    update: true,
    typeCheck: false,
    yes: true,
    onDiff: (diff: string) => shown.push(diff),
  };
  await trial({ "a.md": STALE.replaceAll("\n", "\r\n") }, options, async ({ report, read }) => {
    const text = await read("a.md");
    const lines = text.split("\r\n");
    assert.equal(text.replaceAll("\r\n", "").includes("\n"), false, "line ends stay");
    assert.equal(shown.length, 1);
    // An expectation that sees two values can have no one value.
    assert.deepEqual(report.failures.map(({ kind, code }) => [kind, code]), [["expectation", "n"]]);
    assert.equal(report.written.length, 1);
    assert.equal(lines[3], "1 + 1 // => 2 // a note stays");
    assert.equal(lines[4], "const x = u32(5); // => bytes(5, 0, 0, 0)");
    assert.equal(lines[5], 'boot("7.2").call("on", 2).result; // => EINVAL LAMP_SWITCH/flags');
    assert.equal(lines[7], "// => {");
    assert.equal(lines[8], `//      name: "${"y".repeat(40)}",`);
    assert.ok(lines.some((line) => line.startsWith('JSON.parse("{") // throws SyntaxError: ')));
    assert.ok(lines.includes('"right" // => "right"'));
    assert.ok(lines.includes("| `LAMP_BREAK/off` | the lamp is off | EPERM | all |"));
  });
});

Deno.test("update: a right book has nothing to update", async () => {
  const text = "# A\n\n```ts\n1 // => 1\n```\n";
  await trial(
    { "a.md": text },
    { update: true, typeCheck: false, yes: true },
    async ({ report, read }) => {
      assert.deepEqual([report.diff, report.written], ["", []]);
      assert.equal(await read("a.md"), text);
    },
  );
});
