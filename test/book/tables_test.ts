import assert from "node:assert/strict";
import {
  type Chapter,
  checkTables,
  extract,
  factsOf,
  formatSince,
  renderAttr,
  renderHistory,
  renderNumbers,
  renderRefusals,
  type TableScope,
} from "../../src/book/mod.ts";
import { applyEdits, tableEdits } from "../../src/book/update.ts";
import * as fake from "./fixtures/fake.ts";

const FACTS = factsOf(fake as unknown as Record<string, unknown>);

const SWITCH = [
  "# LAMP_SWITCH", // 1
  "", // 2
  "| Rule | Condition | Errno | Since |", // 3
  "| --- | --- | --- | --- |", // 4
  "| `LAMP_SWITCH/flags` | `flags` is not 0 \\| 1 | EINVAL | all |", // 5
  "| `LAMP_SWITCH/broken` | the lamp  is broken | `EIO` | 7.2 |", // 6
  "| `LAMP_SWITCH/on` | the lamp is on already | EBUSY | until 5.10 |", // 7
];

const BREAK = [
  "# LAMP_BREAK",
  "",
  "| rule | condition | errno | since |",
  "| --- | --- | --- | --- |",
  "| `LAMP_BREAK/off` | the lamp is off | EPERM | all |",
];

const HISTORY = [
  "# History",
  "",
  "| change | since | what |",
  "| --- | --- | --- |",
  "| `LAMP_SWITCH/log` | 7.2 | a `log` can be given |",
];

function chapter(name: string, lines: readonly string[]): Chapter {
  return extract(`${name}.md`, name, lines.join("\n") + "\n");
}

function check(chapters: readonly (readonly string[])[], scope: TableScope = "complete"): string[] {
  const read = chapters.map((lines, i) => chapter(`c${i}`, lines));
  const grammar = read.flatMap(({ failures }) => failures);
  return [...grammar, ...checkTables(read, FACTS, scope)].map(({ file, line, message }) =>
    `${file}:${line} ${message}`
  );
}

function changed(lines: readonly string[], line: number, text: string): string[] {
  return lines.map((each, i) => i === line - 1 ? text : each);
}

Deno.test("refusals: a right book has no failures", () => {
  assert.deepEqual(check([SWITCH, BREAK, HISTORY]), []);
});

Deno.test("refusals: a missing row, a missing table", () => {
  const without = SWITCH.filter((_, i) => i !== 5);
  assert.deepEqual(check([without, BREAK, HISTORY]), [
    "c0.md:3 rule LAMP_SWITCH/broken has no row",
  ]);
  assert.deepEqual(check([SWITCH, HISTORY]), [
    "c0.md:1 rule LAMP_BREAK/off has no row, nor LAMP_BREAK a table",
  ]);
  assert.deepEqual(check([SWITCH], "present"), []);
  assert.deepEqual(check([without], "present"), ["c0.md:3 rule LAMP_SWITCH/broken has no row"]);
  assert.deepEqual(check([without], "rows"), []);
});

Deno.test("refusals: a row without a rule, a row twice, an id without backticks", () => {
  const extra = [...SWITCH, "| `LAMP_SWITCH/gone` | it is gone | EIO | all |"];
  assert.deepEqual(check([extra, BREAK, HISTORY]), [
    "c0.md:8 RULES has no rule LAMP_SWITCH/gone",
  ]);
  assert.deepEqual(check([SWITCH, BREAK, BREAK, HISTORY]), [
    "c2.md:5 LAMP_BREAK/off has a row at c1.md:5 already",
  ]);
  const bare = changed(
    SWITCH,
    7,
    "| LAMP_SWITCH/on | the lamp is on already | EBUSY | until 5.10 |",
  );
  assert.match(check([bare, BREAK, HISTORY])[0], /^c0.md:7 .*backticks/);
});

Deno.test("refusals: swapped rows", () => {
  const swapped = [...SWITCH.slice(0, 4), SWITCH[5], SWITCH[4], SWITCH[6]];
  assert.deepEqual(check([swapped, BREAK, HISTORY]), [
    "c0.md:6 LAMP_SWITCH/flags stands after LAMP_SWITCH/broken, but before it in the code",
  ]);
});

Deno.test("refusals: another errno, since, condition", () => {
  const wrong = changed(SWITCH, 6, "| `LAMP_SWITCH/broken` | it is broken | EPERM | all |");
  assert.deepEqual(check([wrong, BREAK, HISTORY]), [
    "c0.md:6 the condition of LAMP_SWITCH/broken differs from the code's",
    "c0.md:6 the errno of LAMP_SWITCH/broken differs from the code's",
    "c0.md:6 the since of LAMP_SWITCH/broken differs from the code's",
  ]);
});

