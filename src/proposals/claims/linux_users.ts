/** What file-system-or-devices.txt claims about users and what they tell each other, on Linux as it became. */
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Move, search } from "../search.ts";
import { after, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  B,
  did,
  fdOf,
  get,
  KEY,
  LOADER,
  MAP,
  move,
  onFd,
  OPEN,
  OTHER,
  pinned,
  PROG,
  USER,
  valueAt,
  wordBytes,
} from "./linux_moves.ts";

const source = "file-system-or-devices";

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

export const LINUX_USERS_CLAIMS: readonly Claim[] = [
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
];
