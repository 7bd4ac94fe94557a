import assert from "node:assert/strict";
import { join } from "node:path";
import { type BookReport, runBook } from "../../src/book/mod.ts";
import { FAKE, short } from "./fixtures/runner.ts";

const chapter = (value: number) => `# A\n\n\`\`\`ts\n1 // => ${value}\n\`\`\`\n`;

Deno.test("watch: runs all, then the chapter that changed, until it is aborted", async () => {
  const dir = await Deno.makeTempDir({ prefix: "book-test-" });
  const abort = new AbortController();
  try {
    for (const name of ["a.md", "b.md"]) await Deno.writeTextFile(join(dir, name), chapter(1));
    const rounds: BookReport[] = [];
    const last = await runBook({
      files: [dir],
      prelude: FAKE,
      watch: true,
      typeCheck: false,
      signal: abort.signal,
      onReport: async (report) => {
        rounds.push(report);
        if (rounds.length === 1) await Deno.writeTextFile(join(dir, "b.md"), chapter(2));
        else abort.abort();
      },
    });
    assert.equal(last, rounds[1]);
    assert.deepEqual(rounds.map(({ failures }) => short(failures)), [[], ["expectation b.md:4"]]);
    assert.deepEqual(rounds.map(({ examples }) => examples), [2, 1]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
