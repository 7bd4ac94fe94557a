/**
 * Recorded evidence: what a real kernel answered to the book's paths, as plain JSON. Another
 * implementation can read it too: a record is a script of system calls (the state before is the
 * script's own doing), and the answer to each call with the bytes that it changed.
 *
 * A file is `{ format, kernel, release, version, types, records }`; a record is `{ at, script, answers,
 * rules }`: the places in the book whose path it is, the script's lines, one answer line for each
 * step and one for the end, and the rules by which the model says that calls are refused, in order.
 */
import type { Version } from "bpfspec";
import { isLeft } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { ResultParser } from "./results.ts";
import { encodeScript, type Script, type ScriptResult } from "./script.ts";
import type { TypeIds } from "./type_ids.ts";

const Record = t.readonly(t.type({
  at: t.readonlyArray(t.string),
  script: t.readonlyArray(t.string),
  answers: t.readonlyArray(t.string),
  rules: t.readonlyArray(t.string),
}));

const EvidenceFile = t.readonly(t.intersection([
  t.type({
    format: t.literal(1),
    kernel: t.string,
    release: t.string,
    version: t.string,
    records: t.readonlyArray(Record),
  }),
  t.partial({ types: t.readonly(t.record(t.string, t.number)) }),
]));

export type EvidenceRecord = t.TypeOf<typeof Record>;
export type EvidenceFile = t.TypeOf<typeof EvidenceFile>;

/** The name that every recorded script has: what a script is called is no part of it. */
const NAME = "path";

/** The lines of a script, without its name: the key of a record. */
export function scriptLines(script: Script): readonly string[] {
  return encodeScript({ ...script, name: NAME }).trimEnd().split("\n");
}

/** The answers of a result as they are recorded. */
export function answerLines(script: Script, result: ScriptResult): readonly string[] {
  return result.lines.map((line) => line.replace(`done ${script.name}`, `done ${NAME}`));
}

/** What a kernel answered to scripts, looked up by script. */
export class Evidence {
  readonly #records: Map<string, EvidenceRecord>;

  constructor(readonly file: EvidenceFile) {
    this.#records = new Map(file.records.map((record) => [record.script.join("\n"), record]));
  }

  /** Reads a file's text; throws with the place of what is wrong with it. */
  static parse(name: string, text: string): Evidence {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw new Error(`${name}: not JSON: ${(error as Error).message}`);
    }
    const read = EvidenceFile.decode(json);
    if (isLeft(read)) {
      const [first] = read.left;
      const place = first.context.map(({ key }) => key).filter((key) => key !== "").join(".");
      throw new Error(`${name}: ${place || "the file"} is not as the format has it`);
    }
    return new Evidence(read.right);
  }

  /** The recorded answer to a script; undefined where there is none. */
  resultOf(script: Script): ScriptResult | undefined {
    const record = this.#records.get(scriptLines(script).join("\n"));
    if (record === undefined) return undefined;
    const [result] = new ResultParser().push(record.answers.join("\n") + "\n");
    return result;
  }

  /** The scripts that are recorded. */
  get scripts(): ReadonlySet<string> {
    return new Set(this.#records.keys());
  }
}

/** A file of records, in the order of the book, each script once. */
export function evidenceFile(
  kernel: Version,
  runner: { readonly release: string; readonly version: string },
  records: readonly EvidenceRecord[],
  types: TypeIds = {},
): EvidenceFile {
  const merged = new Map<string, EvidenceRecord>();
  for (const record of records) {
    const key = record.script.join("\n");
    const known = merged.get(key);
    const at = [...new Set([...known?.at ?? [], ...record.at])];
    merged.set(key, { ...record, at });
  }
  const { release, version } = runner;
  return { format: 1, kernel, release, version, types, records: [...merged.values()] };
}

/** The file's text: one line for each line of a script, so that a change can be read as a diff. */
export function evidenceText(file: EvidenceFile): string {
  return JSON.stringify(file, undefined, 1) + "\n";
}
