/** What file-system-or-devices.txt claims about users, names and finding, on Linux as it became. */
import { INFOS } from "../../abi/infos.ts";
import { latin1, room } from "../../abi/memory.ts";
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Move, search } from "../search.ts";
import { after, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  alive,
  B,
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
  PROG,
  USER,
  using,
  VALUE,
  valueAt,
  valueBehind,
  wordBytes,
} from "./linux_moves.ts";

const source = "file-system-or-devices";

/** A kernel whose sysctl lets users without privilege in. */
const OPEN = { config: { unprivileged_bpf_disabled: 0 } } as const;

/** What one name's end does to the other. */
function namesHurt(): Finding {
  const start = loaded("6.18").bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 })
    .bpf("OBJ_PIN", { pathname: B, bpf_fd: 3 }).close(3).as(OTHER);
  const found = search(start, [move("unlink a", (m) => m.unlink(A))], 1, (m) => {
    if (did(get(m, A))) return undefined;
    return valueBehind(m, B) === VALUE[0] ? "the other name leads to the map as before" : undefined;
  });
  return after(["pin a", "pin b", "close"], found);
}

/** Every name of a map stands for itself, in whatever order they come and go. */
function namesStandAlone(): Finding {
  const start = loaded("6.18");
  const names = [A, B, "/sys/fs/bpf/c"];
  const moves = names.flatMap((name): Move[] => [
    move(
      `pin ${name}`,
      onFd(LOADER, "map", (m, fd) => m.bpf("OBJ_PIN", { pathname: name, bpf_fd: fd })),
    ),
    move(`unlink ${name}`, (m) => m.as(OTHER).unlink(name)),
  ]);
  return search(start, moves, 5, (m) => {
    const expected = names.filter((name) => isNamed(m, name));
    const found = names.filter((name) => valueBehind(m, name) === VALUE[0]);
    return String(found) === String(expected) ? undefined : `${found} instead of ${expected}`;
  });
}

/** Whether the last thing that happened to a name was a pin. */
function isNamed(m: Machine, name: string): boolean {
  let named = false;
  for (const { call } of m.trail) {
    if (call.op === "bpf" && call.cmd === "OBJ_PIN") named ||= pathOf(call.attr) === name;
    if (call.op === "unlink" && call.path === name) named = false;
  }
  return named;
}

function pathOf(attr: object): unknown {
  return (attr as { readonly pathname?: unknown }).pathname;
}

const HOLDERS: readonly Move[] = [
  ...LOADER_MOVES,
  move(
    "PROG_LOAD",
    onFd(LOADER, "map", (m, fd) => m.bpf("PROG_LOAD", using(fd), { verdict: "accept" })),
  ),
  move("MAP_CREATE", (m) => m.as(LOADER).bpf("MAP_CREATE", MAP)),
  move("unlink", (m) => m.as(OTHER).unlink(A)),
];

/** An administrator walks the one file system that there is. */
function foundByName(): Finding {
  return search(boot("6.18").fork().as(LOADER), HOLDERS, 3, (m) => {
    const named = [A, B].filter((path) => did(get(m.as(OTHER), path))).length;
    return named === 0 && m.mapIds.length > 0 ? "a map is there, and no name of one" : undefined;
  });
}

/** An administrator walks the ids. */
function foundById(): Finding {
  return search(loaded("6.18"), HOLDERS, 4, (m) => {
    const found = walk(m.as(OTHER));
    return String(found) === String(m.mapIds) ? undefined : `found ${found} of ${m.mapIds}`;
  });
}

function walk(m: Machine): readonly number[] {
  const found: number[] = [];
  let next = m.bpf("MAP_GET_NEXT_ID", { start_id: 0 });
  while (next.result === 0) {
    const id = next.out.next_id as number;
    if (did(m.bpf("MAP_GET_FD_BY_ID", { map_id: id }))) found.push(id);
    next = m.bpf("MAP_GET_NEXT_ID", { start_id: id });
  }
  return found;
}

const NAMES = ["map", "prog", "map_pkts", "x"];

/** The same name for a map and for a program: pinning and getting answer alike. */
function namesTellNothing(): Finding {
  return every(pairs(VERSIONS, NAMES), ([version, name]) => {
    const pathname = `/sys/fs/bpf/${name}`;
    const answers = [
      boot(version).bpf("MAP_CREATE", MAP),
      boot(version).bpf("PROG_LOAD", PROG),
    ].map((m) => {
      const pin = m.bpf("OBJ_PIN", { pathname, bpf_fd: 3 });
      return `${pin.result} ${get(pin, pathname).result}`;
    });
    return answers[0] === answers[1] ? undefined : [version, `OBJ_PIN ${name}`, ...answers];
  });
}