Deno.test("tables: another header is an error, a table of its own is not", () => {
  const header = (text: string) => [`| ${text} |`, text.replace(/[^|]+/g, "---"), `| ${text} |`];
  assert.match(check([header("rule | errno")], "present")[0], /^c0.md:1 .*wants the header/);
  assert.match(check([header("constant | meaning")], "present")[0], /^c0.md:1 /);
  assert.match(check([header("change | what")], "present")[0], /^c0.md:1 /);
  assert.deepEqual(check([header("field | meaning")], "present"), []);
  const named = ["<!-- attr LAMP_SWITCH -->", "", ...header("field | type")];
  assert.match(check([named], "present")[0], /^c0.md:3 .*wants the header field \| type/);
  const nested = header("constant | value").map((line, i) => (i === 0 ? "- " : "  ") + line);
  assert.match(check([nested], "present")[0], /no list/);
});

Deno.test("history: both ways", () => {
  const wrong = changed(HISTORY, 5, "| `LAMP_SWITCH/log` | 5.10 | a log |");
  assert.deepEqual(check([SWITCH, BREAK, wrong]), [
    "c2.md:5 the since of LAMP_SWITCH/log differs from the code's",
    "c2.md:5 the what of LAMP_SWITCH/log differs from the code's",
  ]);
  const unknown = [...HISTORY, "| `LAMP_SWITCH/dim` | 7.2 | dims |"];
  assert.deepEqual(check([SWITCH, BREAK, unknown]), [
    "c2.md:6 DELTAS has no change LAMP_SWITCH/dim",
  ]);
  assert.match(check([SWITCH, BREAK])[0], /c0.md:1 change LAMP_SWITCH\/log has no row/);
});

Deno.test("numbers: values in any notation, and names that the code does not have", () => {
  const table = (...rows: string[]) => ["| constant | value | meaning |", "| - | - | - |", ...rows];
  const right = [
    "| `LAMP_F_ON` | 1 | |",
    "| LAMP_F_ON | 1U << 0 | |",
    "| `LAMP_F_ALL` | `0xff` | |",
    "| `ERRNO.EPERM` | 1 | |",
  ];
  assert.deepEqual(check([table(...right)], "present"), []);
  assert.deepEqual(
    check(
      [table("| `LAMP_F_ON` | 2 | |", "| `LAMP_F_OFF` | 2 | |", "| `LAMP_F_ON` | x | |")],
      "rows",
    ),
    [
      "c0.md:3 the value of LAMP_F_ON differs from the code's",
      "c0.md:4 the code has no number LAMP_F_OFF",
      "c0.md:5 `x` is no whole number",
    ],
  );
});

Deno.test("attr: every field in its place, those behind every kernel's end left out", () => {
  const table = (...rows: string[]) => [
    "<!-- attr LAMP_SWITCH -->",
    "",
    "| field | type | offset | size | since | meaning |",
    "| - | - | - | - | - | - |",
    ...rows,
  ];
  const flags = "| `flags` | u32 | 0 | 4 | all | what to do |";
  const log = "| `log` | ptr | 8 | 8 | 7.2 | |";
  assert.deepEqual(check([table(flags, log)], "present"), []);
  assert.deepEqual(check([table(log, flags)], "present"), [
    "c0.md:6 flags stands after log, but before it in the code",
  ]);
  assert.deepEqual(
    check([table(flags.replace("4", "8"), "| `other` | u32 | 16 | 4 | all | |")], "present"),
    [
      "c0.md:5 the size of flags differs from the code's",
      "c0.md:6 LAMP_SWITCH has no field other",
      "c0.md:3 field log of LAMP_SWITCH has no row",
    ],
  );
  assert.match(check([table(flags).slice(2)], "present")[0], /c0.md:1 .*<!-- attr COMMAND -->/);
});

Deno.test("render: what the code writes is right", () => {
  const text = [
    "# All",
    renderRefusals("LAMP_SWITCH", FACTS.rules),
    "and",
    "",
    renderRefusals("LAMP_BREAK", FACTS.rules),
    "and",
    "",
    renderHistory("LAMP_SWITCH", FACTS.deltas),
    "and",
    "",
    renderAttr(FACTS.commands[0]),
    "and",
    "",
    renderNumbers(["LAMP_F_ON", "LAMP_F_ALL"], FACTS.numbers),
  ].join("\n").split("\n");
  assert.deepEqual(check([text]), []);
});

Deno.test("render: since cells", () => {
  assert.equal(formatSince({}), "all");
  assert.equal(formatSince({ since: "6.12" }), "6.12");
  assert.equal(formatSince({ until: "6.1" }), "until 6.1");
  assert.equal(formatSince({ since: "6.1", until: "6.12" }), "6.1 to 6.12");
  assert.equal(formatSince({ since: "6.1", until: "6.1" }), "only 6.1");
});

Deno.test("render: any condition survives the way through a table", () => {
  const conditions = [
    "a | b, `c | d`, *e*, _f_, __g, h_, <i>, &lt; [j](k) ~~l~~ \\ and 1 < 2",
    "`flags & ~0x3` or __MAX_BPF_MAP_TYPE",
    "an odd ` backtick",
  ];
  for (const when of conditions) {
    const rules = [{ id: "X/y", errno: "EPERM", when }];
    const facts = { ...FACTS, rules };
    const read = chapter("c", renderRefusals("X", rules).split("\n"));
    assert.deepEqual(checkTables([read], facts, "rows"), [], when);
  }
});

