import assert from "node:assert/strict";
import { exitCode, type Failure, formatReport } from "../../src/book/mod.ts";
import { short, trial } from "./fixtures/runner.ts";

const GOOD = `# Good

\`\`\`ts
const lamp = boot("7.2", { seed: 1 }).call("on");
lamp.result // => 3
\`\`\`

Prose between two blocks.

\`\`\`ts
const again = lamp.call("on");
again.result // => EBUSY LAMP_SWITCH/on
again.call("on", 2).result // => EINVAL
again
  .call("dim")
  .result
// => unmodelled
u32(5) // => bytes(5, 0, 0, 0)
const all: readonly Version[] = VERSIONS; // => ["5.10", "7.2"]
for (const version of VERSIONS) {
  boot(version).call("on").result // => 3
}
null.x // throws TypeError: null
await Promise.reject(new RangeError("late")) // throws RangeError
\`\`\`

#### Still the same section

\`\`\`ts no-run
lamp.call("never");
\`\`\`

\`\`\`ts ignore it is no TypeScript
this is not TypeScript
\`\`\`

## Another

\`\`\`ts
const lamp = "a string is fine: nothing is shared with the section above";
lamp.length // => 58
\`\`\`
`;

Deno.test("run: a good chapter, its counts, its paths and its rules", async () => {
  await trial({ "good.md": GOOD.replaceAll("null.x", "(null as any).x") }, {}, ({ report }) => {
    assert.deepEqual(short(report.failures), []);
    assert.equal(exitCode(report), 0);
    const { chapters, sections, examples, expectations, calls } = report;
    assert.deepEqual([chapters, sections, examples, expectations, calls], [1, 2, 3, 10, 6]);
    assert.deepEqual(
      Array.from(report.rulesFired, ([id, places]) => [id, places.map(({ line }) => line)]),
      [["LAMP_SWITCH/flags", [13]], ["LAMP_SWITCH/on", [11]]],
    );
    assert.deepEqual(report.unmodelled.map(({ what, line }) => [what, line]), [["dimmers", 14]]);
    const paths = report.paths.map(({ line, version, options, trail }) => ({
      line,
      version,
      options,
      ops: trail.map((step) => (step as { call: { op: string } }).call.op).join(" "),
    }));
    assert.deepEqual(paths, [
      { line: 13, version: "7.2", options: { seed: 1 }, ops: "on on on" },
      { line: 14, version: "7.2", options: { seed: 1 }, ops: "on on dim" },
      { line: 20, version: "5.10", options: {}, ops: "on" },
      { line: 20, version: "7.2", options: {}, ops: "on" },
    ]);
  });
});

const BAD = `# Wrong values

\`\`\`ts
1 + 1 // => 3
boot("7.2").call("on", 2).result // => EBUSY
boot("7.2").call("on", 2).result; // => EINVAL LAMP_SWITCH/on
({ a: [1, 2, 3], b: "x".repeat(70) })
// => { a: [1, 2, 4], b: "" }
boot("7.2").call("on") // => 3
\`\`\`

## Types

\`\`\`ts
const n: number = "text";
\`\`\`

- in a list:

  \`\`\`ts
  n.nothing
  \`\`\`

## Throws

\`\`\`ts
function deep(): number {
  throw new RangeError("too deep");
}

deep();
1 // => 1
\`\`\`

## Throws something else

\`\`\`ts
deep() // throws TypeError
1 // throws TypeError
function deep(): number {
  throw new RangeError("too deep");
}
if (Math.random() > 1) {
  1 // => 1
}
\`\`\`

## Another scope

\`\`\`ts
n
\`\`\`

## A rejection

\`\`\`ts
void Promise.reject(new Error("nobody waits"));
\`\`\`

## No TypeScript

\`\`\`ts
const const = 3;
\`\`\`
`;

function at(failures: readonly Failure[], line: number): Failure {
  const found = failures.find((failure) => failure.line === line && failure.kind !== "type");
  assert.ok(found, `no failure at line ${line}`);
  return found;
}

