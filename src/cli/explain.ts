import {
  boot,
  CAPABILITIES,
  type Capability,
  existsIn,
  type Machine,
  PROPOSAL_RULES,
  type Rule,
  RULES,
  type Version,
  VERSIONS,
} from "bpfspec";
import { Command } from "commander";
import { parseCall } from "./call.ts";
import { placeOfRule } from "./places.ts";
import { UsageError } from "./usage.ts";

const HELP = `
A call is a command and its fields, or a rule's id:
  bpfspec explain 'MAP_CREATE map_type=BPF_MAP_TYPE_HASH key_size=4 value_size=8 max_entries=0'
  bpfspec explain 'MAP_CREATE map_type=2 key_size=4 value_size=8 max_entries=1' \\
                  'MAP_FREEZE map_fd=3' 'MAP_FREEZE map_fd=3'
  bpfspec explain MAP_FREEZE/frozen
Several calls are made one after the other, by root on a machine just booted: descriptor 3 is the
first that a call makes. A field's value is a number, BPF_ constants joined by |, u32:N or u64:N
(bytes of a number), hex:0a0b, room:N (N zero bytes to be written to), or text for a path or name.
The calls around bpf(2) are made the same way, with the names of their arguments:
  bpfspec explain 'mkdir path=/tmp/a mode=0o755' 'mount source=none target=/tmp/a type=bpf' \\
                  'unshare flags=CLONE_NEWUSER|CLONE_NEWNS' 'umount path=/tmp/a flags=MNT_DETACH'
`;

/** `bpfspec explain CALL...`: which rule refuses a call, and where the book says so. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("Say which rule refuses a call, and where the book says so")
    .argument("<call...>", "calls, or one rule's id")
    .option("-k, --kernel <version>", `one of ${VERSIONS.join(", ")}, or all`, "6.18")
    .option("--without <capability...>", "capabilities that the caller does not have")
    .option("--uid <n>", "the caller's uid; one other than 0 has no capabilities")
    .addHelpText("after", HELP)
    .action(async (calls: string[], options: ExplainOptions) => {
      if (calls.length === 1 && calls[0].includes("/") && !calls[0].includes(" ")) {
        return await explainRule(calls[0]);
      }
      for (const version of versionsOf(options.kernel)) await explainCalls(version, calls, options);
    });
}

interface ExplainOptions {
  readonly kernel: string;
  readonly without?: readonly string[];
  readonly uid?: string;
}

function versionsOf(text: string): readonly Version[] {
  if (text === "all") return VERSIONS;
  const version = VERSIONS.find((known) => known === text);
  if (version === undefined) {
    throw new UsageError(`--kernel takes one of ${VERSIONS.join(", ")} or all, not "${text}"`);
  }
  return [version];
}

async function explainRule(id: string): Promise<void> {
  const proposed = PROPOSAL_RULES.find((known) => known.id === id);
  const rule = RULES.find((known) => known.id === id) ?? proposed;
  if (rule === undefined) throw new UsageError(`there is no rule ${id}${nearest(id)}`);
  await tell(rule);
  if (rule === proposed) return console.log("  kernels: none; it is a proposal's");
  const kernels = VERSIONS.filter((version) => existsIn(version, rule));
  console.log(`  kernels: ${kernels.join(", ")}`);
}

/** The rules of the same owner, for who has got a name wrong. */
function nearest(id: string): string {
  const owner = id.split("/")[0];
  const own = [...RULES, ...PROPOSAL_RULES].filter((rule) => rule.id.startsWith(owner + "/")).map((
    rule,
  ) => rule.id);
  return own.length === 0 ? "" : `; ${owner} has ${own.join(", ")}`;
}

async function tell(rule: Rule): Promise<void> {
  const place = await placeOfRule(rule.id);
  console.log(`  ${rule.errno}: rule ${rule.id}: ${rule.when}`);
  if (place !== undefined) console.log(`  the book: ${place.file}:${place.line}`);
}

async function explainCalls(
  version: Version,
  calls: readonly string[],
  options: ExplainOptions,
): Promise<void> {
  let m = callerOf(version, options);
  for (const [i, text] of calls.entries()) {
    m = m.call(parseCall(text, `call ${i + 1}`));
    const { answer } = m;
    console.log(`${version}  ${text}`);
    if (answer?.kind === "value") console.log(`  returns ${answer.ret}`);
    else if (answer?.kind === "refusal") await tell(answer.rule);
    else console.log(`  not modelled: ${answer?.what}`);
  }
}

function callerOf(version: Version, { uid, without }: ExplainOptions): Machine {
  const m = boot(version);
  if (uid !== undefined) {
    const number = Number(uid);
    if (!Number.isInteger(number) || number < 0) throw new UsageError(`--uid takes a number`);
    return m.setuid(number);
  }
  if (without === undefined) return m;
  const all = Object.keys(CAPABILITIES) as Capability[];
  const unknown = without.find((name) => !(all as string[]).includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--without takes capabilities (${all.join(", ")}), not "${unknown}"`);
  }
  return m.capset(all.filter((name) => !without.includes(name)));
}
