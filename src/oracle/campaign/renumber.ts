/** Leaving out a call that made a descriptor: the later ones move down by one. */
import type { Call, Step } from "bpfspec";

const FD_FIELDS: ReadonlySet<string> = new Set([
  "map_fd",
  "btf_fd",
  "bpf_fd",
  "path_fd",
  "link_fd",
  "new_map_fd",
  "old_map_fd",
  "fd",
  "to",
  "dirfd",
]);

function lowered(value: unknown, from: number): unknown {
  return typeof value === "number" && value > from ? value - 1 : value;
}

function lowerFields<T extends object>(record: T, from: number): T {
  const entries = Object.entries(record).map(([name, value]) => [
    name,
    FD_FIELDS.has(name) ? lowered(value, from) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** A call with every descriptor above `from` one lower. */
function renumbered(call: Call, from: number): Call {
  if (call.op === "bpf") return { ...call, attr: lowerFields(call.attr, from) } as Call;
  if (call.op === "raw") return call;
  const lower = lowerFields(call, from);
  return lower.op === "send"
    ? { ...lower, fds: lower.fds.map((fd) => lowered(fd, from) as number) }
    : lower;
}

/** Whether a step gave its task a new descriptor, which it then returned. */
function madeDescriptor({ call, answer, made }: Step): number | undefined {
  if (answer.kind !== "value") return undefined;
  const opens = made !== undefined || call.op === "open" || call.op === "openat" ||
    call.op === "dup" ||
    (call.op === "bpf" && (call.cmd === "OBJ_GET" || call.cmd.endsWith("FD_BY_ID")));
  return opens ? answer.ret : undefined;
}

/** A trail without one of its steps, and with the descriptors of later ones moved where it made one. */
export function without(trail: readonly Step[], index: number): readonly Step[] {
  const fd = madeDescriptor(trail[index]);
  const rest = trail.toSpliced(index, 1);
  if (fd === undefined) return rest;
  return rest.map((step, i) => i < index ? step : { ...step, call: renumbered(step.call, fd) });
}