Deno.test("run: each kind of failure, at its markdown line", async () => {
  await trial({ "bad.md": BAD }, {}, ({ report }) => {
    const { failures } = report;
    assert.deepEqual(
      short(failures).toSorted(),
      [
        "expectation bad.md:38",
        "expectation bad.md:39",
        "expectation bad.md:4",
        "expectation bad.md:5",
        "expectation bad.md:6",
        "expectation bad.md:8",
        "expectation bad.md:9",
        "syntax bad.md:63",
        "throw bad.md:28",
        "throw bad.md:51",
        "throw bad.md:57",
        "type bad.md:15",
        "type bad.md:21",
        "type bad.md:51",
        "unreached bad.md:44",
      ].toSorted(),
    );
    assert.equal(exitCode(report), 1);

    assert.deepEqual([at(failures, 4).expected, at(failures, 4).actual], ["3", "2"]);
    assert.equal(at(failures, 5).actual, "EINVAL LAMP_SWITCH/flags");
    assert.match(at(failures, 5).rule ?? "", /^LAMP_SWITCH\/flags: `flags`/);
    assert.equal(at(failures, 6).expected, "EINVAL LAMP_SWITCH/on");
    assert.match(at(failures, 8).diff ?? "", /^-\{ a: \[1, 2, 4\], b: "" \}$/m);
    assert.match(at(failures, 9).message, /a machine/);
    assert.match(at(failures, 28).message, /RangeError: too deep \(1 expectations not reached\)/);
    assert.equal(at(failures, 38).actual, "throws RangeError: too deep");
    assert.match(at(failures, 39).message, /did not throw/);
    assert.match(at(failures, 57).message, /nobody waits/);

    const types = failures.filter(({ kind }) => kind === "type");
    assert.deepEqual(types.map(({ line, column }) => [line, column]), [[15, 7], [21, 5], [51, 1]]);
    assert.match(types[0].message, /TS2322/);

    const text = formatReport(report, { color: false });
    assert.match(
      text,
      /bad\.md:4:13 wrong expectation: another value\n {2}in Wrong values\n {2}\| 1/,
    );
    assert.ok(!text.includes("\x1b"));
    assert.ok(formatReport(report, { color: true }).includes("\x1b[31m"));
    assert.ok(report.paths.length > 0, "paths are recorded where expectations fail");
  });
});

Deno.test("run: breaches of the grammar are exit code 2, and the rest still runs", async () => {
  const chapters = {
    "a.md": "# A\n\n```ts\n1 // => 1\n```\n\n```javascript\n1\n```\n",
    "b.md": "# B\n\n```ts\nconst x = 1;\n\n// => 1\n```\n\n## C\n\n```ts no-run\n1 // => 1\n```\n",
  };
  await trial(chapters, {}, ({ report }) => {
    assert.deepEqual(short(report.failures), [
      "grammar a.md:7",
      "grammar b.md:6",
      "grammar b.md:12",
    ]);
    assert.equal(exitCode(report), 2);
    assert.equal(report.expectations, 1);
  });
});

Deno.test("run: what hangs or ends the process is reported, and the rest still runs", async () => {
  const chapter = `# Hangs

\`\`\`ts
1 // => 2
let i = 0;
for (;;) i++;
1 // => 1
\`\`\`

## Waits

\`\`\`ts
await new Promise(() => {});
\`\`\`

## Ends

\`\`\`ts
Deno.exit(7);
\`\`\`

## Goes on

\`\`\`ts
console.log("hello", [1]);
1 // => 1
\`\`\`
`;
  await trial({ "slow.md": chapter }, { timeLimit: 1500, typeCheck: false }, ({ report }) => {
    const runtime = report.failures.filter(({ kind }) => kind !== "type");
    assert.deepEqual(short(runtime), [
      "expectation slow.md:4",
      "timeout slow.md:6",
      "crash slow.md:13",
      "crash slow.md:19",
    ]);
    assert.match(
      runtime[1].message,
      /not done within 1.5 s \(1 expectations below it not reached\)/,
    );
    assert.match(runtime[2].message, /nothing settles/);
    assert.match(runtime[3].message, /exit code 7/);
    assert.deepEqual(report.output.map(({ line, text }) => [line, text]), [[25, "hello [1]"]]);
  });
});