/** The first to come decides, not the convention: any user, in any directory that he may write to. */
function nothingEnforced(): Finding {
  const places = ["", "/tc", "/tc/globals", "/users/other"];
  return every(pairs(VERSIONS, places), ([version, place]) => {
    const ready = boot(version, OPEN).mkdir("/sys/fs/bpf/tc").mkdir("/sys/fs/bpf/tc/globals")
      .mkdir("/sys/fs/bpf/users").mkdir("/sys/fs/bpf/users/other");
    const wide = place === "" ? ready : ready.chmod(`/sys/fs/bpf${place}`, 0o777);
    const user = wide.setuid(USER).bpf("MAP_CREATE", { ...MAP, map_type: 2 })
      .bpf("OBJ_PIN", { pathname: `/sys/fs/bpf${place}/mine`, bpf_fd: 3 });
    return did(user) ? undefined : [version, `setuid ${USER}`, `OBJ_PIN at ${place}: refused`];
  });
}

const MINE = "/sys/fs/bpf/u1/m";

/** One user's directory with a pinned map in it; the task at hand is another user. */
function nextDoor(dir: number, pin: number): Machine {
  return boot("6.18", OPEN).mkdir("/sys/fs/bpf/u1")
    .bpf("MAP_CREATE", MAP).bpf("OBJ_PIN", { pathname: MINE, bpf_fd: 3 }).close(3)
    .chown(MINE, USER, USER).chmod(MINE, pin)
    .chown("/sys/fs/bpf/u1", USER, USER).chmod("/sys/fs/bpf/u1", dir)
    .fork().as(LOADER).setuid(USER + 1);
}

const TRICKS: readonly Move[] = [
  move("OBJ_GET", (m) => get(m, MINE)),
  move("symlink", (m) => m.symlink("u1/m", "/sys/fs/bpf/l")),
  move("OBJ_GET by the symlink", (m) => get(m, "/sys/fs/bpf/l")),
  move("rename the directory", (m) => m.rename("/sys/fs/bpf/u1", "/sys/fs/bpf/u2")),
  move("chmod", (m) => m.chmod("/sys/fs/bpf/u1", 0o777)),
  move("chown", (m) => m.chown("/sys/fs/bpf/u1", USER + 1, -1)),
  move("unlink", (m) => m.unlink(MINE)),
  move("by id", (m) => m.bpf("MAP_GET_FD_BY_ID", { map_id: m.mapIds[0] ?? 0 })),
  move("open the directory", (m) => m.open("/sys/fs/bpf/u1")),
];

const X = 1, RW = 6, W = 2;

/** Whatever the other user tries, he comes by the map where the modes say so, and only there. */
function usersApart(): Finding {
  const dirs = [0o700, 0o710, 0o701, 0o755, 0o777];
  const pins = [0o600, 0o660, 0o604, 0o606];
  return every(pairs(dirs, pins), ([dir, pin]) => {
    const tricks = search(
      nextDoor(dir, pin),
      TRICKS,
      3,
      (m) => fdOf(m, LOADER, "map") === undefined ? undefined : "he has the map",
    );
    const mayGet = (dir & X) !== 0 && (pin & RW) === RW;
    const takes = did(nextDoor(dir, pin).unlink(MINE));
    const mayTake = (dir & (X | W)) === (X | W);
    if (tricks.holds !== mayGet && takes === mayTake) return undefined;
    const modes = [`directory ${dir.toString(8)}`, `pin ${pin.toString(8)}`];
    return [...modes, ...(tricks.holds ? ["the map is out of reach"] : tricks.counterexample)];
  });
}

/** Made, pinned, got and used by one without any privilege. */
function user(version: (typeof VERSIONS)[number], options: object): readonly Machine[] {
  const m = pinned(version, options).chown(A, USER, -1).setuid(USER);
  const got = get(m, A);
  const again = got.bpf("OBJ_PIN", { pathname: B, bpf_fd: got.result as number });
  return [got, again, again.unlink(B)];
}

function usersByDesign(options: object): Finding {
  return every(VERSIONS, (version) => {
    const refused = user(version, options).find((m) => !did(m));
    if (refused === undefined) return undefined;
    const command = refused.trail[refused.trail.length - 1].call;
    const name = command.op === "bpf" ? command.cmd : command.op;
    return [version, `setuid ${USER}`, `${name} is refused: ${refused.rule?.id}`];
  });
}

