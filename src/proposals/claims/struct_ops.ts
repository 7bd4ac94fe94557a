/** What struct-ops-maps.txt claims of the maps themselves, on Linux as it is. */
import { BPF_F_LINK, BPF_MAP_TYPE_STRUCT_OPS } from "../../abi/constants.ts";
import { u32 } from "../../abi/make.ts";
import { latin1, room } from "../../abi/memory.ts";
import { wordAt } from "../../abi/words.ts";
import { isRegistered } from "../../kernel/registry.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { structOps } from "../../maps/struct_ops/shape.ts";
import { INUSE, STATE_AT, TOBEFREE } from "../../maps/struct_ops/state.ts";
import { structOpsValue } from "../../maps/struct_ops/value.ts";
import { loadOps, TCP_MEMBERS } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { type M, STRUCT_OPS_MAP, WAYS } from "../modules/ways.ts";
import { propose } from "../proposal.ts";
import { search } from "../search.ts";
import { after, type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { sameAsUpdate } from "./struct_ops_both.ts";
import {
  ADMIN,
  begin,
  FIRST,
  LETTING_GO,
  LOADER,
  MAP_FD,
  MOVES,
  NAME,
  registered,
  taken,
  updated,
  uses,
  usesIt,
  ZERO,
} from "./struct_ops_moves.ts";

const SOURCE = "struct-ops-maps";
function updateRegisters(version: Version): Contradiction {
  const before = taken(STRUCT_OPS_MAP, begin(version), 2);
  const after = registered(version);
  const refused = uses(before).rule?.id === "TCP_CONGESTION/absent";
  if (refused && uses(after).result === 0) return undefined;
  return ["MAP_UPDATE_ELEM", `a socket cannot take ${NAME} (${version})`];
}

/** Each operation on an element, with a key that is not 0, on a map that is registered. */
function keyIsZero([version, key]: readonly [Version, number]): Contradiction {
  const m = registered(version);
  const value = room(structOps(m.kernel, "tcp_congestion_ops")!.value_size);
  const runs: readonly (readonly [string, M])[] = [
    ["MAP_LOOKUP_ELEM", m.bpf("MAP_LOOKUP_ELEM", { map_fd: MAP_FD, key: u32(key), value })],
    ["MAP_UPDATE_ELEM", m.bpf("MAP_UPDATE_ELEM", { map_fd: MAP_FD, key: u32(key), value })],
    ["MAP_DELETE_ELEM", m.bpf("MAP_DELETE_ELEM", { map_fd: MAP_FD, key: u32(key) })],
  ];
  const wrong = runs.find(([, after]) => after.result === 0);
  if (wrong === undefined) return undefined;
  const came = isRegistered(wrong[1].kernel, NAME) ? "it is done" : "it is unregistered";
  return ["MAP_UPDATE_ELEM of the key 0", `${wrong[0]} of the key ${key}: ${came}`];
}

function oneSlot([version, max_entries]: readonly [Version, number]): Contradiction {
  const m = begin(version).bpf("BTF_LOAD", {});
  const shape = structOps(m.kernel, "tcp_congestion_ops")!;
  const made = m.bpf("MAP_CREATE", {
    map_type: BPF_MAP_TYPE_STRUCT_OPS,
    key_size: 4,
    value_size: shape.value_size,
    max_entries,
    btf_vmlinux_value_type_id: shape.value_id,
  });
  const isRefused = made.rule?.id === "STRUCT_OPS/create_max_entries";
  const next = registered(version)
    .bpf("MAP_GET_NEXT_KEY", { map_fd: MAP_FD, key: ZERO, next_key: room(4) });
  if (isRefused && next.rule?.id === "STRUCT_OPS/next_key_last") return undefined;
  return [`MAP_CREATE with max_entries ${max_entries}`, "it is made, or has another key"];
}

const DEPTH = 5;

function neverUpdatedAgain(): Finding {
  return search(
    registered(),
    MOVES,
    DEPTH,
    (m) =>
      updated(m.as(LOADER)).rule?.id === "STRUCT_OPS/update_busy"
        ? undefined
        : "MAP_UPDATE_ELEM is taken",
  );
}

function onlyDeleteUnregisters(): Finding {
  return search(
    registered(),
    LETTING_GO,
    DEPTH,
    (m) => isRegistered(m.kernel, NAME) ? undefined : "it is not registered any more",
  );
}

function deleteUnregisters(version: Version): Contradiction {
  const m = registered(version).bpf("MAP_DELETE_ELEM", { map_fd: MAP_FD, key: ZERO });
  const isGone = m.result === 0 && !isRegistered(m.kernel, NAME);
  return isGone ? undefined : ["MAP_UPDATE_ELEM", `MAP_DELETE_ELEM leaves it there (${version})`];
}

/** A loader that dies: is what it registered there, and can a stranger find and remove it? */
function crashLeaves(version: Version): Contradiction {
  const m = registered(version).exit();
  const stays = isRegistered(m.kernel, NAME) && m.progIds.length === TCP_MEMBERS.length;
  return stays ? undefined : ["MAP_UPDATE_ELEM", "the loader crashes", `it is gone (${version})`];
}

function removableAfterCrash(version: Version): Contradiction {
  const { m, handle } = STRUCT_OPS_MAP.search(registered(version).exit().as(ADMIN), NAME);
  if (handle === undefined) return ["the loader crashes", `nobody finds the map (${version})`];
  const removed = STRUCT_OPS_MAP.remove(m, NAME, handle, false).exit();
  return removed.progIds.length === 0 && removed.mapIds.length === 0
    ? undefined
    : ["the loader crashes", "MAP_DELETE_ELEM by another", `something stays (${version})`];
}

/** The calls of a search by name grow with the maps that there are: a name alone is no handle. */
function searchGrows(others: number): Contradiction {
  const map = { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 };
  const start = propose(MODULES, "6.18").fork();
  const among = Array.from({ length: others })
    .reduce<M>((m) => m.bpf("MAP_CREATE", map), start);
  const after = taken(STRUCT_OPS_MAP, loadOps(among.as(LOADER))).exit().as(ADMIN);
  const { m } = STRUCT_OPS_MAP.search(after, NAME);
  const calls = m.trail.length - after.trail.length;
  return calls === 4 * (others + 1) ? undefined : [`${others} other maps`, `${calls} calls`];
}

function shownIn(m: M): { readonly state: number; readonly count: number } {
  const { value_size } = structOps(m.kernel, "tcp_congestion_ops")!;
  const read = m.as(LOADER)
    .bpf("MAP_LOOKUP_ELEM", { map_fd: MAP_FD, key: ZERO, value: room(value_size) });
  const bytes = latin1(read.out.value as Uint8Array);
  return { state: wordAt(bytes, STATE_AT), count: wordAt(bytes, 0) };
}

function stateShown(): Finding {
  return search(registered(), MOVES, DEPTH, (m) => {
    const wanted = isRegistered(m.kernel, NAME) ? INUSE : TOBEFREE;
    return shownIn(m).state === wanted ? undefined : "the state in the value is another";
  });
}

function countIsSockets(): Finding {
  return search(registered(), MOVES, DEPTH, (m) => {
    const sockets = usesIt(m) ? 1 : 0;
    const { count } = shownIn(m);
    return count === sockets ? undefined : `${sockets} sockets use it, the count is ${count}`;
  });
}

/** Every set of the three functions that TCP wants. */
const SETS = Array.from(
  { length: 1 << TCP_MEMBERS.length },
  (_, bits) => TCP_MEMBERS.filter((_, i) => (bits & (1 << i)) !== 0),
);

function allAskedFor([version, given]: readonly [Version, readonly string[]]): Contradiction {
  const made = taken(STRUCT_OPS_MAP, begin(version), 2);
  const shape = structOps(made.kernel, "tcp_congestion_ops")!;
  const functions = Object.fromEntries(
    given.map((name) => [name, FIRST + TCP_MEMBERS.findIndex((member) => member === name)]),
  );
  const value = structOpsValue(shape, { name: NAME, ...functions });
  const m = made.bpf("MAP_UPDATE_ELEM", { map_fd: MAP_FD, key: ZERO, value });
  const isWhole = given.length === TCP_MEMBERS.length;
  if ((m.result === 0) === isWhole && isRegistered(m.kernel, NAME) === isWhole) return undefined;
  return [`MAP_UPDATE_ELEM with ${given.join(", ") || "no function"}`, `it is done (${version})`];
}

/** A lookup tells by their ids which programs implement which functions. */
function dumpTells(version: Version): Contradiction {
  const m = registered(version);
  const shape = structOps(m.kernel, "tcp_congestion_ops")!;
  const value = room(shape.value_size);
  const { out } = m.bpf("MAP_LOOKUP_ELEM", { map_fd: MAP_FD, key: ZERO, value });
  const bytes = latin1(out.value as Uint8Array);
  const ids = TCP_MEMBERS.map((member) =>
    wordAt(bytes, shape.dataAt + shape.slots.find(({ name }) => name === member)!.offset)
  );
  return JSON.stringify(ids) === JSON.stringify(m.progIds)
    ? undefined
    : ["MAP_UPDATE_ELEM", `MAP_LOOKUP_ELEM tells ${ids.join(", ")} (${version})`];
}

/** What other maps take and this one refuses: it has no more keys, no freezing, no flags. */
function noMapAnyMore(version: Version): Contradiction {
  const m = registered(version);
  const freeze = m.bpf("MAP_FREEZE", { map_fd: MAP_FD });
  const more = updated(m);
  const other = m.bpf("MAP_UPDATE_ELEM", { map_fd: MAP_FD, key: u32(1), value: room(256) });
  const next = m.bpf("MAP_GET_NEXT_KEY", { map_fd: MAP_FD, key: ZERO, next_key: room(4) });
  const done = [freeze, more, other, next].find(({ rule }) => rule === undefined);
  return done === undefined ? undefined : ["MAP_UPDATE_ELEM", `one more is done (${version})`];
}

/** Maps of the type, found by ids and told by their infos, against what is registered. */
function typeIsEnough(): Finding {
  return search(registered(), [...MOVES, ...LETTING_GO], 4, (m) => {
    let now = m.as(ADMIN);
    const listed: number[] = [];
    for (let start_id = 0;;) {
      now = now.bpf("MAP_GET_NEXT_ID", { start_id });
      if (now.result !== 0) break;
      start_id = now.out.next_id as number;
      now = now.bpf("MAP_GET_FD_BY_ID", { map_id: start_id });
      const bpf_fd = Number(now.result);
      now = now.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: 80, info: room(80) });
      if ((now.out.info as Uint8Array)[0] === BPF_MAP_TYPE_STRUCT_OPS) listed.push(start_id);
    }
    const missing = m.kernel.congestion.find(({ map }) =>
      map !== undefined && !listed.includes(map)
    );
    return missing === undefined ? undefined : `${missing.name} is registered and not listed`;
  });
}

