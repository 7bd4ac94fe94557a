/**
 * Commands that the model does not cover yet: the checks at their head are there and right, and what
 * comes after them is *unmodelled*.
 */
import { commandAbi, type CommandName } from "../abi/commands.ts";
import { conditionOf, errnoOf, type Head, HEADS, refusing, type Standing } from "../abi/heads.ts";
import type { Ptr } from "../abi/memory.ts";
import { capable } from "../kernel/capabilities.ts";
import { refuse, unmodelled } from "../kernel/outcome.ts";
import { type Rule, rules, type RuleSpec } from "../kernel/rule.ts";
import { type Version, VERSIONS } from "../kernel/version.ts";
import type { Command } from "./args.ts";

/** What the checks of one name have in common; they differ by version and by attach type. */
function specOf(command: CommandName, checks: readonly Standing[]): RuleSpec {
  const [first] = checks;
  const since = sinceOf(command, checks);
  const until = checks.some((check) => check.until === undefined)
    ? {}
    : { until: checks.at(-1)!.until! };
  return [errnoOf(first), whenOf(checks), { ...since, ...until }];
}

/** No rule is older than its command. */
function sinceOf(command: CommandName, checks: readonly Standing[]): { since?: Version } {
  const born = commandAbi(command).since;
  if (born !== VERSIONS[0]) return { since: born };
  if (checks.some((check) => check.since === undefined)) return {};
  return { since: earliest(checks.map((check) => check.since!)) };
}

function whenOf(checks: readonly Standing[]): string {
  const [first, second] = checks;
  if (second === undefined) {
    const condition = conditionOf(first);
    return first.only === undefined ? condition : `${first.only}, and ${condition}`;
  }
  if (checks.every((check) => check.kind === "flags" && check.allowed === 0)) {
    return `${conditionOf(first)}, which the command does not take for the attach type`;
  }
  if (first.kind === "flags") {
    return `\`${first.field}\` has a bit that the command does not take for the attach type`;
  }
  return `${conditionOf(first)}; from ${second.since} on, ${conditionOf(second)}`;
}

function earliest(versions: readonly Version[]): Version {
  return VERSIONS.find((version) => versions.includes(version))!;
}

interface Headed {
  readonly rules: readonly Rule[];
  readonly command: Command<CommandName>;
}

/** A pointer field as the checks see it: an address, or some address where it carries a buffer. */
function numeric(value: Ptr): number | bigint {
  return typeof value === "number" || typeof value === "bigint" ? value : 1n;
}

function headed(head: Head): Headed {
  const names = [...new Set(head.checks.map((check) => check.name))];
  const table = Object.fromEntries(
    names.map((
      name,
    ) => [name, specOf(head.command, head.checks.filter((check) => check.name === name))]),
  );
  const R: Readonly<Record<string, Rule>> = rules(head.command, table);
  const command: Command<CommandName> = (k, task, args) => {
    const fields = Object.entries(args.attr as Record<string, Ptr | undefined>)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, numeric(value!)] as const);
    const failed = refusing(head, k.version, {
      attr: Object.fromEntries(fields),
      tailIsZero: !args.tail,
      capable: (capability) => capable(task.cred, capability),
    });
    return failed === undefined ? unmodelled(k, head.command) : refuse(k, R[failed.name]);
  };
  return { rules: Object.values(R), command };
}

/** The commands with a head only, by name. */
export const HEADED: ReadonlyMap<CommandName, Headed> = new Map(
  HEADS.map((head) => [head.command, headed(head)]),
);