/** A daemon that may do everything makes, pins, gives away and is gone. */
function daemonGives(): Finding {
  return every(pairs(VERSIONS, ["map", "program"]), ([version, kind]) => {
    const daemon = boot(version, OPEN).fork().as(LOADER);
    const made = kind === "map" ? daemon.bpf("MAP_CREATE", MAP) : daemon.bpf("PROG_LOAD", PROG);
    const consumer = made.bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }).chown(A, USER, -1).exit()
      .as(OTHER).setuid(USER);
    return did(get(consumer, A)) ? undefined : [version, kind, "chown", "OBJ_GET is refused"];
  });
}

/** What is written by one process and read by another, without any program in between. */
function messagesPass(): Finding {
  const start = pinned("6.18").fork();
  const second = 2;
  const moves = [OTHER, second].flatMap((task): Move[] => [
    move(`${task} gets`, (m) => get(m.as(task), A)),
    ...[5, 6].map((value) =>
      move(
        `${task} writes ${value}`,
        onFd(task, "map", (m, map_fd) =>
          m.bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value: wordBytes(value) })),
      )
    ),
  ]);
  return search(start, moves, 4, (m) => {
    const last = m.trail[m.trail.length - 1];
    if (last.call.op !== "bpf" || last.call.cmd !== "MAP_UPDATE_ELEM") return undefined;
    const reader = last.task === OTHER ? second : OTHER;
    const fd = fdOf(m, reader, "map");
    if (fd === undefined || m.progIds.length > 0) return undefined;
    const sent = (last.call.attr as { readonly value: Uint8Array }).value[0];
    return valueAt(m.as(reader), fd) === sent ? undefined : "what was written is not read";
  });
}

/** Starovoitov's side: a map is no means for processes to talk. */
function noIpc(): Finding {
  const start = pinned("6.18").fork();
  const moves = [
    move("one gets", (m) => get(m.as(OTHER), A)),
    move(
      "one writes 5",
      onFd(
        OTHER,
        "map",
        (m, map_fd) => m.bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value: wordBytes(5) }),
      ),
    ),
    move("another gets", (m) => get(m.as(2), A)),
  ];
  return search(start, moves, 3, (m) => {
    const fd = fdOf(m, 2, "map");
    return fd !== undefined && valueAt(m.as(2), fd) === 5 ? "the other reads 5" : undefined;
  });
}

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

export const LINUX_USERS_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-or-devices/names-hurt",
    source,
    says: "it is dangerous that one object has several names: the end of one hurts the other",
    verdict: "fails",
    check: namesHurt,
  },
  {
    id: "file-system-or-devices/names-stand-alone",
    source,
    says: "however names of one map come and go, each leads to it while it is there",
    verdict: "holds",
    check: namesStandAlone,
  },
  {
    id: "file-system-or-devices/one-tree-shows-all",
    source,
    says: "with a single instance an administrator finds every map in it",
    verdict: "fails",
    check: foundByName,
  },
  {
    id: "file-system-or-devices/kernel-names-show-all",
    source,
    says: "where the kernel gives the names, all maps are found by them",
    verdict: "holds",
    check: foundById,
  },
  {
    id: "file-system-or-devices/names-tell-nothing",
    source,
    says: "where users give the names, neither a name nor getting it tells a map from a program",
    verdict: "holds",
    check: namesTellNothing,
  },
  {
    id: "file-system-or-devices/layout-not-enforced",
    source,
    says: "nothing makes users keep to a layout of directories",
    verdict: "holds",
    check: nothingEnforced,
  },
  {
    id: "file-system-or-devices/users-separated",
    source,
    says: "in one instance users can be kept apart, by owners and modes of directories",
    verdict: "holds",
    check: usersApart,
  },
  {
    id: "file-system-or-devices/users-by-design",
    source,
    says:
      "the design does not stand in the way of users without privilege: they pin, get and unlink",
    verdict: "holds",
    check: () => usersByDesign(OPEN),
  },
  {
    id: "file-system-or-devices/users-in-fact",
    source,
    says: "users without privilege use pins, as the kernels are configured",
    verdict: "fails",
    check: () => usersByDesign({}),
  },
  {
    id: "file-system-or-devices/daemon-distributes",
    source,
    says: "a daemon with privilege can pin for consumers that have none, and leave",
    verdict: "holds",
    check: daemonGives,
  },
  {
    id: "file-system-or-devices/map-is-ipc",
    source,
    says: "a pinned map carries what one process writes to another, with no program about",
    verdict: "holds",
    check: messagesPass,
  },
  {
    id: "file-system-or-devices/map-is-no-ipc",
    source,
    says: "a bpf map is no means of communication between processes, pinned or not",
    verdict: "fails",
    check: () => after(["pin", "exit"], noIpc()),
  },
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
