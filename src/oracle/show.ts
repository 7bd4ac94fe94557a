/** Paths and calls as people read them, and as an example of the book. */
import { type Call, type Ptr, type Step, type Version } from "bpfspec";

function pointer(value: Ptr | undefined | Uint8Array): string {
  if (value instanceof Uint8Array) return bytes(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `0x${value.toString(16)}n`;
  if (typeof value === "object") return "room" in value ? `room(${value.room})` : fields(value);
  return String(value);
}

function bytes(value: Uint8Array): string {
  if (value.length > 16 && value.every((byte) => byte === value[0])) {
    return `new Uint8Array(${value.length}).fill(${value[0]})`;
  }
  return `bytes(${value.join(", ")})`;
}

function fields(record: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${pointer(value as Ptr)}`);
  return shown.length === 0 ? "{}" : `{ ${shown.join(", ")} }`;
}

/** A call as the method of a machine that makes it. */
export function showCall(call: Call): string {
  if (call.op === "bpf") {
    const { op: _op, cmd, attr, ...options } = call;
    const given = Object.values(options).some((value) => value !== undefined);
    const last = given ? `, ${fields(options as Record<string, unknown>)}` : "";
    return `bpf("${cmd}", ${fields(attr as Record<string, unknown>)}${last})`;
  }
  if (call.op === "raw") {
    const { op: _op, memory: _memory, ...rest } = call;
    return `rawBpf(${fields(rest as Record<string, unknown>)})`;
  }
  const { op: _op, ...args } = call;
  return `call(${fields({ op: JSON.stringify(call.op), ...args }).replace(/"\\"|\\""/g, '"')})`;
}

/** A path as an example of the book, ready to paste. */
export function exampleOf(version: Version, trail: readonly Step[], expected: string): string {
  const lines = [`boot("${version}")`];
  let task = 0;
  for (const step of trail) {
    if (step.task !== task) lines.push(`  .as(${task = step.task})`);
    lines.push(`  .${showCall(step.call)}`);
  }
  return [...lines, `  .result; // => ${expected}`].join("\n");
}
