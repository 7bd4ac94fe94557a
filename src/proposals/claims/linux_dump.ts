/** What persistent-maps-commit.txt announces: dumps, and checkpoints made of them. */
import { decodeInfo } from "../../abi/infos.ts";
import { latin1, room } from "../../abi/memory.ts";
import { VERSIONS } from "../../kernel/version.ts";
import type { Version } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { A, did, get, KEY, MAP, pinned, PROG, using, VALUE, wordBytes } from "./linux_moves.ts";

const source = "persistent-maps-commit";

const INFO = 80;

function infoOf(m: Machine, bpf_fd: number) {
  const asked = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: INFO, info: room(INFO) });
  return asked.result === 0
    ? decodeInfo("bpf_map_info", latin1(asked.out.info as Uint8Array))
    : undefined;
}

type Attr = Parameters<Machine["bpf"]>[1] & Record<string, number | string>;

/** What MAP_CREATE takes, as the info has it. */
function attrOf(m: Machine, bpf_fd: number): Attr | undefined {
  const info = infoOf(m, bpf_fd);
  if (info === undefined) return undefined;
  const { type: map_type, key_size, value_size, max_entries, map_flags, name } = info;
  const map_name = name.split("\0")[0];
  return { map_type, key_size, value_size, max_entries, map_flags, map_name };
}

const NO_PREALLOC = 1, RDONLY = 8, WRONLY = 16, ZERO_SEED = 64, RDONLY_PROG = 128;

/** Attributes of every kind, by what MAP_CREATE may be given. */
function attrs(flags: readonly number[]): readonly Attr[] {
  const sizes = [1, 4, 5, 8, 64];
  return [1, 2].flatMap((map_type) =>
    sizes.flatMap((value_size) =>
      flags.flatMap((map_flags) =>
        ["", "m", "fifteen_letters"].map((map_name): Attr => ({
          map_type,
          key_size: 4,
          value_size,
          max_entries: 3,
          map_flags,
          map_name,
        }))
      )
    )
  );
}

function created(version: Version, attr: Attr): Machine {
  return boot(version).bpf("MAP_CREATE", attr);
}

/** Every attribute of a map is told as it was given. */
function toldAsGiven(flags: readonly number[]): Finding {
  return every(pairs(VERSIONS, attrs(flags)), ([version, attr]) => {
    const m = created(version, attr);
    if (!did(m)) return undefined;
    const told = attrOf(m, 3);
    const other = Object.keys(attr).find((name) => told?.[name] !== attr[name]);
    return other === undefined
      ? undefined
      : [version, `MAP_CREATE ${other} ${attr[other]}`, `${other} is told as ${told?.[other]}`];
  });
}

const MAPS_FLAGS = [0, NO_PREALLOC, ZERO_SEED, NO_PREALLOC | ZERO_SEED, RDONLY_PROG];

interface State {
  readonly attr: Attr;
  readonly keys: readonly number[];
  readonly frozen: boolean;
}

/** Small maps in every state: which of three keys they have, and whether they are frozen. */
const STATES: readonly State[] = [1, 2].flatMap((map_type) =>
  [[], [0], [2, 1], [0, 1, 2]].flatMap((keys) =>
    [false, true].map((frozen): State => ({
      attr: { map_type, key_size: 4, value_size: 4, max_entries: 3, map_flags: 0, map_name: "m" },
      keys,
      frozen,
    }))
  )
);

function filled(m: Machine, { attr, keys, frozen }: State): Machine {
  let made = m.bpf("MAP_CREATE", attr);
  const map_fd = made.result as number;
  for (const key of keys) {
    made = made.bpf("MAP_UPDATE_ELEM", { map_fd, key: wordBytes(key), value: wordBytes(key + 7) });
  }
  return frozen ? made.bpf("MAP_FREEZE", { map_fd }) : made;
}

/** What is in a map, by its keys in their order of numbers. */
function contents(m: Machine, map_fd: number): string {
  const found: string[] = [];
  let key: Uint8Array | 0 = 0;
  while (true) {
    const next: Machine = m.bpf("MAP_GET_NEXT_KEY", { map_fd, key, next_key: room(4) });
    if (next.result !== 0) return found.sort().join();
    key = next.out.next_key as Uint8Array;
    const read = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key, value: room(4) });
    found.push(`${Array.from(key)}=${Array.from(read.out.value as Uint8Array)}`);
  }
}

const NOEXIST = 1, EXIST = 2;

/** Whether a map takes nothing, found out by updates that cannot change anything. */
function isFrozen(m: Machine, map_fd: number): boolean {
  const first = m.bpf("MAP_GET_NEXT_KEY", { map_fd, key: 0, next_key: room(4) });
  const some = first.result === 0;
  const key = some ? first.out.next_key as Uint8Array : KEY;
  const tried = m.bpf("MAP_UPDATE_ELEM", {
    map_fd,
    key,
    value: VALUE,
    flags: some ? NOEXIST : EXIST,
  });
  return tried.answer?.kind === "refusal" && tried.answer.errno === "EPERM";
}

interface Dump {
  readonly attr: Attr;
  readonly frozen: boolean;
  readonly text: string;
}

/** Reads a map's state through its descriptor alone. */
function dumped(m: Machine, fd: number): Dump {
  return { attr: attrOf(m, fd)!, frozen: isFrozen(m, fd), text: contents(m, fd) };
}

/** Contents, attributes and being frozen come back, on another kernel than the first. */
function comesBack(): Finding {
  return every(pairs(pairs(VERSIONS, VERSIONS), STATES), ([[from, to], state]) => {
    const before = dumped(filled(boot(from), state), 3);
    const after = dumped(refilled(boot(to), before), 3);
    const same = JSON.stringify(before) === JSON.stringify(after);
    return same ? undefined : [from, to, JSON.stringify(state), "another map"];
  });
}

