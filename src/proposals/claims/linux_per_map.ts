/** What file-system-per-map.txt claims about maps, pins and keys as Linux has them. */
import { room } from "../../abi/memory.ts";
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { search } from "../search.ts";
import { every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  alive,
  byId,
  did,
  fdOf,
  get,
  KEY,
  loaded,
  LOADER,
  LOADER_MOVES,
  MAP,
  move,
  onFd,
  OTHER,
  OTHER_MOVES,
  pinned,
  using,
  VALUE,
  valueAt,
  valueBehind,
  wordBytes,
} from "./linux_moves.ts";

const source = "file-system-per-map";

/** Somebody without a descriptor is there as well, and a program may hold the map. */
function onlyDescriptors(): Finding {
  const start = loaded("6.18");
  const [id] = start.mapIds;
  const moves = [
    ...LOADER_MOVES,
    move(
      "PROG_LOAD",
      onFd(LOADER, "map", (m, fd) => m.bpf("PROG_LOAD", using(fd), { verdict: "accept" })),
    ),
    move("GET_FD_BY_ID", (m) => byId(m, id)),
  ];
  return search(start, moves, 4, (m) => {
    const held = [OTHER, LOADER].some((task) => alive(m, task) && fdOf(m, task, "map"));
    return !held && m.mapIds.length > 0
      ? "no process has a descriptor, and the map is there"
      : undefined;
  });
}

/** Survival alone: whatever is there under a name is there although nothing can be looked at. */
function survivalWithoutKeys(): Finding {
  return search(loaded("6.18"), [...LOADER_MOVES, ...OTHER_MOVES], 4, (m) => {
    const named = did(get(m.as(OTHER), A));
    if (!named) return undefined;
    if (did(m.as(OTHER).open(A))) return "the name shows something";
    return valueBehind(m, A) === VALUE[0] ? undefined : "the map did not survive";
  });
}

/** Keys can be listed of what does not survive, and what survives shows none. */
function independent(): Finding {
  return every(VERSIONS, (version) => {
    const start = loaded(version);
    const shown = start.bpf("MAP_GET_NEXT_KEY", { map_fd: 3, key: 0, next_key: room(4) });
    const lost = shown.result === 0 && start.exit().mapIds.length === 0;
    const kept = pinned(version);
    const hidden = kept.mapIds.length === 1 && !did(kept.open(A)) && !did(kept.open(A + "/1"));
    return lost && hidden ? undefined : [version, "MAP_CREATE", lost ? "OBJ_PIN" : "exit"];
  });
}

/** Programs of any making meet by a path: they have no ancestor's descriptor, and pass none. */
function meetByPath(): Finding {
  const start = boot("6.18").fork().fork();
  const path = (task: number) => [
    move(`task ${task} makes and pins a map`, (m) => {
      const made = m.as(task).bpf("MAP_CREATE", MAP);
      return made.bpf("OBJ_PIN", { pathname: A, bpf_fd: made.result as number });
    }),
    move(`task ${task} gets it`, (m) => get(m.as(task), A)),
    move(`task ${task} writes`, (m) => {
      const map_fd = fdOf(m, task, "map") ?? 99;
      const value = wordBytes(task + 7);
      return m.as(task).bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value });
    }),
  ];
  return search(start, [...path(LOADER), ...path(2)], 4, (m) => {
    const last = m.trail[m.trail.length - 1];
    if (last.call.op !== "bpf" || last.call.cmd !== "MAP_UPDATE_ELEM") return undefined;
    const gets = m.trail.filter(({ call }) => call.op === "bpf" && call.cmd === "OBJ_GET").length;
    const pins = m.trail.filter(({ call }) => call.op === "bpf" && call.cmd === "OBJ_PIN").length;
    if (gets !== 1 || pins !== 1) return undefined;
    return valueBehind(m, A) === last.task + 7 ? undefined : "what was written is not there";
  });
}

