/** Tables that compare: filled by `--update`, and held to every cell, row and column. */
import assert from "node:assert/strict";
import { extract } from "../../src/book/extract.ts";
import { type CodeFacts } from "../../src/book/facts.ts";
import { checkTables } from "../../src/book/tables.ts";
import { applyEdits, tableEdits } from "../../src/book/update.ts";

const FACTS: CodeFacts = {
  numbers: new Map(),
  rules: [],
  commands: [],
  deltas: [],
  claims: [],
  comparisons: [{
    name: "lamps",
    columns: ["oil", "gas"],
    rows: [
      { property: "bright", cells: { oil: "no", gas: "yes" } },
      { property: "lasts", cells: { oil: "yes", gas: "no: it | goes out" } },
    ],
  }],
};

const EMPTY = ["<!-- comparison lamps -->", "", "| property | oil | gas |", "| --- | --- | --- |"];

function chapterOf(lines: readonly string[]) {
  return extract("c.md", "c", [...lines, ""].join("\n"));
}

function filled(): string[] {
  const chapter = chapterOf(EMPTY);
  return applyEdits(chapter, tableEdits([chapter], FACTS)).split("\n");
}

function failures(lines: readonly string[]): string[] {
  const chapter = chapterOf(lines);
  return [...chapter.failures, ...checkTables([chapter], FACTS)]
    .map(({ line, message }) => `${line} ${message}`);
}

Deno.test("comparisons: an empty table is filled, and is right then", () => {
  assert.equal(filled()[4], "| bright | no | yes |");
  assert.deepEqual(failures(filled()), []);
  assert.deepEqual(failures(EMPTY), ["3 the rows are not the properties of lamps, in their order"]);
});

Deno.test("comparisons: a cell, a row and a column that are not the code's", () => {
  const wrong = filled().with(4, "| bright | yes | yes |");
  assert.deepEqual(failures(wrong), ["5 bright of oil is something else"]);
  const [head, bright, lasts] = [filled().slice(0, 4), filled()[4], filled()[5]];
  assert.deepEqual(failures([...head, lasts, bright]), [
    "3 the rows are not the properties of lamps, in their order",
  ]);
  const other = ["<!-- comparison lamps -->", "", "| property | wax |", "| --- | --- |"];
  assert.equal(failures(other)[0], "3 lamps has no column wax");
});

Deno.test("comparisons: all columns are shown, and the comment is asked for", () => {
  const half = ["<!-- comparison lamps -->", "", "| property | gas |", "| --- | --- |"];
  const chapter = chapterOf(half);
  const shown = applyEdits(chapter, tableEdits([chapter], FACTS)).split("\n");
  assert.deepEqual(failures(shown), ["3 no table of lamps has a column oil"]);
  assert.deepEqual(failures(EMPTY.slice(2)), [
    "1 a table of properties wants `<!-- comparison NAME -->` above it",
  ]);
});
