import {
  type Call,
  CAPABILITIES,
  type Capability,
  capabilityMask,
  type Version,
  VERSIONS,
} from "bpfspec";
import { Command } from "commander";
import {
  type Allowed,
  type CheckOptions,
  checkTrace,
  readTrace,
  showPlace,
  TraceError,
  type TraceReport,
} from "../oracle/trace/mod.ts";
import { placeOfRule } from "./places.ts";
import { UsageError } from "./usage.ts";

const HELP = `
A trace is what strace prints, or JSON (src/oracle/trace/json.ts has the form):
  strace -f -v -X verbose -s 4096 -o trace.strace PROGRAM
  bpfspec check trace.strace
Every answer of the kernel is held to the model. What a trace does not show (the contents of keys and
values, ids before they are told, what stood on the bpffs) is filled in by what is observed later.
Exit code 0: allowed; 1: not allowed; 2: a trace cannot be read.
`;

interface Options {
  readonly kernel?: string;
  readonly bpffs: string;
  readonly fresh?: boolean;
  readonly uid?: string;
  readonly without?: readonly string[];
  readonly holes?: boolean;
}

/** `bpfspec check TRACE...`: whether the model allows what a real program was answered. */
export function checkCommand(): Command {
  return new Command("check")
    .description("Say whether the model allows a trace of a real program, or where it does not")
    .argument("<trace...>", "files of strace's lines, or of JSON")
    .option("-k, --kernel <version>", `one of ${VERSIONS.join(", ")}; 6.18, or what a trace names`)
    .option("--bpffs <path>", "where the bpffs is mounted", "/sys/fs/bpf")
    .option("--fresh", "the bpffs is empty at the start")
    .option("--uid <n>", "the uid of the first process; one other than 0 has no capabilities")
    .option("--without <capability...>", "capabilities that the first process does not have")
    .option("--holes", "say what the trace left open and how it was filled")
    .addHelpText("after", HELP)
    .action(async (files: string[], options: Options) => {
      let allowed = true;
      for (const file of files) allowed = await checkFile(file, options) && allowed;
      Deno.exit(allowed ? 0 : 1);
    });
}

async function checkFile(file: string, options: Options): Promise<boolean> {
  const text = await read(file);
  try {
    const trace = readTrace(file, text);
    const version = versionOf(options.kernel) ?? trace.kernel ?? "6.18";
    const report = checkTrace(trace, optionsOf(version, options));
    await tell(report, version, options.holes === true);
    return report.refuted === undefined;
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(error.message);
    throw error;
  }
}

async function read(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}

function versionOf(text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  const version = VERSIONS.find((known) => known === text);
  if (version !== undefined) return version;
  throw new UsageError(`--kernel takes one of ${VERSIONS.join(", ")}, not "${text}"`);
}

function optionsOf(version: Version, options: Options): CheckOptions {
  return {
    version,
    bpffs: options.bpffs.replace(/\/+$/, ""),
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    before: caller(options),
  };
}

/** The calls that make the first process what the options say. */
function caller({ uid, without }: Options): readonly Call[] {
  if (uid !== undefined) {
    const number = Number(uid);
    if (!Number.isInteger(number) || number < 0) throw new UsageError("--uid takes a number");
    return [{ op: "setuid", uid: number }];
  }
  if (without === undefined) return [];
  const all = Object.keys(CAPABILITIES) as Capability[];
  const unknown = without.find((name) => !(all as string[]).includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--without takes capabilities (${all.join(", ")}), not "${unknown}"`);
  }
  return [{ op: "capset", mask: capabilityMask(all.filter((name) => !without.includes(name))) }];
}

async function tell(report: TraceReport, version: Version, holes: boolean): Promise<void> {
  const { trace, refuted } = report;
  const word = refuted === undefined ? "allowed" : "NOT allowed";
  console.log(`${trace.file}: ${word} by ${version}: ${counts(report)}`);
  if (refuted !== undefined) {
    const { observed, allowed } = refuted.judgement;
    console.log(`${showPlace(refuted.event.place)}: ${refuted.event.name}`);
    const rules = await Promise.all(allowed.map(ruleOf));
    const answers = allowed.map(({ answer }) => answer).join(", ");
    console.log(`  observed ${observed}; allowed ${answers}${rules.join("")}`);
  }
  if (holes) { for (const { kind, what } of report.holes) console.log(`  ${kind}: ${what}`); }
}

async function ruleOf({ rule }: Allowed): Promise<string> {
  if (rule === undefined) return "";
  const place = await placeOfRule(rule.id);
  const book = place === undefined ? "" : `; ${place.file}:${place.line}`;
  return `; rule ${rule.id}${book}`;
}

/** How many calls were judged, and why others were not. */
function counts({ checked }: TraceReport): string {
  const whys = new Map<string, number>();
  let [judged, apart] = [0, 0];
  for (const { judgement } of checked) {
    if (judgement.kind === "no matter") apart++;
    else if (judgement.kind === "not judged") {
      whys.set(judgement.why, (whys.get(judgement.why) ?? 0) + 1);
    } else judged++;
  }
  const not = [...whys.values()].reduce((sum, n) => sum + n, 0);
  const reasons = [...whys].map(([why, n]) => `${n}: ${why}`).join("; ");
  const shown = reasons === "" ? "" : ` (${reasons})`;
  return `${judged} calls judged, ${not} not${shown}; ${apart} of no matter to bpf(2)`;
}