/** Keys of three bytes with what ends a name, parts a path, or is no letter. */
function keys(): readonly Uint8Array[] {
  const odd = [0, 0x2e, 0x2f, 0x41, 0x80, 0xff];
  return pairs(odd, pairs(odd, odd)).map(([a, [b, c]]) => Uint8Array.of(a, b, c));
}

function anyBytes(): Finding {
  const all = keys();
  return every(VERSIONS, (version) => {
    const map = { ...MAP, key_size: 3, max_entries: all.length };
    let m = boot(version).bpf("MAP_CREATE", map);
    for (const key of all) m = m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key, value: VALUE });
    const found = new Set(walked(m).map(String));
    const lost = all.find((key) => !found.has(String(key)));
    if (lost === undefined && found.size === all.length) return undefined;
    return [version, `MAP_UPDATE_ELEM of key ${lost}`, "it is not among the keys"];
  });
}

function walked(m: Machine): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let next = m.bpf("MAP_GET_NEXT_KEY", { map_fd: 3, key: 0, next_key: room(3) });
  while (next.result === 0) {
    const key = next.out.next_key as Uint8Array;
    found.push(key);
    next = m.bpf("MAP_GET_NEXT_KEY", { map_fd: 3, key, next_key: room(3) });
  }
  return found;
}

/** Two user processes, and what the one leaves for the other. */
function needsProgram(): Finding {
  const moves = [
    ...LOADER_MOVES,
    move("OBJ_GET", (m) => get(m.as(OTHER), A)),
  ];
  return search(loaded("6.18"), moves, 3, (m) => {
    if (alive(m, LOADER) || m.progIds.length > 0) return undefined;
    const fd = fdOf(m, OTHER, "map");
    return fd !== undefined && valueAt(m.as(OTHER), fd) === VALUE[0]
      ? "what the loader left is read, and there was no program"
      : undefined;
  });
}

const RDONLY = 8, WRONLY = 16;

/** For debugging: who has a descriptor reads every key and value. */
function readableWithDescriptor(): Finding {
  return every(pairs(VERSIONS, [0, RDONLY, WRONLY]), ([version, map_flags]) => {
    const m = boot(version).bpf("MAP_CREATE", { ...MAP, map_type: 2, map_flags });
    const value = valueAt(m, 3);
    const flag = map_flags === WRONLY
      ? " BPF_F_WRONLY"
      : map_flags === RDONLY
      ? " BPF_F_RDONLY"
      : "";
    return value === 0 ? undefined : [version, `MAP_CREATE${flag}`, "MAP_LOOKUP_ELEM is refused"];
  });
}

export const LINUX_PER_MAP_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-per-map/map-is-a-descriptor",
    source,
    says: "a map is a descriptor that belongs to a process: without one there is no map",
    verdict: "fails",
    check: onlyDescriptors,
  },
  {
    id: "file-system-per-map/survival-without-keys",
    source,
    says: "that a map survives takes no view of its keys",
    verdict: "holds",
    check: survivalWithoutKeys,
  },
  {
    id: "file-system-per-map/goals-are-independent",
    source,
    says: "surviving and showing keys are independent: either is had without the other",
    verdict: "holds",
    check: independent,
  },
  {
    id: "file-system-per-map/meet-by-path",
    source,
    says: "programs that have nothing in common but the kernel meet at a pinned map",
    verdict: "holds",
    check: meetByPath,
  },
  {
    id: "file-system-per-map/keys-are-any-bytes",
    source,
    says: "a key of a map is any bytes, and every one of them can be found again",
    verdict: "holds",
    check: anyBytes,
  },
  {
    id: "file-system-per-map/no-need-without-program",
    source,
    says: "nobody needs a map to persist without a program",
    verdict: "fails",
    check: needsProgram,
  },
  {
    id: "file-system-per-map/descriptor-reads",
    source,
    says: "whoever has a descriptor can look at keys and values for debugging",
    verdict: "fails",
    check: readableWithDescriptor,
  },
];
