/** What a call wrote to its caller, as far as a trace shows it. */
import { type Call, decodeInfo, INFOS, latin1, type Outcome } from "bpfspec";
import type { Shown } from "./event.ts";
import type { World } from "./world.ts";

type Kind = "map" | "prog";

/** A difference: what was observed, and what the model has. */
export interface Parted {
  readonly observed: string;
  readonly allowed: string;
}

/** The model's id of a real one. */
export function modelId(world: World, kind: Kind, real: number): number | undefined {
  for (const [model, known] of world.ids[kind]) if (known === real) return model;
  return undefined;
}

/** Whether a real id may be a model object's; from now on it is. */
function matchId(world: World, kind: Kind, model: number, real: number): boolean {
  const known = world.ids[kind].get(model);
  if (known !== undefined) return known === real;
  if (modelId(world, kind, real) !== undefined) return false;
  world.ids[kind].set(model, real);
  world.holes.push({ kind: "id", what: `${real} is the id of ${kind} ${model}` });
  return true;
}

/** Members of an info that BTF gives. */
const FROM_BTF: ReadonlySet<string> = new Set(["btf_id", "btf_key_type_id", "btf_value_type_id"]);
/** Members that the caller gives. */
const GIVEN: ReadonlySet<string> = new Set(["hash", "hash_size"]);

/** Holds the info of a map against the model's. */
export function compareInfo(
  world: World,
  outcome: Outcome,
  shown: Shown,
  id: number,
): Parted | undefined {
  const bytes = outcome.writes.find(({ field }) => field === "info")?.bytes;
  if (bytes === undefined || outcome.answer.kind !== "value") return undefined;
  const length = outcome.writes.find(({ field }) => field === "info_len")?.bytes.charCodeAt(0);
  if (shown.info_len !== undefined && length !== undefined && shown.info_len !== length) {
    return { observed: `info_len ${shown.info_len}`, allowed: `info_len ${length}` };
  }
  const own = decodeInfo("bpf_map_info", bytes) as Readonly<Record<string, unknown>>;
  const offsets = new Map<string, number>(
    INFOS.bpf_map_info.fields.map((field) => [field.name, field.offset]),
  );
  for (const [name, seen] of Object.entries(shown.info ?? {})) {
    if (GIVEN.has(name) || (FROM_BTF.has(name) && world.described.has(id))) continue;
    if (!(name in own) || offsets.get(name)! >= bytes.length) continue;
    if (name === "id") {
      if (!matchId(world, "map", id, Number(seen))) return another(world, id, Number(seen));
    } else if (plain(own[name]) !== plain(seen)) {
      return { observed: `${name} ${plain(seen)}`, allowed: `${name} ${plain(own[name])}` };
    }
  }
  return undefined;
}

function another(world: World, id: number, real: number): Parted {
  const own = world.ids.map.get(id);
  return { observed: `id ${real}`, allowed: own === undefined ? "another id" : `id ${own}` };
}

function plain(value: unknown): string {
  return String(value).replace(/\0+$/, "");
}

/** Fields whose bytes a command writes for another reason than to tell. */
const NOT_SHOWN: ReadonlySet<string> = new Set(["info_len", "next_id", "log_true_size"]);

/** Holds bytes that the trace shows against those that the model writes. */
export function compareBytes(outcome: Outcome, shown: Shown): Parted | undefined {
  for (const [field, seen] of Object.entries(shown.bytes ?? {})) {
    const write = outcome.writes.find((one) => one.field === field);
    if (write === undefined || NOT_SHOWN.has(field)) continue;
    const observed = latin1(seen);
    if (observed.slice(0, write.bytes.length) === write.bytes) continue;
    return { observed: `${field} ${hex(observed)}`, allowed: `${field} ${hex(write.bytes)}` };
  }
  return undefined;
}

export function hex(bytes: string): string {
  return Array.from(bytes, (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

const START = "";

/**
 * The key after a key of a map in random order: any other key that has not shown itself elsewhere in
 * the order; and what was seen once is seen again until the map changes.
 */
export function compareOrder(
  world: World,
  id: number,
  call: Extract<Call, { op: "bpf" }>,
  keys: readonly string[],
  observed: string | undefined,
): Parted | undefined {
  const { key } = call.attr as { key?: unknown };
  const given = key instanceof Uint8Array ? latin1(key, 0, keys[0].length) : START;
  const from = keys.includes(given) ? given : START;
  const seen = world.order.get(id) ?? new Map<string, string>();
  world.order.set(id, seen);
  const shown = observed === undefined ? "the end" : `next_key ${hex(observed)}`;
  const before = seen.get(from);
  if (before !== undefined) {
    const same = before === (observed ?? START);
    return same ? undefined : { observed: shown, allowed: "the key that followed before" };
  }
  const last = from !== START && seen.size === keys.length;
  const free = [...keys, ...(from === START ? [] : [START])]
    .filter((next) => next !== from && ![...seen.values()].includes(next));
  const next = observed ?? START;
  if (!free.includes(next) || (next === START && !last && seen.size < keys.length)) {
    return { observed: shown, allowed: "a key of the map that is still to come" };
  }
  seen.set(from, next);
  world.holes.push({ kind: "order", what: `${hex(from) || "the first key"}: ${shown}` });
  return undefined;
}
