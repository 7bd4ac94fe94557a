/** The heads against what a running kernel answered (heads.json). */
import { equal, ok } from "node:assert/strict";
import { decodeAttr, tailIsZero } from "../../src/abi/attr.ts";
import { ATTR_SIZE, commandAbi, type CommandName, COMMANDS } from "../../src/abi/commands.ts";
import { conditionOf, errnoOf, headOf, HEADS, refusing } from "../../src/abi/heads.ts";
import { VERSIONS } from "../../src/kernel/version.ts";
import evidence from "./heads.json" with { type: "json" };

const MODELLED: readonly CommandName[] = [
  "MAP_CREATE",
  "MAP_LOOKUP_ELEM",
  "MAP_UPDATE_ELEM",
  "MAP_DELETE_ELEM",
  "MAP_GET_NEXT_KEY",
  "MAP_FREEZE",
  "MAP_GET_NEXT_ID",
  "MAP_GET_FD_BY_ID",
  "PROG_GET_NEXT_ID",
  "PROG_GET_FD_BY_ID",
  "OBJ_GET_INFO_BY_FD",
  "BTF_LOAD",
  "BTF_GET_FD_BY_ID",
  "BTF_GET_NEXT_ID",
  "OBJ_PIN",
  "OBJ_GET",
  "PROG_LOAD",
  "LINK_CREATE",
  "LINK_UPDATE",
  "LINK_DETACH",
  "LINK_GET_FD_BY_ID",
  "LINK_GET_NEXT_ID",
];

type Recorded = readonly [CommandName, string, Readonly<Record<string, string>>];

function bytesOfHex(hex: string): string {
  let text = "";
  for (let i = 0; i < hex.length; i += 2) {
    text += String.fromCharCode(parseInt(hex.slice(i, i + 2), 16));
  }
  return text.padEnd(ATTR_SIZE["6.18"], "\0");
}

Deno.test("a command is modelled, or has a head", () => {
  for (const { name } of COMMANDS) {
    equal(headOf(name) === undefined, MODELLED.includes(name), name);
  }
});

Deno.test("the fields that a head looks at are fields of the command", () => {
  for (const head of HEADS) {
    const names = new Set(commandAbi(head.command).fields.map((field) => field.name));
    for (const check of head.checks) {
      ok(conditionOf(check).length > 0);
      const used = [
        ...(check.where ?? []).map((where) => where.field),
        ...("field" in check ? [check.field] : []),
        ...(check.kind === "pair" ? [check.size, check.buffer] : []),
      ];
      for (const field of used) ok(names.has(field), `${head.command}: ${field}`);
    }
  }
});

Deno.test("the heads answer as a running 6.18 did", () => {
  let refused = 0;
  for (const [command, hex, answers] of evidence.calls as unknown as readonly Recorded[]) {
    // What was recorded of commands that have no head any more stays as it is.
    if (headOf(command) === undefined) continue;
    const text = bytesOfHex(hex);
    const attr = decodeAttr(command, text) as Readonly<Record<string, number | bigint | string>>;
    const end = commandAbi(command).end["6.18"] ?? 0;
    for (const [answer, callers] of Object.entries(answers)) {
      for (const caller of callers.split(" ")) {
        const check = refusing(headOf(command)!, "6.18", {
          attr,
          tailIsZero: tailIsZero(text, end),
          capable: (capability) => caller === "root" || caller === capability,
        });
        if (check === undefined) continue;
        refused++;
        equal(errnoOf(check), answer, `${command} ${hex} by ${caller}: ${check.name}`);
      }
    }
  }
  ok(refused > 400, `only ${refused} refusals compared`);
});

Deno.test("behind its head a call can still be answered otherwise", () => {
  // Every head lets something pass in the recorded calls: none refuses all.
  const passed = new Set<string>();
  for (const [command, , answers] of evidence.calls as unknown as readonly Recorded[]) {
    for (const answer of Object.keys(answers)) {
      if (answer !== "EINVAL" && answer !== "EPERM") passed.add(command);
    }
  }
  // ENABLE_STATS with the one type that there is would switch statistics on.
  const not = HEADS.filter((head) =>
    commandAbi(head.command).end["6.18"] !== undefined && !passed.has(head.command)
  );
  equal(not.map((head) => head.command).join(), "ENABLE_STATS");
});

Deno.test("before 6.12 CAP_SYS_ADMIN does not stand in for CAP_NET_ADMIN in PROG_QUERY", () => {
  for (const version of VERSIONS) {
    const check = refusing(headOf("PROG_QUERY")!, version, {
      attr: decodeAttr("PROG_QUERY", ""),
      tailIsZero: true,
      capable: (capability) => capability === "CAP_SYS_ADMIN",
    });
    equal(check?.name, version === "5.10" || version === "6.1" ? "capability" : undefined);
  }
});

Deno.test("a head reads what a caller wrote as the kernel would", () => {
  const refusal = (command: CommandName, attr: Readonly<Record<string, number>>) =>
    refusing(headOf(command)!, "6.18", { attr, tailIsZero: true, capable: () => true })?.name;
  equal(refusal("TOKEN_CREATE", { flags: -1 }), "flags");
  equal(refusal("TOKEN_CREATE", { flags: 2 ** 32 }), undefined);
  equal(refusal("TOKEN_CREATE", { flags: NaN }), undefined);
  equal(refusal("ITER_CREATE", { flags: 0.5 }), undefined);
  // relative_id shares its bytes with relative_fd, which is what the check names.
  equal(refusal("PROG_DETACH", { attach_type: 0, relative_id: 3 }), "relative_fd");
});
