/** What the texts claim of attributes: kobjects, sysfs, extended attributes. */
import { BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_HASH } from "../../abi/constants.ts";
import { decodeInfo } from "../../abi/infos.ts";
import { latin1, room } from "../../abi/memory.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import type { Machine } from "../../machine/machine.ts";
import { attributes, type KobjectReading } from "../attributes/proposal.ts";
import { catSysfs, factAt, lsSysfs } from "../attributes/tool.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { after, type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";

type AttributeMachine = Machine;

const DEVICES = "file-system-or-devices";
const PIN = "/sys/fs/bpf/m";

/** Maps of both types and of several sizes. */
const MAPS = pairs([BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY], [4, 8, 64])
  .map(([map_type, value_size]) => ({
    map_type,
    key_size: 4,
    value_size,
    max_entries: 4,
    map_name: `of_${value_size}`,
  }));

const begin = (version: Version, reading: KobjectReading = "follows") =>
  propose(attributes(reading), version);

function namesOf(m: AttributeMachine): readonly string[] {
  const names = lsSysfs(m, "/sys/kernel/bpf/maps/1");
  return Array.isArray(names) ? names : [];
}

/** The files of a map against its info. */
function kobjectsTell([map, version]: readonly [(typeof MAPS)[number], Version]): Contradiction {
  const m = begin(version).bpf("MAP_CREATE", map)
    .bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: 3, info_len: 80, info: room(80) });
  const info: Readonly<Record<string, unknown>> = decodeInfo(
    "bpf_map_info",
    latin1(m.out.info as Uint8Array),
  );
  const wrong = namesOf(m).find((name) => {
    const told = String(info[name] ?? 0).replace(/\0.*$/s, "");
    return catSysfs(m, `/sys/kernel/bpf/maps/1/${name}`) !== `${told}\n`;
  });
  return wrong === undefined ? undefined : ["MAP_CREATE", `cat of ${wrong} differs from the info`];
}

/** Extended attributes against the files of sysfs. */
function sameAsSysfs([map, version]: readonly [(typeof MAPS)[number], Version]): Contradiction {
  const m = begin(version).bpf("MAP_CREATE", map).bpf("OBJ_PIN", { pathname: PIN, bpf_fd: 3 });
  const wrong = namesOf(m).find((name) =>
    `${factAt(m, PIN, name)}\n` !== catSysfs(m, `/sys/kernel/bpf/maps/1/${name}`)
  );
  return wrong === undefined ? undefined : ["MAP_CREATE", "OBJ_PIN", `${wrong} is told otherwise`];
}

const PROGRAM = {
  prog_type: 1,
  insn_cnt: 2,
  insns: Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0),
  license: "GPL",
};

/** A node of any name: what is it of? */
function tellsKind([kind, mode]: readonly ["map" | "prog", number]): Contradiction {
  const start = begin("6.18");
  const made = kind === "map" ? start.bpf("MAP_CREATE", MAPS[0]) : start.bpf("PROG_LOAD", PROGRAM);
  const m = made.bpf("OBJ_PIN", { pathname: PIN, bpf_fd: 3 }).chmod(PIN, mode);
  // Only maps have keys of a size.
  const isMap = typeof factAt(m, PIN, "key_size") === "string";
  const hasType = typeof factAt(m, PIN, "type") === "string";
  return hasType && isMap === (kind === "map") ? undefined : ["OBJ_PIN", "getxattr tells nothing"];
}

const key = (n: number) => Uint8Array.of(n, 0, 0, 0);

const MOVES: readonly Move[] = [
  ...[1, 2].map((n): Move => ({
    name: `MAP_UPDATE_ELEM of the key ${n}`,
    make: (m) => m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: key(n), value: key(7) }),
  })),
  { name: "MAP_DELETE_ELEM", make: (m) => m.bpf("MAP_DELETE_ELEM", { map_fd: 3, key: key(1) }) },
  { name: "MAP_FREEZE", make: (m) => m.bpf("MAP_FREEZE", { map_fd: 3 }) },
];

/** Whether sysfs ever shows anything of what is in a map. */
function sysfsShowsNoKeys(): Finding {
  const start = begin("6.18").bpf("MAP_CREATE", MAPS[0]);
  const told = (m: AttributeMachine) =>
    JSON.stringify(namesOf(m).map((name) => catSysfs(m, `/sys/kernel/bpf/maps/1/${name}`)));
  const before = told(start);
  return search(
    start,
    MOVES,
    4,
    (m) => told(m) === before ? undefined : "sysfs shows something new",
  );
}

/** Whether a kobject that holds its object can ever be got rid of. */
function kobjectsNeedCare(): Finding {
  const start = begin("6.18", "holds").bpf("MAP_CREATE", MAPS[0]);
  const moves: readonly Move[] = [
    { name: "OBJ_PIN", make: (m) => m.bpf("OBJ_PIN", { pathname: PIN, bpf_fd: 3 }) },
    { name: "unlink", make: (m) => m.unlink(PIN) },
    { name: "close the map", make: (m) => m.close(3) },
  ];
  return search(start, moves, 4, (m) => {
    const isHeld = m.kernel.tasks.get(0)!.fds.get(3) !== undefined;
    const isPinned = m.bpf("OBJ_GET", { pathname: PIN }).result !== undefined &&
      typeof m.bpf("OBJ_GET", { pathname: PIN }).result === "number";
    if (isHeld || isPinned || m.mapIds.length === 0) return undefined;
    return "no descriptor and no name is left; the kobject keeps the map";
  });
}

export const ATTRIBUTES_CLAIMS: readonly Claim[] = [
  {
    id: "char-devices/kobjects-tell",
    source: "char-devices",
    says: "kobjects can show what an object is, for inspection",
    verdict: "holds",
    check: () => every(pairs(MAPS, VERSIONS), kobjectsTell),
  },
  {
    id: "char-devices/kobjects-are-free",
    source: "char-devices",
    says: "kobjects can be put at objects without touching how long those live",
    verdict: "fails",
    check: () => after(["MAP_CREATE"], kobjectsNeedCare()),
  },
  {
    id: `${DEVICES}/sysfs-too-rigid`,
    source: DEVICES,
    says: "sysfs is too rigid for keys: its files do not follow what is in a map",
    verdict: "holds",
    check: sysfsShowsNoKeys,
  },
  {
    id: `${DEVICES}/metadata-becomes-sysfs`,
    source: DEVICES,
    says: "metadata that is told beside the pins comes to what files of sysfs would tell",
    verdict: "holds",
    check: () => every(pairs(MAPS, VERSIONS), sameAsSysfs),
  },
  {
    id: `${DEVICES}/xattrs-tell`,
    source: DEVICES,
    says: "where users choose the names, extended attributes tell what a node is",
    verdict: "holds",
    check: () => every(pairs(["map", "prog"] as const, [0o600, 0o644, 0o400]), tellsKind),
  },
];
