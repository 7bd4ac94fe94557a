/** What of a file system's answers is compared: the words that the executor prints. */
import { latin1, type Step as ModelStep } from "bpfspec";
import type { StepResult } from "./script.ts";

/** A step that was run. */
export type Ran = Extract<StepResult, { kind: "ran" }>;

interface Parted {
  readonly observed: string;
  readonly allowed: string;
}

/** The names in a directory, without those that some kernels put into a new bpffs. */
function namesOf({ words }: Ran): readonly string[] {
  const names = (words.names ?? "").split(",").filter((hex) => hex !== "").map((hex) =>
    latin1(Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)))
  );
  return names.filter((name) => name !== "maps.debug" && name !== "progs.debug");
}

/** Whether a call's answer stands in words: then those are held to the model. */
export function tellsWords({ call, answer }: ModelStep): boolean {
  return answer.kind === "value" &&
    (call.op === "stat" || call.op === "lstat" || call.op === "fstat" || call.op === "statfs" ||
      call.op === "getdents");
}

export function compareWords({ call, writes }: ModelStep, observed: Ran): Parted | undefined {
  if (call.op === "getdents") {
    const [seen, own] = [namesOf(observed), writes[0].bytes.split("\0").slice(0, -1)];
    const told = [seen.join(" "), own.join(" ")];
    return told[0] === told[1] ? undefined : { observed: told[0], allowed: told[1] };
  }
  for (const { field, bytes } of writes) {
    const [seen, own] = [Number(observed.words[field]), numberOf(bytes)];
    if (seen !== own) return { observed: `${field} ${seen}`, allowed: `${field} ${own}` };
  }
  return undefined;
}

/** A number from its bytes, little-endian. */
function numberOf(bytes: string): number {
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256 + bytes.charCodeAt(i);
  return value;
}

/**
 * A map's text whose order is random: where one read gave all of it, the lines are the same in some
 * order. What a shorter read gave cannot be told from what was left.
 */
export function compareText({ call, writes }: ModelStep, observed: Ran): Parted | undefined {
  const own = writes[0].bytes;
  const seen = latin1(observed.areas[1] ?? new Uint8Array());
  const whole = call.op === "read" && own.length < call.n && own.startsWith("# WARNING");
  if (observed.ret >= 0 && (!whole || sorted(own) === sorted(seen))) return undefined;
  return { observed: seen, allowed: `the lines of ${JSON.stringify(own)}` };
}

function sorted(text: string): string {
  return text.split("\n").sort().join("\n");
}
