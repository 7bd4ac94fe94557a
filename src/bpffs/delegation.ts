/** The names that `delegate_*` options take and that /proc/mounts shows: those of the uapi enums. */
import { ATTACH_TYPES, MAX_ATTACH_TYPE } from "../abi/attach_types.ts";
import { COMMANDS } from "../abi/commands.ts";
import type { Enumerator } from "../abi/enumerator.ts";
import { MAP_TYPES, MAX_MAP_TYPE } from "../abi/map_types.ts";
import { MAX_PROG_TYPE, PROG_TYPES } from "../abi/prog_types.ts";
import type { Delegation } from "../kernel/inodes.ts";
import { existsIn, type Version } from "../kernel/version.ts";

interface Delegated {
  readonly key: keyof Delegation;
  readonly option: string;
  /** What the names of the enum begin with and the option leaves out. */
  readonly prefix: string;
  /** In the order of the enum; of two names of a number the first is shown. */
  readonly names: readonly Enumerator[];
  /** The first number that names nothing. */
  readonly end: (version: Version) => number;
}

const COMMAND_NAMES: readonly Enumerator[] = COMMANDS.flatMap(({ name, number, since }) => {
  const own: Enumerator = { name: `BPF_${name}`, value: number, since };
  return name === "PROG_TEST_RUN" ? [own, { ...own, name: "BPF_PROG_RUN" }] : [own];
});

/** The header's newer names stand before the older ones. */
const RENAMED = ["BPF_MAP_TYPE_CGROUP_STORAGE", "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE"];

const MAP_NAMES: readonly Enumerator[] = MAP_TYPES.flatMap((own: Enumerator) =>
  RENAMED.includes(own.name) ? [{ ...own, name: `${own.name}_DEPRECATED` }, own] : [own]
);

export const DELEGATED: readonly Delegated[] = [
  {
    key: "cmds",
    option: "delegate_cmds",
    prefix: "BPF_",
    names: COMMAND_NAMES,
    end: (version) => COMMANDS.filter(({ since }) => existsIn(version, { since })).length,
  },
  {
    key: "maps",
    option: "delegate_maps",
    prefix: "BPF_MAP_TYPE_",
    names: MAP_NAMES,
    end: (version) => MAX_MAP_TYPE[version],
  },
  {
    key: "progs",
    option: "delegate_progs",
    prefix: "BPF_PROG_TYPE_",
    names: PROG_TYPES,
    end: (version) => MAX_PROG_TYPE[version],
  },
  {
    key: "attachs",
    option: "delegate_attachs",
    prefix: "BPF_",
    names: ATTACH_TYPES,
    end: (version) => MAX_ATTACH_TYPE[version],
  },
];

const ALL = (1n << 64n) - 1n;

/** The bits that a name stands for; undefined where a version does not know it. */
export function maskOf(version: Version, key: keyof Delegation, name: string): bigint | undefined {
  if (name === "any") return ALL;
  const { prefix, names } = DELEGATED.find((each) => each.key === key)!;
  const found = names.find((each) =>
    existsIn(version, each) && each.name.slice(prefix.length) === name.toUpperCase()
  );
  return found === undefined ? undefined : 1n << BigInt(found.value);
}

/** What is delegated, as /proc/mounts has it: `,delegate_cmds=map_create:prog_load`. */
export function shownDelegation(version: Version, delegation: Delegation): string {
  return DELEGATED.map(({ key, option, prefix, names, end }) => {
    const any = (1n << BigInt(end(version))) - 1n;
    let left = delegation[key] & any;
    if (left === 0n) return "";
    if (left === any) return `,${option}=any`;
    const shown: string[] = [];
    for (const { name, value, since } of names) {
      const bit = 1n << BigInt(value);
      if ((left & bit) === 0n || !existsIn(version, { since })) continue;
      shown.push(name.slice(prefix.length).toLowerCase());
      left &= ~bit;
    }
    return `,${option}=${shown.join(":")}`;
  }).join("");
}
