/** What persistent-maps-commit.txt claims about the workaround: a daemon at a Unix socket. */
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Move, search } from "../search.ts";
import { every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  alive,
  did,
  fdOf,
  get,
  KEY,
  MAP,
  move,
  onFd,
  PROG,
  VALUE,
  valueAt,
} from "./linux_moves.ts";

const source = "persistent-maps-commit";

const DAEMON = 0;
const LOADER = 1;
const ASKER = 2;

/** The daemon has 3 to the loader and 5 to the asker; they have 4 and 6. The loader has a map, 3. */
function people(version: (typeof VERSIONS)[number] = "6.18"): Machine {
  return boot(version).socketpair().socketpair().fork().fork()
    .close(4).close(6)
    .as(ASKER).close(3).close(4).close(5)
    .as(LOADER).close(3).close(5).close(6)
    .bpf("MAP_CREATE", MAP).bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: VALUE });
}

const MOVES: readonly Move[] = [
  move("the loader sends", onFd(LOADER, "map", (m, fd) => m.send(4, [fd]))),
  move("the loader exits", (m) => m.as(LOADER).exit()),
  move("the daemon receives", (m) => m.as(DAEMON).recv(3)),
  move("the daemon sends", onFd(DAEMON, "map", (m, fd) => m.send(5, [fd]))),
  move("the daemon exits", (m) => m.as(DAEMON).exit()),
  move("the asker receives", (m) => m.as(ASKER).recv(6)),
];

function has(m: Machine, task: number): boolean {
  const fd = fdOf(m, task, "map");
  return fd !== undefined && valueAt(m.as(task), fd) === VALUE[0];
}

/** The whole way on every kernel, with the loader gone before the daemon does anything. */
function works(): Finding {
  return every(pairs(VERSIONS, ["map", "prog"] as const), ([version, kind]) => {
    const loader = people(version);
    const made = kind === "map" ? loader : loader.close(3).bpf("PROG_LOAD", PROG);
    const handed = made.send(4, [3]).exit().as(DAEMON).recv(3);
    const asked = handed.send(5, [fdOf(handed, DAEMON, kind)!]).as(ASKER).recv(6);
    const isHad = kind === "map" ? has(asked, ASKER) : fdOf(asked, ASKER, "prog") !== undefined;
    return isHad ? undefined : [version, `a ${kind} is handed over`, "the asker has nothing"];
  });
}

/** The calls that lead up to every run. */
const BEFORE = people().trail.length;

/** How many steps a task has in a run, its end aside. */
function acts(m: Machine, task: number): number {
  return m.trail.slice(BEFORE)
    .filter((step) => step.task === task && step.call.op !== "exit").length;
}

/** There is no run in which somebody can be spared. */
function needsAll(): Finding {
  return search(people(), MOVES, 6, (m) => {
    if (!has(m, ASKER)) return undefined;
    const spared = [DAEMON, LOADER, ASKER].filter((task) => acts(m, task) === 0);
    const short = acts(m, DAEMON) < 2;
    return spared.length > 0 || short ? "the asker has the map with less" : undefined;
  });
}

/** The same with a name: the asker, alone, when nobody else is left. */
function pinNeedsNobody(): Finding {
  return every(VERSIONS, (version) => {
    const left = people(version).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }).exit()
      .as(DAEMON).exit().as(ASKER);
    const got = get(left, A);
    return has(got, ASKER) ? undefined : [version, "OBJ_PIN", "exit", "exit", "OBJ_GET is refused"];
  });
}

/** Whoever has the map, in a task or in flight to one that lives. */
function lostWithDaemon(): Finding {
  return search(people(), MOVES, 5, (m) => {
    if (alive(m, DAEMON) || alive(m, LOADER) || has(m, ASKER)) return undefined;
    const waits = m.as(ASKER).recv(6);
    if (has(waits, ASKER)) return undefined;
    return m.mapIds.length > 0 ? "nobody has the map, and it is there" : undefined;
  });
}

/** A message holds what it carries: the sender's end loses nothing. */
function sentIsSafe(): Finding {
  return search(people(), MOVES, 5, (m) => {
    const sent = acts(m, LOADER) > 0;
    const received = m.as(DAEMON).recv(3);
    if (!sent || !alive(m, DAEMON) || m.mapIds.length > 0) return undefined;
    return did(received) ? "the message came without the map" : "the message is lost";
  });
}

/** What was sent is had by somebody who is alive, in the end. */
function sentIsHad(): Finding {
  return search(people(), MOVES, 3, (m) => {
    return acts(m, LOADER) > 0 && m.mapIds.length === 0 ? "the map is gone" : undefined;
  });
}

export const LINUX_HANDOVER_CLAIMS: readonly Claim[] = [
  {
    id: "persistent-maps-commit/daemon-works",
    source,
    says:
      "descriptors that are sent over a Unix socket make a daemon share the maps and programs of others",
    verdict: "holds",
    check: works,
  },
  {
    id: "persistent-maps-commit/daemon-is-complicated",
    source,
    says:
      "with a daemon nobody gets a map without a step of the maker, two of the daemon and one of its own",
    verdict: "holds",
    check: needsAll,
  },
  {
    id: "persistent-maps-commit/pin-needs-nobody",
    source,
    says: "with a name it takes one step, when all others are gone",
    verdict: "holds",
    check: pinNeedsNobody,
  },
  {
    id: "persistent-maps-commit/lost-with-daemon",
    source,
    says: "what only a daemon holds is gone with it",
    verdict: "holds",
    check: lostWithDaemon,
  },
  {
    id: "persistent-maps-commit/in-flight-is-held",
    source,
    says: "what was sent to a daemon that lives is not lost by the sender's end",
    verdict: "holds",
    check: sentIsSafe,
  },
  {
    id: "persistent-maps-commit/sent-is-had",
    source,
    says: "what a loader has sent, somebody has: the loader may go",
    verdict: "fails",
    check: sentIsHad,
  },
];