Deno.test("run: an explicit import wins, relative ones start at the markdown", async () => {
  const chapters = {
    "other.ts": 'export const u32 = () => "another u32";\nexport const Lamp = 5;\n',
    "a.md": `# A

\`\`\`ts
import { Lamp, u32 } from "./other.ts";
u32() // => "another u32"
Lamp // => 5
\`\`\`

## B

\`\`\`ts
import { boot as start } from "FAKE";
start("7.2").call("on").result // => 3
const later = await import("./other.ts");
later.Lamp // => 5
\`\`\`
`,
  };
  const { FAKE } = await import("./fixtures/runner.ts");
  const { pathToFileURL } = await import("node:url");
  chapters["a.md"] = chapters["a.md"].replace("FAKE", pathToFileURL(FAKE).href);
  await trial(chapters, {}, ({ report }) => {
    assert.deepEqual(report.failures, []);
    assert.equal(report.calls, 1, "an explicit import of boot is watched too");
  });
});

Deno.test("run: without a prelude nothing is in scope, and tables are prose", async () => {
  const text = "# A\n\n```ts\n[1].length // => 1\n```\n\n| rule | x |\n| - | - |\n| a | b |\n";
  await trial({ "a.md": text }, { prelude: "none" }, ({ report }) => {
    assert.deepEqual(report.failures, []);
    assert.deepEqual([report.expectations, report.tables], [1, 0]);
  });
});

Deno.test("run: the filter takes chapters, headings and rule ids", async () => {
  const chapter = (n: number, rule: string) =>
    `# Chapter ${n}\n\n\`\`\`ts\n${n} // => 0\n\`\`\`\n\n## Part ${n}\n\n\`\`\`ts\n` +
    `boot("7.2").call("on", 2).result // => EINVAL ${rule}\n\`\`\`\n`;
  const chapters = {
    "one.md": chapter(1, "LAMP_SWITCH/flags"),
    "two.md": chapter(2, "LAMP_SWITCH/on"),
  };
  const failed = (filter: string | RegExp) =>
    trial(chapters, { filter, typeCheck: false }, ({ report }) => short(report.failures));
  assert.deepEqual(await failed("PART 2"), ["expectation two.md:10"]);
  assert.deepEqual(await failed("lamp_switch/on"), ["expectation two.md:10"]);
  assert.deepEqual(await failed(/^Chapter 1$/), ["expectation one.md:4"]);
  assert.deepEqual(await failed("nowhere"), ["usage :0"]);
});

Deno.test("run: files and preludes that are not there are usage errors", async () => {
  await trial({}, { files: ["/nowhere/at/all.md"] }, ({ report }) => {
    assert.deepEqual(short(report.failures), ["usage :0"]);
    assert.equal(exitCode(report), 2);
  });
  await trial({ "a.md": "# A\n" }, { prelude: "./nowhere.ts" }, ({ report }) => {
    assert.match(report.failures[0].message, /the prelude .*nowhere.ts cannot be loaded/);
  });
});

Deno.test("run: what a section leaves behind does not fall on the next one", async () => {
  const chapter = "# A\n\n```ts\nsetTimeout(() => Deno.exit(3), 30);\n```\n\n" +
    "## B\n\n```ts\nawait new Promise((done) => setTimeout(done, 200));\n1 // => 1\n```\n\n" +
    '## C\n\n```ts\nsetTimeout(() => {\n  throw new Error("later");\n}, 0);\n```\n';
  await trial({ "a.md": chapter }, {}, ({ report }) => {
    const kinds = report.failures.map(({ kind, section }) => `${kind} ${section}`);
    assert.ok(kinds.every((each) => each === "crash B" || each === "throw C"), kinds.join());
  });
});

Deno.test("run: the processes that run examples write coverage", async () => {
  const coverage = await Deno.makeTempDir();
  await trial({ "a.md": "# A\n\n```ts\nu32(1).length // => 4\n```\n" }, {
    coverage,
    typeCheck: false,
  }, async () => {
    const profiles = await Array.fromAsync(Deno.readDir(coverage));
    assert.ok(profiles.length > 0);
  });
  await Deno.remove(coverage, { recursive: true });
});
