/**
 * Holds what a real kernel answered against what the model answered, modulo what no specification
 * can determine: ids by a bijection, and the order of keys as a set.
 */
import {
  atLeast,
  ERRNO,
  errnoName,
  type IdKind,
  type IdPlace,
  type Kernel,
  latin1,
  type Step as ModelStep,
  type Version,
} from "bpfspec";
import { compareText, compareWords, type Ran, tellsWords } from "./compare_files.ts";
import { ID_AT } from "./ids.ts";
import {
  bytesOf,
  commandOf,
  expectedAreas,
  observedArea,
  patchedBytes,
  placeOf,
} from "./memory_after.ts";
import type { ScriptResult, StepResult } from "./script.ts";
import { OWN_BTF, type Translated, type Translation } from "./translate.ts";

/** Where a real kernel and the model part. */
export interface Difference {
  /** The index of the step in the script. */
  readonly step: number;
  readonly model: ModelStep;
  /** What the kernel answered: an errno name, a number, or the bytes that differ. */
  readonly observed: string;
  readonly allowed: string;
  /** The rule that the model refused with. */
  readonly rule: string | undefined;
}

export interface Comparison {
  /** Calls that were made on the real kernel and stand for one of the model's. */
  readonly calls: number;
  readonly agreed: number;
  /** Rules that the real kernel confirmed: it refused where and as the model did. */
  readonly confirmed: readonly string[];
  readonly difference?: Difference;
  /** Why the comparison ended before the path did. */
  readonly cut?: string;
}

/** Real ids by the model's. An object of somebody else's has none. */
class Bijection {
  readonly #real: Readonly<Record<IdKind, Map<number, number>>> = {
    map: new Map(),
    prog: new Map(),
    btf: new Map(),
    link: new Map(),
  };

  constructor(version: Version) {
    if (atLeast(version, "6.1")) this.#real.btf.set(OWN_BTF, OWN_BTF);
  }

  /** Whether the two may be the same object's; from now on they are. */
  matches(kind: IdKind, model: number, real: number): boolean {
    const ids = this.#real[kind];
    if (ids.has(model)) return ids.get(model) === real;
    if (this.isOurs(kind, real)) return false;
    ids.set(model, real);
    return true;
  }

  isOurs(kind: IdKind, real: number): boolean {
    return this.modelOf(kind, real) !== undefined;
  }

  /** The model's id of a real object of ours. */
  modelOf(kind: IdKind, real: number): number | undefined {
    for (const [model, own] of this.#real[kind]) if (own === real) return model;
    return undefined;
  }
}

/**
 * Compares a script's results with the path that it was made from. `before` gives the model's kernel
 * before a step of the path, for answers of which several are right.
 */
export function compare(
  translation: Translation,
  result: ScriptResult,
  before: (step: number) => Kernel,
): Comparison {
  const ids = new Bijection(before(0).version);
  const confirmed: string[] = [];
  let calls = 0;
  for (const [index, translated] of translation.steps.entries()) {
    const { model } = translated;
    const observed = result.steps[index];
    if (model === undefined) {
      learn(translation.steps[index - 1], observed, ids);
      continue;
    }
    if (ranOutOfMemory(model, observed)) {
      return { calls, agreed: calls, confirmed, cut: "the kernel had no memory for it" };
    }
    if (opensTheDying(model, observed)) {
      return { calls, agreed: calls, confirmed, cut: "an object was not gone yet" };
    }
    const parted = compareStep(translated, observed, ids, () => before(calls));
    calls++;
    if (parted !== undefined) {
      const rule = model.answer.kind === "refusal" ? model.answer.rule.id : undefined;
      const difference = { step: index, model, ...parted, rule };
      return { calls, agreed: calls - 1, confirmed, difference };
    }
    if (refusedAlike(model, observed)) confirmed.push(model.answer.rule.id);
  }
  const whole = { calls, agreed: calls, confirmed };
  return translation.cut === undefined ? whole : { ...whole, cut: translation.cut };
}

/** A step that only asked for an id: what it told is the id of what the step before made. */
function learn(asked: Translated | undefined, observed: StepResult | undefined, ids: Bijection) {
  const made = asked?.model?.made;
  if (made === undefined || observed?.kind !== "ran" || observed.areas[1] === undefined) return;
  ids.matches(made.kind, made.id, u32(observed.areas[1], ID_AT[made.kind]));
}