/** A map with BPF_F_LINK: it goes with its loader, and a delete is refused. */
function linkNeedsNoDelete(version: Version): Contradiction {
  const link = WAYS.find(({ id }) => id === "struct_ops link")!;
  const m = taken(link, begin(version));
  if (!isRegistered(m.kernel, NAME)) return ["LINK_CREATE", `it is not registered (${version})`];
  const crashed = m.exit();
  return isRegistered(crashed.kernel, NAME) || crashed.mapIds.length > 0 ? undefined : [
    `MAP_CREATE with ${BPF_F_LINK.toString(16)} (BPF_F_LINK)`,
    "MAP_UPDATE_ELEM",
    "LINK_CREATE",
    "the loader crashes",
    "it is unregistered, and everything is gone",
  ];
}

const WITH_LINKS = VERSIONS.filter((version) => version !== "5.10" && version !== "6.1");

export const STRUCT_OPS_CLAIMS: readonly Claim[] = [
  {
    id: `${SOURCE}/update-registers`,
    source: SOURCE,
    says: "MAP_UPDATE_ELEM of the value registers the struct with its subsystem",
    verdict: "holds",
    check: () => every(VERSIONS, updateRegisters),
  },
  {
    id: `${SOURCE}/key-is-zero`,
    source: SOURCE,
    says: "the key is 0, always",
    verdict: "fails",
    check: () => every(pairs(VERSIONS, [1, 2]), keyIsZero),
  },
  {
    id: `${SOURCE}/one-slot`,
    source: SOURCE,
    says: "the map has a single slot",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, [0, 2, 16]), oneSlot),
  },
  {
    id: `${SOURCE}/functions-asked-for`,
    source: SOURCE,
    says: "the update looks whether every function is there that the subsystem cannot do without",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, SETS), allAskedFor),
  },
  {
    id: `${SOURCE}/no-second-update`,
    source: SOURCE,
    says: "once it is registered the map takes no update any more",
    verdict: "holds",
    check: neverUpdatedAgain,
  },
  {
    id: `${SOURCE}/dump-tells`,
    source: SOURCE,
    says: "a dump of the map is enough to look into it: it tells the programs by member",
    verdict: "holds",
    check: () => every(VERSIONS, dumpTells),
  },
  {
    id: `${SOURCE}/state-shown`,
    source: SOURCE,
    says: "a lookup shows whether the struct is in use or about to be freed",
    verdict: "holds",
    check: stateShown,
  },
  {
    id: `${SOURCE}/count-is-of-sockets`,
    source: SOURCE,
    says: "the count in the value is that of the sockets that use it",
    verdict: "fails",
    check: () => after(["MAP_CREATE", "MAP_UPDATE_ELEM"], countIsSockets()),
  },
  {
    id: `${SOURCE}/no-map-any-more`,
    source: SOURCE,
    says: "it is not really a map any more: what others take it refuses",
    verdict: "holds",
    check: () => every(VERSIONS, noMapAnyMore),
  },
  {
    id: `${SOURCE}/delete-unregisters`,
    source: SOURCE,
    says: "an explicit delete of the slot unregisters the struct",
    verdict: "holds",
    check: () => every(VERSIONS, deleteUnregisters),
  },
  {
    id: `${SOURCE}/only-delete-unregisters`,
    source: SOURCE,
    says: "nothing but the delete does: not the end of the loader, of descriptors or of pins",
    verdict: "holds",
    check: onlyDeleteUnregisters,
  },
  {
    id: `${SOURCE}/loader-leaves-it`,
    source: SOURCE,
    says: "a loader that only loads, or crashes before the delete, leaves the struct registered",
    verdict: "holds",
    check: () => every(VERSIONS, crashLeaves),
  },
  {
    id: `${SOURCE}/always-to-be-deleted`,
    source: SOURCE,
    says: "so whoever registers a struct by a map must see to a delete, on every kernel",
    verdict: "fails",
    check: () => every(WITH_LINKS, linkNeedsNoDelete),
  },
  {
    id: `${SOURCE}/removable-by-others`,
    source: SOURCE,
    says: "others can find the map of a loader that is gone, and delete from it",
    verdict: "holds",
    check: () => every(VERSIONS, removableAfterCrash),
  },
  {
    id: `${SOURCE}/find-before-remove`,
    source: SOURCE,
    says: "to remove it the map must be found first, through the dumps of all maps",
    verdict: "holds",
    check: () => every([0, 1, 2, 5, 10], searchGrows),
  },
  {
    id: `${SOURCE}/type-is-enough`,
    source: SOURCE,
    says: "a list of modules needs no new kind of object: the type of a map tells them",
    verdict: "holds",
    check: typeIsEnough,
  },
  {
    id: `${SOURCE}/register-is-update`,
    source: SOURCE,
    says: "a command that registers comes to the same as an update of a map",
    verdict: "fails",
    check: () => sameAsUpdate(5),
  },
];
