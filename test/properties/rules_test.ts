/** The rules are well made. Their order in the code is held by `order_test.ts`. */
import { COMMANDS, ERRNO, existsIn, RULES, VERSIONS } from "bpfspec";
import { deepStrictEqual, match, ok } from "node:assert/strict";

Deno.test("every rule has an id of its own", () => {
  const ids = RULES.map(({ id }) => id);
  deepStrictEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  for (const id of ids) match(id, /^[A-Za-z][A-Za-z0-9_]*\/[a-z][a-z0-9_]*$/);
});

Deno.test("every rule has a known errno and says when, in one line", () => {
  for (const { id, errno, when } of RULES) {
    ok(errno in ERRNO, `${id}: ${errno}`);
    ok(/^\S[^\n]*[^\s.]$/.test(when), `${id}: ${when}`);
  }
});

Deno.test("every rule exists somewhere, and names no version that says nothing", () => {
  const [oldest, newest] = [VERSIONS[0], VERSIONS.at(-1)!];
  for (const rule of RULES) {
    const kernels = VERSIONS.filter((version) => existsIn(version, rule));
    ok(kernels.length > 0, `${rule.id} exists in no kernel`);
    ok(rule.since !== oldest, `${rule.id}: every kernel is since ${oldest}`);
    ok(rule.until !== newest, `${rule.id}: every kernel is until ${newest}`);
    // Kernels that have a rule stand together.
    const [first, last] = [VERSIONS.indexOf(kernels[0]), VERSIONS.indexOf(kernels.at(-1)!)];
    deepStrictEqual(last - first + 1, kernels.length, rule.id);
  }
});

Deno.test("no rule of a command is older than the command", () => {
  for (const { name, since } of COMMANDS) {
    const first = VERSIONS.indexOf(since);
    for (const rule of RULES.filter(({ id }) => id.startsWith(`${name}/`))) {
      const last = VERSIONS.findLastIndex((version) => existsIn(version, rule));
      ok(last >= first, `${rule.id} is gone before ${name} came`);
    }
  }
});