Deno.test("update: tables become right, right rows stay as they are written", () => {
  const lines = [
    ...SWITCH.slice(0, 4),
    "|`LAMP_SWITCH/on`|the lamp is **on** already|EBUSY|until 5.10|",
    "| `LAMP_SWITCH/gone` | x | EIO | all |",
    "| `LAMP_SWITCH/flags` | `flags` is not 0 \\| 1 | EPERM | all |",
    "",
    "<!-- refusals LAMP_BREAK -->",
    "",
    "| rule | condition | errno | since |",
    "| --- | --- | --- | --- |",
    "",
    "<!-- history LAMP_SWITCH -->",
    "",
    "| change | since | what |",
    "| --- | --- | --- |",
    "",
    "| constant | value | meaning |",
    "| --- | --- | --- |",
    "| `LAMP_F_ALL` | 0x1 | all |",
    "",
    "<!-- attr LAMP_SWITCH -->",
    "",
    "| field | type | offset | size | since | meaning |",
    "| --- | --- | --- | --- | --- | --- |",
    "| `flags` | u64 | 0 | 4 | all | what a\\|b |",
  ];
  const before = chapter("c", lines);
  const after = applyEdits(before, tableEdits([before], FACTS)).split("\n");
  assert.deepEqual(check([after]), []);
  assert.ok(after.includes("|`LAMP_SWITCH/on`|the lamp is **on** already|EBUSY|until 5.10|"));
  assert.ok(after.includes("| `LAMP_F_ALL` | 0xff | all |"));
  assert.ok(after.includes("| `flags` | u32 | 0 | 4 | all | what a\\|b |"));
  const again = chapter("c", after);
  assert.deepEqual(tableEdits([again], FACTS), []);
});

const CLAIMED = {
  ...FACTS,
  rules: [],
  deltas: [],
  claims: [
    {
      id: "lamps/bright",
      source: "lamps",
      says: "a lamp is bright | it was",
      verdict: "holds",
      found: "holds",
      finding: "2 cases",
    },
    {
      id: "lamps/lasts",
      source: "lamps",
      says: "a lamp lasts",
      verdict: "fails",
      found: "fails",
      finding: "on; off; it is dark",
    },
  ],
};

const CLAIMS_EMPTY = [
  "<!-- claims lamps -->",
  "",
  "| claim | says | verdict | finding |",
  "| --- | --- | --- | --- |",
];

function filled(): string[] {
  const before = chapter("c", CLAIMS_EMPTY);
  return applyEdits(before, tableEdits([before], CLAIMED)).trimEnd().split("\n");
}

function claimFailures(facts: typeof CLAIMED, ...chapters: readonly string[][]): string[] {
  const read = chapters.map((lines, i) => chapter(`c${i}`, lines));
  return checkTables(read, facts, "complete").map(({ file, line, message }) =>
    `${file}:${line} ${message}`
  );
}

Deno.test("claims: an empty table is filled, and is right then", () => {
  assert.equal(filled().length, 6);
  assert.deepEqual(claimFailures(CLAIMED, filled()), []);
  assert.deepEqual(claimFailures(CLAIMED, ["# Nothing"]), [
    "c0.md:1 claim lamps/bright has no row, nor lamps a table",
    "c0.md:1 claim lamps/lasts has no row, nor lamps a table",
  ]);
});

Deno.test("claims: another finding, a verdict that the check does not find", () => {
  const stale = changed(filled(), 6, "| `lamps/lasts` | a lamp lasts | fails | on; it is dark |");
  assert.deepEqual(claimFailures(CLAIMED, stale), [
    "c0.md:6 the finding of lamps/lasts differs from the code's",
  ]);
  const [bright, lasts] = CLAIMED.claims;
  const wrong = { ...CLAIMED, claims: [bright, { ...lasts, found: "holds" }] };
  assert.deepEqual(claimFailures(wrong, filled()), [
    "c0.md:6 lamps/lasts is said to be one that fails: on; off; it is dark",
  ]);
});

Deno.test("claims: those of a text stand in one chapter, and under its name", () => {
  const rows = filled();
  const [head, first, second] = [rows.slice(2, 4), rows[4], rows[5]];
  assert.deepEqual(claimFailures(CLAIMED, [...head, first], [...head, second]), [
    "c1.md:3 lamps/lasts stands here, but lamps has c0.md",
  ]);
  const [bright, lasts] = CLAIMED.claims;
  const strange = { ...CLAIMED, claims: [bright, { ...lasts, source: "candles" }] };
  assert.deepEqual(claimFailures(strange, rows), [
    "c0.md:6 lamps/lasts is of lamps, but its source is candles",
  ]);
});
