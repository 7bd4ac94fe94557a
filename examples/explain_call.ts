/**
 * A call was refused: by which rule, and on which kernels? `deno run examples/explain_call.ts` takes
 * three calls that do not go alike everywhere, and asks each kernel.
 */
import { boot, existsIn, type Machine, type Refusal, room, u32, VERSIONS } from "bpfspec";

type Path = (m: Machine) => Machine;

const array: Path = (m) =>
  m.bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 4, max_entries: 4 });

const QUESTIONS: readonly (readonly [what: string, path: Path])[] = [
  [
    "freezing a map twice",
    (m) => array(m).bpf("MAP_FREEZE", { map_fd: 3 }).bpf("MAP_FREEZE", { map_fd: 3 }),
  ],
  [
    "a hash with keys of 513 bytes",
    (m) => m.bpf("MAP_CREATE", { map_type: 1, key_size: 513, value_size: 4, max_entries: 4 }),
  ],
  [
    "a lookup with the flag BPF_F_CPU",
    (m) => array(m).bpf("MAP_LOOKUP_ELEM", { map_fd: 3, key: u32(0), value: room(4), flags: 8 }),
  ],
];

/** Which kernels have a rule: `6.12 and later`. */
function span({ rule }: Refusal): string {
  const kernels = VERSIONS.filter((version) => existsIn(version, rule));
  if (kernels.length === VERSIONS.length) return "every kernel";
  if (rule.until === undefined) return `${rule.since} and later`;
  return rule.since === undefined ? `up to ${rule.until}` : `${rule.since} to ${rule.until}`;
}

function told({ result }: Machine): string {
  if (typeof result === "number") return `${result}`;
  return result?.kind === "refusal"
    ? `${result.errno.padEnd(7)} ${result.rule.id}`
    : "not modelled";
}

function explain(what: string, path: Path): void {
  console.log(`${what}:`);
  const rules = new Map<string, Refusal>();
  for (const version of VERSIONS) {
    const m = path(boot(version));
    console.log(`    ${version.padEnd(6)}${told(m)}`);
    if (m.answer?.kind === "refusal") rules.set(m.answer.rule.id, m.answer);
  }
  for (const [id, refusal] of rules) {
    console.log(`  ${id} (${span(refusal)}): ${refusal.rule.when}`);
  }
}

if (import.meta.main) { for (const [what, path] of QUESTIONS) explain(what, path); }
