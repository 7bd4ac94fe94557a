/** What there is to say of a map or a program in one line each. */
import type { Kernel } from "../../kernel/kernel.ts";
import type { BpfMap } from "../../kernel/maps.ts";
import type { BpfProg } from "../../kernel/progs.ts";
import { atLeast, type Version } from "../../kernel/version.ts";

export type Kind = "map" | "prog";

interface Fact<O> {
  readonly name: string;
  readonly since?: Version;
  readonly of: (object: O) => number | string;
}

/** As the infos of the kernels have them; `map_extra` came with the second of the five. */
const MAP: readonly Fact<BpfMap>[] = [
  { name: "type", of: ({ spec }) => spec.map_type },
  { name: "id", of: ({ id }) => id },
  { name: "key_size", of: ({ spec }) => spec.key_size },
  { name: "value_size", of: ({ spec }) => spec.value_size },
  { name: "max_entries", of: ({ spec }) => spec.max_entries },
  { name: "map_flags", of: ({ spec }) => spec.map_flags },
  { name: "name", of: ({ spec }) => spec.name },
  { name: "map_extra", since: "6.1", of: () => 0 },
];

const PROG: readonly Fact<BpfProg>[] = [
  { name: "type", of: ({ prog_type }) => prog_type },
  { name: "id", of: ({ id }) => id },
  { name: "name", of: ({ name }) => name },
];

function inVersion<O>(k: Kernel, facts: readonly Fact<O>[]): readonly Fact<O>[] {
  return facts.filter(({ since }) => since === undefined || atLeast(k.version, since));
}

/** The names of the facts that a kernel tells of a kind of object. */
export function factNames(k: Kernel, kind: Kind): readonly string[] {
  const facts: readonly { readonly name: string }[] = kind === "map"
    ? inVersion(k, MAP)
    : inVersion(k, PROG);
  return facts.map(({ name }) => name);
}

/** One fact as text; undefined where there is no such object or no such fact. */
export function factOf(k: Kernel, kind: Kind, id: number, name: string): string | undefined {
  return kind === "map"
    ? told(inVersion(k, MAP), k.maps.table.get(id), name)
    : told(inVersion(k, PROG), k.progs.table.get(id), name);
}

function told<O>(facts: readonly Fact<O>[], object: O | undefined, name: string) {
  const fact = facts.find((each) => each.name === name);
  return object === undefined || fact === undefined ? undefined : String(fact.of(object));
}

/** The ids of the objects of a kind that there are. */
export function idsOf(k: Kernel, kind: Kind): readonly number[] {
  const ids = ([id]: readonly [number, unknown]) => id;
  return kind === "map"
    ? Array.from(k.maps.table.entries(), ids)
    : Array.from(k.progs.table.entries(), ids);
}
