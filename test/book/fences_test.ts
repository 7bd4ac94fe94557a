import assert from "node:assert/strict";
import { extract } from "../../src/book/extract.ts";
import { parseFence } from "../../src/book/fences.ts";

Deno.test("fence words: the whole grammar", () => {
  assert.deepEqual(parseFence("ts"), { kind: "run" });
  assert.deepEqual(parseFence("ts no-run"), { kind: "no-run" });
  assert.deepEqual(parseFence("ts ignore not written yet"), {
    kind: "ignore",
    reason: "not written yet",
  });
  for (const language of ["text", "c", "sh", "json", "mermaid"]) {
    assert.deepEqual(parseFence(language), { kind: "shown", language });
  }
});

Deno.test("fence words: everything else is wrong", () => {
  const wrong = ["", "typescript", "ts norun", "ts no-run x", "ts ignore", "c x", "TS", "js"];
  for (const info of wrong) assert.equal(typeof parseFence(info), "string", info);
});

Deno.test("extract: sections, blocks and their lines", () => {
  const text = [
    "before", // 1
    "", // 2
    "```ts", // 3
    "a;", // 4
    "```", // 5
    "# One `x`", // 6
    "```ts no-run", // 7
    "b;", // 8
    "```", // 9
    "#### not a section", // 10
    "~~~ts", // 11
    "c;", // 12
    "~~~", // 13
    "Two", // 14
    "===", // 15
    "```ts ignore it is wrong", // 16
    "d d", // 17
    "```", // 18
  ].join("\n");
  const chapter = extract("x.md", "x", text);
  assert.deepEqual(chapter.failures, []);
  assert.equal(chapter.title, "One x");
  const blocks = chapter.sections.map(({ heading, line, blocks }) => ({
    heading,
    line,
    blocks: blocks.map(({ fence, first, last }) => [fence.kind, first, last]),
  }));
  assert.deepEqual(blocks, [
    { heading: "", line: 1, blocks: [["run", 4, 4]] },
    { heading: "One x", line: 6, blocks: [["no-run", 8, 8], ["run", 12, 12]] },
    { heading: "Two", line: 14, blocks: [["ignore", 17, 17]] },
  ]);
  for (const { code } of chapter.sections) assert.equal(code.length, 18);
  assert.equal(chapter.sections[1].code[11], "c;");
  assert.ok(chapter.sections[2].code.every((line) => line === ""));
});

Deno.test("extract: a fence in a list or a quotation moves left, and says by how much", () => {
  const text = "- item\n\n  ```ts\n  a;\n    b;\n  ```\n\n> ```ts\n> c;\n> ```\n";
  const chapter = extract("x.md", "x", text);
  const [{ code }] = chapter.sections;
  assert.deepEqual([code[3], code[4], code[8]], ["a;", "  b;", "c;"]);
  assert.deepEqual([chapter.shift[3], chapter.shift[4], chapter.shift[8]], [2, 2, 2]);
  assert.deepEqual(chapter.failures, []);
});

Deno.test("extract: an unknown word and an open fence name their lines", () => {
  const text = "# A\n\n```javascript\nx\n```\n\n## B\n\n```ts\ny\n";
  const { failures } = extract("x.md", "x", text);
  assert.deepEqual(failures.map(({ line, section }) => [line, section]), [[3, "A"], [9, "B"]]);
  assert.match(failures[0].message, /unknown fence word `javascript`/);
  assert.match(failures[1].message, /never closed/);
});