function refilled(m: Machine, { attr, frozen, text }: Dump): Machine {
  let made = m.bpf("MAP_CREATE", attr);
  for (const pair of text.match(/\d+,\d+,\d+,\d+=\d+,\d+,\d+,\d+/g) ?? []) {
    const [key, value] = pair.split("=").map((part) => Uint8Array.from(part.split(","), Number));
    made = made.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key, value });
  }
  return frozen ? made.bpf("MAP_FREEZE", { map_fd: 3 }) : made;
}

/** A restored process next to what it was: all that bpf(2) tells of its map. */
function sameInEveryRespect(): Finding {
  return every(STATES, (state) => {
    const m = filled(boot("6.18"), state);
    const again = refilled(m.close(3), dumped(m, 3));
    const [was, is] = [infoOf(m, 3)!, infoOf(again, 3)!];
    const other = (Object.keys(was) as (keyof typeof was)[]).find((name) => was[name] !== is[name]);
    return other === undefined
      ? undefined
      : ["MAP_CREATE", "dump", "close", "MAP_CREATE", `its ${other} is another`];
  });
}

/** A program that used the map goes on with the restored one. */
function programsFollow(): Finding {
  return every(VERSIONS, (version) => {
    const m = boot(version).bpf("MAP_CREATE", MAP)
      .bpf("PROG_LOAD", using(3), { verdict: "accept" });
    const again = refilled(m.close(3), dumped(m, 3));
    const [prog] = again.progIds;
    const used = again.kernel.progs.table.get(prog)?.maps[0];
    return used === infoOf(again, 3)?.id
      ? undefined
      : ["MAP_CREATE", "PROG_LOAD", "dump", "close", "MAP_CREATE", "the program uses the old map"];
  });
}

/** Every way of opening a map, and whether what is in it can be dumped through that. */
function allDumped(): Finding {
  const ways = [0, RDONLY, WRONLY];
  return every(pairs(VERSIONS, ways), ([version, file_flags]) => {
    const got = pinned(version).bpf("OBJ_GET", { pathname: A, file_flags });
    const read = contents(got, got.result as number) !== "";
    const way = file_flags === 0 ? "" : file_flags === RDONLY ? " BPF_F_RDONLY" : " BPF_F_WRONLY";
    return read ? undefined : [version, "OBJ_PIN", `OBJ_GET${way}`, "nothing can be read"];
  });
}

/** After OBJ_GET, whoever got it may ask what it is: privilege or not, whatever the mode. */
function inspected(): Finding {
  const ways = [0, RDONLY, WRONLY];
  return every(pairs(VERSIONS, ways), ([version, file_flags]) => {
    const got = pinned(version, { config: { unprivileged_bpf_disabled: 0 } })
      .bpf("OBJ_GET", { pathname: A, file_flags });
    const told = attrOf(got.capset([]), got.result as number);
    return told?.max_entries === MAP.max_entries ? undefined : [version, "OBJ_GET", "no info"];
  });
}

/** The same for a program: its instructions belong to its specification. */
function programInspected(): Finding {
  const privileges = [true, false];
  return every(pairs(VERSIONS, privileges), ([version, privileged]) => {
    const config = { unprivileged_bpf_disabled: 0 } as const;
    const got = get(
      boot(version, { config }).bpf("PROG_LOAD", PROG).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }),
      A,
    );
    const m = privileged ? got : got.capset([]);
    const asked = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: 4, info_len: 64, info: room(64) });
    const info = decodeInfo("bpf_prog_info", latin1(asked.out.info as Uint8Array));
    if (info.xlated_prog_len === PROG.insns.length) return undefined;
    const steps = [version, "PROG_LOAD", "OBJ_PIN", "OBJ_GET", "drop all capabilities"];
    return [...steps, `the program is told to have ${info.xlated_prog_len} bytes`];
  });
}

export const LINUX_DUMP_CLAIMS: readonly Claim[] = [
  {
    id: "persistent-maps-commit/specification-of-maps",
    source,
    says: "a descriptor gives back what its map was made with: type, sizes, flags, name",
    verdict: "holds",
    check: () => toldAsGiven(MAPS_FLAGS),
  },
  {
    id: "persistent-maps-commit/specification-of-all",
    source,
    says: "a descriptor gives back all flags of MAP_CREATE",
    verdict: "fails",
    check: () => toldAsGiven([...MAPS_FLAGS, RDONLY, WRONLY]),
  },
  {
    id: "persistent-maps-commit/specification-of-programs",
    source,
    says: "a descriptor gives back the specification of a program to whoever has it",
    verdict: "fails",
    check: programInspected,
  },
  {
    id: "persistent-maps-commit/inspect-after-get",
    source,
    says: "whoever got a map by its name can look at its metadata",
    verdict: "holds",
    check: inspected,
  },
  {
    id: "persistent-maps-commit/contents-dumped",
    source,
    says: "whoever got a map by its name can dump what is in it",
    verdict: "fails",
    check: allDumped,
  },
  {
    id: "persistent-maps-commit/checkpoint",
    source,
    says:
      "attributes, contents and being frozen come back in a map that is made from a dump, on any kernel",
    verdict: "holds",
    check: comesBack,
  },
  {
    id: "persistent-maps-commit/checkpoint-of-all",
    source,
    says: "a map that is made from a dump is told as the one before was",
    verdict: "fails",
    check: sameInEveryRespect,
  },
  {
    id: "persistent-maps-commit/checkpoint-of-programs",
    source,
    says: "programs go on with the map that is made from a dump",
    verdict: "fails",
    check: programsFollow,
  },
];