function refusedAlike(
  model: ModelStep,
  observed: StepResult | undefined,
): model is ModelStep & { answer: Extract<ModelStep["answer"], { kind: "refusal" }> } {
  return model.answer.kind === "refusal" && observed?.kind === "ran" &&
    observed.ret === -ERRNO[model.answer.errno];
}

/** Whether memory ran out where the model's machine had some: that is not the specification's. */
function ranOutOfMemory({ call, answer }: ModelStep, observed: StepResult | undefined): boolean {
  return commandOf(call) === "MAP_CREATE" && answer.kind === "value" &&
    observed?.kind === "ran" && observed.ret === -ERRNO.ENOMEM;
}

interface Parted {
  readonly observed: string;
  readonly allowed: string;
}

function compareStep(
  translated: Translated,
  observed: StepResult | undefined,
  ids: Bijection,
  before: () => Kernel,
): Parted | undefined {
  const model = translated.model!;
  if (observed === undefined) {
    return { observed: "nothing: the script ended", allowed: says(model) };
  }
  if (observed.kind === "not run") return { observed: observed.why, allowed: says(model) };
  if (model.undetermined !== undefined && model.call.op === "read") {
    return compareText(model, observed);
  }
  if (model.undetermined !== undefined) return amongKeys(translated, observed, before());
  if (isForeign(translated, observed, ids, before)) return undefined;
  if (tellsWords(model) && observed.ret >= 0) return compareWords(model, observed);
  if (!sameReturn(model, observed.ret)) {
    return { observed: named(observed.ret), allowed: says(model) };
  }
  return compareAreas(translated, observed, ids);
}

/** A return value as people read it. */
export function named(ret: number): string {
  return ret < 0 ? errnoName(-ret) ?? `errno ${-ret}` : String(ret);
}

function says({ answer }: ModelStep): string {
  switch (answer.kind) {
    case "value":
      return String(answer.ret);
    case "refusal":
      return answer.errno;
    case "unmodelled":
      return "anything";
  }
}

/** A mapping's number is the executor's to give; everything else is to be the same. */
function sameReturn({ call, answer }: ModelStep, observed: number): boolean {
  if (answer.kind === "refusal") return observed === -ERRNO[answer.errno];
  if (answer.kind !== "value") return true;
  return call.op === "mmap" ? observed >= 0 : observed === answer.ret;
}

/**
 * Whether a kernel opens by its id an object that nothing holds any more: what a pin held goes only
 * after a grace period, which no call waits for.
 */
function opensTheDying({ call, answer }: ModelStep, observed: StepResult | undefined): boolean {
  const byId = /^(MAP|PROG|BTF|LINK)_GET_FD_BY_ID$/.test(commandOf(call) ?? "");
  return byId && answer.kind === "refusal" && answer.rule.id.endsWith("/absent") &&
    observed?.kind === "ran" && observed.ret >= 0;
}

/**
 * GET_NEXT_ID may tell of an object that somebody else made, which the model does not have, or of
 * one of ours that is about to go.
 */
function isForeign(
  translated: Translated,
  observed: Ran,
  ids: Bijection,
  before: () => Kernel,
): boolean {
  const command = commandOf(translated.model!.call);
  const [, prefix] = /^(MAP|PROG|BTF|LINK)_GET_NEXT_ID$/.exec(command ?? "") ?? [];
  if (prefix === undefined) return false;
  if (observed.ret !== 0 || observed.areas[0] === undefined) return false;
  const { answer, writes } = translated.model!;
  const told = answer.kind === "value"
    ? writes.find(({ field }) => field === "next_id")
    : undefined;
  const kind = prefix.toLowerCase() as IdKind;
  const own = ids.modelOf(kind, u32(observed.areas[0], 4));
  return (own === undefined || isGone(before(), kind, own)) &&
    (answer.kind === "refusal" || told !== undefined) &&
    (answer.kind !== "refusal" || answer.errno === "ENOENT");
}

function isGone(k: Kernel, kind: IdKind, id: number): boolean {
  return k[`${kind}s`].table.get(id) === undefined;
}

