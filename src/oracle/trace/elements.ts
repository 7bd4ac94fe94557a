/**
 * Elements of maps whose keys a trace does not show. Every answer is right that some key would give:
 * the call is made on each of the states that the map may be in.
 */
import {
  type BpfCall,
  type BpfMap,
  type Call,
  type Kernel,
  type Outcome,
  room,
  u32,
} from "bpfspec";
import type { Loose } from "./event.ts";
import type { Bounds, World } from "./world.ts";

/** One way that things may be: a kernel to make the call on, and the call with its holes filled. */
export interface Candidate {
  readonly kernel: Kernel;
  readonly call: Call;
}

/** More than any call reads or writes. */
export const ANY_ROOM = room(Number.MAX_SAFE_INTEGER);

export const ELEMENT_COMMANDS: ReadonlySet<string> = new Set([
  "MAP_LOOKUP_ELEM",
  "MAP_UPDATE_ELEM",
  "MAP_DELETE_ELEM",
  "MAP_GET_NEXT_KEY",
]);

export function withAttr(call: BpfCall, change: Loose): BpfCall {
  return { ...call, attr: { ...call.attr, ...change } } as BpfCall;
}

/** Whether a pointer field is an address whose memory the trace does not show. */
export function isHole(value: unknown): boolean {
  return (typeof value === "number" || typeof value === "bigint") && BigInt(value) !== 0n;
}

/** The bounds of a hash map's elements, as far as they are known. */
function boundsOf(world: World, map: BpfMap): Bounds {
  const exact = map.contents.kind === "hash" ? map.contents.count : 0;
  const program = Array.from(world.kernel.progs.table.values())
    .some((prog) => prog.maps.includes(map.id));
  const free = program || world.lasting.has(`map ${map.id}`);
  if (free) return { low: 0, high: map.spec.max_entries };
  return world.bounds.get(map.id) ?? { low: exact, high: exact };
}

/** Whether what a map holds is known but for values. */
export function isExact(world: World, map: BpfMap): boolean {
  if (map.contents.kind !== "hash") return true;
  const { low, high } = boundsOf(world, map);
  return !world.bounds.has(map.id) && low === map.contents.count && low === high;
}

/** The ways that things may be for an element call with an unknown key or on an unknown map. */
export function candidatesOf(world: World, call: BpfCall, map: BpfMap): readonly Candidate[] {
  const attr = call.attr as Loose;
  const filled = withAttr(call, {
    ...(isHole(attr.value) ? { value: ANY_ROOM } : {}),
    ...(isHole(attr.next_key) ? { next_key: ANY_ROOM } : {}),
  });
  const { kernel } = world;
  if (map.contents.kind === "array") {
    const keys = isHole(attr.key) ? arrayKeys(map) : [attr.key];
    return keys.map((key) => ({ kernel, call: withAttr(filled, { key }) }));
  }
  const key = attr.key === undefined || attr.key === 0 || attr.key === 0n ? attr.key : ANY_ROOM;
  const own = withAttr(filled, { key });
  return hashStates(world, map).map((state) => ({ kernel: withMap(kernel, state), call: own }));
}

/** An index that has an element, the last one, and one beyond. */
function arrayKeys({ spec }: BpfMap): readonly Uint8Array[] {
  const beyond = spec.max_entries < 2 ** 32 - 1 ? [u32(spec.max_entries)] : [];
  return [u32(0), u32(spec.max_entries - 1), ...beyond];
}

function withMap(k: Kernel, map: BpfMap): Kernel {
  return { ...k, maps: { ...k.maps, table: k.maps.table.set(map.id, map) } };
}

/**
 * A hash map with and without the key (which is all zeros, as good as any), as full as the bounds
 * have it: the key alone or before another, another alone, or nothing.
 */
function hashStates(world: World, map: BpfMap): readonly BpfMap[] {
  const { low, high } = boundsOf(world, map);
  const { spec } = map;
  const own = { key: "\0".repeat(spec.key_size), value: "\0".repeat(spec.value_size) };
  const other = { key: "\x01".repeat(spec.key_size), value: own.value, next: undefined };
  const states: BpfMap[] = [];
  const add = (
    head: typeof other | (typeof own & { next: unknown }) | undefined,
    count: number,
  ) => {
    if (count >= low && count <= high) states.push(stateOf(map, head as Head, count));
  };
  for (const count of new Set([low, high, Math.max(low, 1), Math.max(high - 1, low)])) {
    if (count === 0) add(undefined, 0);
    else {
      add({ ...own, next: undefined }, count);
      if (count > 1) add({ ...own, next: other }, count);
      add(other, count);
    }
  }
  return states;
}

type Hash = Extract<BpfMap["contents"], { kind: "hash" }>;
type Head = ReturnType<Hash["buckets"]["get"]>;

/** One bucket, so that every key falls into it. */
function stateOf(map: BpfMap, head: Head, count: number): BpfMap {
  let { buckets } = map.contents as Hash;
  for (const [index] of buckets.entries()) buckets = buckets.delete(index);
  if (head !== undefined) buckets = buckets.set(0, head);
  return {
    ...map,
    spec: { ...map.spec, bucketMask: 0 },
    contents: { kind: "hash", buckets, count },
  };
}

const NOEXIST = 1n;
const EXIST = 2n;

/** What an answer tells of the number of elements. */
export function learn(
  world: World,
  call: BpfCall,
  map: BpfMap,
  { answer }: Outcome,
): void {
  const { low, high } = boundsOf(world, map);
  const most = map.spec.max_entries;
  const succeeded = answer.kind === "value";
  const set = (l: number, h: number) => world.bounds.set(map.id, { low: l, high: h });
  const attr = call.attr as Loose;
  const flags = BigInt(attr.flags as number | bigint ?? 0) & ~4n;
  if (call.cmd === "MAP_DELETE_ELEM" && succeeded) set(Math.max(low - 1, 0), high - 1);
  else if (call.cmd === "MAP_UPDATE_ELEM" && succeeded) {
    if (flags === NOEXIST) set(low + 1, Math.min(high + 1, most));
    else if (flags === EXIST) set(Math.max(low, 1), high);
    else set(Math.max(low, 1), Math.min(high + 1, most));
  } else if (answer.kind === "refusal" && answer.errno === "E2BIG") set(most, most);
  else if (succeeded) set(Math.max(low, 1), high);
  else if (call.cmd === "MAP_GET_NEXT_KEY" && !isHole(attr.key)) {
    if (attr.key === undefined || attr.key === 0 || attr.key === 0n) set(0, 0);
  } else set(low, high);
}
