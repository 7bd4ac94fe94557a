/** What file-system-or-devices.txt claims about nodes and what is told of objects, on Linux as it became. */
import { INFOS } from "../../abi/infos.ts";
import { latin1, room } from "../../abi/memory.ts";
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { search } from "../search.ts";
import { every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  alive,
  B,
  did,
  fdOf,
  get,
  loaded,
  LOADER,
  LOADER_MOVES,
  MAP,
  move,
  OTHER,
  OTHER_MOVES,
  pinned,
  PROG,
  wordBytes,
} from "./linux_moves.ts";

const source = "file-system-or-devices";

function onlyPins(): Finding {
  const makes = [
    move("OBJ_PIN", (m: Machine) => m.as(LOADER).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 })),
    move("mkdir", (m: Machine) => m.as(LOADER).mkdir(B)),
  ];
  return search(loaded("6.18"), makes, 2, (m) => {
    const made = m.trail.some(({ call, answer }) => call.op === "mkdir" && answer.kind === "value");
    return made && !did(get(m.as(OTHER), B))
      ? "a name is there that leads to no object"
      : undefined;
  });
}

const MODES = [0, 1, 2];

/** A node that stat(2) calls regular, opened in every mode by root. */
function opensLikeAFile(): Finding {
  return every(pairs(VERSIONS, MODES), ([version, mode]) => {
    const opened = pinned(version).open(A, mode);
    return did(opened) ? undefined : [version, "OBJ_PIN", `open ${mode}`, `${opened.rule?.errno}`];
  });
}

/** What has a name stays when all who used it are gone: the lesson of sockets in the file system. */
function nameOutlives(): Finding {
  return search(loaded("6.18"), [...LOADER_MOVES, ...OTHER_MOVES], 3, (m) => {
    const users = [OTHER, LOADER].some((task) => alive(m, task) && fdOf(m, task, "map"));
    const named = did(get(m.as(OTHER), A));
    return named && !users ? "the name is there, and nobody who uses it" : undefined;
  });
}

/** An old reader looks at a new kernel's info: every field that it knows is where it was. */
function layoutKept(): Finding {
  const infos = ["bpf_map_info", "bpf_prog_info"] as const;
  return every(pairs(VERSIONS, infos), ([version, name]) => {
    const m = boot(version).bpf("MAP_CREATE", MAP).bpf("PROG_LOAD", PROG);
    const bpf_fd = name === "bpf_map_info" ? 3 : 4;
    const size = INFOS[name].size["5.10"]!;
    const read = (reader: Machine) => {
      const asked = reader.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: size, info: room(size) });
      return latin1(asked.out.info as Uint8Array);
    };
    const old = boot("5.10").bpf("MAP_CREATE", MAP).bpf("PROG_LOAD", PROG);
    const [before, now] = [read(old), read(m)].map((info) =>
      name === "bpf_prog_info" ? info.slice(0, 8) + info.slice(16) : info
    );
    return before === now ? undefined : ["5.10", version, `${name} is told otherwise`];
  });
}

/** All that a printer needs is had by a process: every key and value, as text. */
function printed(): Finding {
  const sets = [[], [1], [1, 2], [0, 255, 7]];
  return every(pairs(VERSIONS, sets), ([version, numbers]) => {
    let m = boot(version).bpf("MAP_CREATE", MAP);
    for (const n of numbers) {
      m = m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: wordBytes(n), value: wordBytes(2 * n) });
    }
    const text = print(m);
    const expected = numbers.map((n) => `${hex(wordBytes(n))}: ${hex(wordBytes(2 * n))}`).sort();
    return String(text) === String(expected) ? undefined : [version, String(text)];
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function print(m: Machine): readonly string[] {
  const lines: string[] = [];
  let next = m.bpf("MAP_GET_NEXT_KEY", { map_fd: 3, key: 0, next_key: room(4) });
  while (next.result === 0) {
    const key = next.out.next_key as Uint8Array;
    const { value } = m.bpf("MAP_LOOKUP_ELEM", { map_fd: 3, key, value: room(4) }).out;
    lines.push(`${hex(key)}: ${hex(value as Uint8Array)}`);
    next = m.bpf("MAP_GET_NEXT_KEY", { map_fd: 3, key, next_key: room(4) });
  }
  return lines.sort();
}

export const LINUX_NODES_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-or-devices/only-objects",
    source,
    says: "the file system has files of maps and programs, and nothing else is added",
    verdict: "fails",
    check: onlyPins,
  },
  {
    id: "file-system-or-devices/regular-files",
    source,
    says: "the node of a map is a regular file, to be opened like one",
    verdict: "fails",
    check: opensLikeAFile,
  },
  {
    id: "file-system-or-devices/no-stale-names",
    source,
    says: "there is no name of a map that nobody uses",
    verdict: "fails",
    check: nameOutlives,
  },
  {
    id: "file-system-or-devices/layout-is-kept",
    source,
    says: "a layout that was shown once cannot change: what an old reader knows stays where it is",
    verdict: "holds",
    check: layoutKept,
  },
  {
    id: "file-system-or-devices/printing-in-user-space",
    source,
    says: "keys and values can be printed in user space, without a printer in the kernel",
    verdict: "holds",
    check: printed,
  },
];