function compareAreas(translated: Translated, observed: Ran, ids: Bijection): Parted | undefined {
  for (const [area, expected] of expectedAreas(translated)) {
    const seen = observedArea(translated, observed, area);
    const skip = new Set(patchedBytes(translated, area));
    for (const [from, to] of freeIn(translated, area)) {
      for (let i = from; i < Math.min(to, seen.length); i++) skip.add(i);
    }
    for (const { kind, offset, length } of idsIn(translated, area)) {
      for (let i = 0; i < length; i++) skip.add(offset + i);
      if (length < 4 || expected.length < offset + 4 || seen.length < offset + 4) continue;
      const [own, real] = [u32(expected, offset), u32(seen, offset)];
      if (!ids.matches(kind, own, real)) {
        return { observed: `id ${real}`, allowed: `the id of object ${own}` };
      }
    }
    const at = firstDifference(expected, seen, skip);
    if (at >= 0) return { observed: around(area, seen, at), allowed: around(area, expected, at) };
  }
  return undefined;
}

interface IdIn extends IdPlace {
  /** Four, or less where what was written ends in it. */
  readonly length: number;
}

/** The ids that a call wrote to an area. */
function idsIn(translated: Translated, area: number): readonly IdIn[] {
  return writesTo(translated, area).flatMap(({ write, offset }) =>
    (write.ids ?? []).filter((id) => id.offset < write.bytes.length).map((id) => ({
      kind: id.kind,
      offset: offset + id.offset,
      length: Math.min(4, write.bytes.length - id.offset),
    }))
  );
}

/** The bytes of an area that the machine decides, from and to. */
function freeIn(translated: Translated, area: number): readonly (readonly [number, number])[] {
  return writesTo(translated, area).flatMap(({ write, offset }) =>
    (write.free ?? []).map(([from, to]) => [offset + from, offset + to] as const)
  );
}

function writesTo(translated: Translated, area: number) {
  return translated.model!.writes.flatMap((write) => {
    const at = placeOf(translated, write.field);
    return at?.area === area ? [{ write, offset: at.offset + write.offset }] : [];
  });
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function firstDifference(a: Uint8Array, b: Uint8Array, skip: ReadonlySet<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i] && !skip.has(i)) return i;
  }
  return -1;
}

function around(area: number, bytes: Uint8Array, at: number): string {
  const shown = Array.from(bytes.slice(at, at + 8), (b) => b.toString(16).padStart(2, "0"));
  return `area ${area} from byte ${at}: ${shown.join(" ") || "nothing"}`;
}

/** A key of a map in random order: any of its keys but the one given, or the end after a key. */
function amongKeys(translated: Translated, observed: Ran, k: Kernel): Parted | undefined {
  const model = translated.model!;
  const keys = keysOf(k, model);
  const given = keyGiven(translated, keys[0].length);
  if (observed.ret === -ERRNO.ENOENT && keys.includes(given)) return undefined;
  if (observed.ret !== 0) {
    const same = sameReturn(model, observed.ret);
    return same ? undefined : { observed: named(observed.ret), allowed: "a key of the map" };
  }
  const at = placeOf(translated, "next_key") ?? { area: 0, offset: 0 };
  const area = observedArea(translated, observed, at.area);
  const told = latin1(area, at.offset, at.offset + keys[0].length);
  if (keys.includes(told) && told !== given) return undefined;
  return { observed: around(at.area, area, at.offset), allowed: "another key of the map" };
}

/** The keys of the map that a call is on. */
function keysOf(k: Kernel, { call, task }: ModelStep): readonly string[] {
  const fd = call.op === "bpf" ? (call.attr as { map_fd?: number }).map_fd : mapFd(call);
  const slot = k.tasks.get(task)!.fds.get((fd ?? 0) >>> 0)!;
  const { object } = k.files.get(slot.file)!;
  const map = object.of === "map" ? k.maps.table.get(object.id) : undefined;
  if (map?.contents.kind !== "hash") return [];
  const keys: string[] = [];
  for (const head of map.contents.buckets.values()) {
    for (let at: typeof head | undefined = head; at !== undefined; at = at.next) keys.push(at.key);
  }
  return keys;
}

function mapFd(call: ModelStep["call"]): number {
  return call.op === "raw" && call.attr instanceof Uint8Array ? u32(call.attr, 0) : 0;
}

function keyGiven(translated: Translated, size: number): string {
  const at = placeOf(translated, "key");
  if (at === undefined) return "";
  const area = bytesOf(translated.step.areas?.[at.area] ?? new Uint8Array());
  return latin1(area, at.offset, Math.min(at.offset + size, area.length));
}
