/** What persistent-maps-commit.txt claims about lifetimes, names and what is behind them. */
import { type Version, VERSIONS } from "../../kernel/version.ts";
import type { Machine } from "../../machine/machine.ts";
import { boot } from "../../machine/machine.ts";
import { search } from "../search.ts";
import { after, type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  alive,
  B,
  byId,
  did,
  get,
  KEY,
  loaded,
  LOADER,
  LOADER_MOVES,
  MAP,
  move,
  namesOf,
  onFd,
  OTHER,
  OTHER_MOVES,
  pinned,
  PROG,
  using,
  VALUE,
  valueAt,
  valueBehind,
  wordBytes,
} from "./linux_moves.ts";

const source = "persistent-maps-commit";

/** A name that is there leads to the map, with what was in it. */
function nameLeads(m: Machine): string | undefined {
  const names = [A, B].filter((path) => did(get(m.as(OTHER), path)));
  if (names.length !== namesOf(m)) return `${namesOf(m)} names, of which ${names.length} lead on`;
  const wrong = names.find((path) => valueBehind(m, path) !== VALUE[0]);
  return wrong === undefined ? undefined : `${wrong} leads to something else`;
}

function survives(): Finding {
  return search(loaded("6.18"), [...LOADER_MOVES, ...OTHER_MOVES], 4, nameLeads);
}

/** Every kernel, with the loader gone in each of its ways. */
function survivesEverywhere(): Finding {
  const ways = ["close", "exit", "exec"] as const;
  return every(pairs(VERSIONS, ways), ([version, way]) => {
    const named = loaded(version).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 });
    const left = way === "close" ? named.close(3) : named[way]();
    return valueBehind(left, A) === VALUE[0] ? undefined : [version, "pin", way, "nothing there"];
  });
}

/** Without a pin, and while nobody else is given anything. */
function diesUnpinned(): Finding {
  const alone = LOADER_MOVES.filter(({ name }) => !name.startsWith("pin"));
  const start = loaded("6.18");
  const [id] = start.mapIds;
  return search(start, alone, 5, (m) => {
    if (alive(m, LOADER)) return undefined;
    return m.mapIds.length > 0 || did(byId(m, id)) ? "the map is still there" : undefined;
  });
}

function programDiesUnpinned(): Finding {
  return every(VERSIONS, (version) => {
    const m = boot(version).fork().as(LOADER).bpf("PROG_LOAD", PROG).exit();
    return m.progIds.length === 0 ? undefined : [version, "PROG_LOAD", "exit", "it is there"];
  });
}

/** The loader hands its program to the device, which holds it from then on. */
const ATTACH = move(
  "attach a program that uses it",
  onFd(LOADER, "map", (m, fd) => {
    const program = m.bpf("PROG_LOAD", using(fd), { verdict: "accept" });
    return program.send(5, [program.result as number]).close(program.result as number)
      .as(OTHER).recv(3);
  }),
);

/** The loader has descriptor 5 to the device, task 0, which has descriptor 3 to it. */
function withDevice(): Machine {
  return boot("6.18").socketpair().fork().as(LOADER).dup2(4, 5).close(3).close(4)
    .bpf("MAP_CREATE", MAP).as(OTHER).close(4).as(LOADER);
}

/** A second invocation of tc that tries what 2015 had: paths, and whatever descriptor is there. */
function reaches(m: Machine): boolean {
  const forked = m.as(OTHER).fork();
  const second = forked.as(forked.result as number);
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
  const lookup = (map_fd: number) =>
    did(second.bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value: VALUE }));
  return numbers.some(lookup) || [A, B].some((path) => did(get(second, path)));
}

function nextInvocation(): Finding {
  const alone = [...LOADER_MOVES.filter(({ name }) => !name.startsWith("pin")), ATTACH];
  return search(withDevice(), alone, 4, (m) => {
    if (alive(m, LOADER)) return undefined;
    return reaches(m) ? "the second invocation has the map" : undefined;
  });
}

/** The same, by id. */
function nextInvocationById(): Finding {
  const start = withDevice();
  const [id] = start.mapIds;
  const exit = LOADER_MOVES.filter(({ name }) => name === "exit");
  return search(start, [ATTACH, ...exit], 3, (m) => {
    if (alive(m, LOADER)) return undefined;
    return did(byId(m, id)) ? "MAP_GET_FD_BY_ID; the second invocation has the map" : undefined;
  });
}

/** Ingress pins at some moment between its other steps, and exits; egress comes later. */
function shared(): Finding {
  const orders = [["pin", "load"], ["load", "pin"]] as const;
  return every(pairs(VERSIONS, orders), ([version, order]) => {
    let m = boot(version).fork().as(LOADER).bpf("MAP_CREATE", MAP);
    for (const step of order) {
      m = step === "pin"
        ? m.bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 })
        : m.bpf("PROG_LOAD", using(3), { verdict: "accept" })
          .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/ingress", bpf_fd: 4 });
    }
    const second = m.exit().as(OTHER).fork().as(2).bpf("OBJ_GET", { pathname: A })
      .bpf("PROG_LOAD", using(3), { verdict: "accept" });
    const maps = second.progIds.map((id) => usedBy(second, id));
    const one = maps.length === 2 && maps[0] === maps[1];
    return one ? undefined : [version, ...order, "exit", "OBJ_GET", "PROG_LOAD", "two maps"];
  });
}

function usedBy(m: Machine, id: number): string {
  return (m.kernel.progs.table.get(id)?.maps ?? []).join();
}

/** What two processes that got the map write to it, both read, in every order. */
function sameObject(): Finding {
  const start = pinned("6.18").fork().bpf("OBJ_GET", { pathname: A }).as(2)
    .bpf("OBJ_GET", { pathname: A });
  const writes = [1, 2].flatMap((value) =>
    [OTHER, 2].map((task) =>
      move(
        `task ${task} writes ${value}`,
        (m) => m.as(task).bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: wordBytes(value) }),
      )
    )
  );
  return search(start, writes, 4, (m) => {
    const [one, two] = [valueAt(m.as(OTHER), 3), valueAt(m.as(2), 3)];
    return one === two ? undefined : `one reads ${one}, the other ${two}`;
  });
}

const KINDS = ["map", "program"] as const;
type Kind = (typeof KINDS)[number];

function made(version: Version, kind: Kind): Machine {
  const m = boot(version).fork().as(LOADER);
  return kind === "map" ? m.bpf("MAP_CREATE", MAP) : m.bpf("PROG_LOAD", PROG);
}

function bothKinds(): Finding {
  return every(pairs(VERSIONS, KINDS), ([version, kind]) => {
    const got = made(version, kind).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }).exit().as(OTHER)
      .bpf("OBJ_GET", { pathname: A });
    return did(got) ? undefined : [version, kind, "OBJ_PIN", "OBJ_GET is refused"];
  });
}

function unlinkIsEnough(): Finding {
  const all = [...LOADER_MOVES, ...OTHER_MOVES];
  return search(loaded("6.18"), all, 4, (m) => {
    const last = m.trail[m.trail.length - 1].call;
    if (last.op !== "unlink") return undefined;
    return did(get(m.as(OTHER), last.path)) ? "the name still leads to it" : undefined;
  });
}

/** The last name is taken away, and the object with it. */
function unlinkFrees(): Finding {
  const found = search(pinned("6.18"), OTHER_MOVES, 3, (m) => {
    if (did(get(m.as(OTHER), A))) return undefined;
    return m.mapIds.length > 0 ? "no name is left, the map is" : undefined;
  });
  return after(["pin", "exit"], found);
}

/** Descriptors that were got go on when the name is gone. */
function unlinkSpares([version, kind]: readonly [Version, Kind]): Contradiction {
  const m = made(version, kind).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 }).exit().as(OTHER)
    .bpf("OBJ_GET", { pathname: A }).unlink(A);
  const used = m.bpf("OBJ_PIN", { pathname: B, bpf_fd: 3 });
  const there = kind === "map" ? m.mapIds : m.progIds;
  if (did(m) && did(used) && there.length === 1) return undefined;
  return [version, kind, "OBJ_GET", "unlink", "the descriptor is dead"];
}

export const LINUX_PINS_CLAIMS: readonly Claim[] = [
  {
    id: "persistent-maps-commit/survives",
    source,
    says: "what is pinned is there, with its contents, as long as a name is, whoever ends",
    verdict: "holds",
    check: survives,
  },
  {
    id: "persistent-maps-commit/survives-everywhere",
    source,
    says: "that is so on each of the five kernels, however the loader lets go",
    verdict: "holds",
    check: survivesEverywhere,
  },
  {
    id: "persistent-maps-commit/unpinned-dies",
    source,
    says: "a map that was neither pinned nor given away is gone with its loader, even by its id",
    verdict: "holds",
    check: diesUnpinned,
  },
  {
    id: "persistent-maps-commit/unpinned-program-dies",
    source,
    says: "a program that was neither pinned nor attached is gone with its loader",
    verdict: "holds",
    check: programDiesUnpinned,
  },
  {
    id: "persistent-maps-commit/out-of-reach",
    source,
    says:
      "without pins a second invocation of tc does not reach the map of the first by any path or descriptor",
    verdict: "holds",
    check: nextInvocation,
  },
  {
    id: "persistent-maps-commit/out-of-reach-today",
    source,
    says: "without a pin a later invocation has no way at all to the map of the first",
    verdict: "fails",
    check: nextInvocationById,
  },
  {
    id: "persistent-maps-commit/ingress-and-egress",
    source,
    says: "with a pin, programs that two invocations load use one map",
    verdict: "holds",
    check: shared,
  },
  {
    id: "persistent-maps-commit/same-object",
    source,
    says: "what is got by a name is the object itself: what one writes the other reads",
    verdict: "holds",
    check: sameObject,
  },
  {
    id: "persistent-maps-commit/maps-and-programs",
    source,
    says: "the same two commands pin and get maps and programs",
    verdict: "holds",
    check: bothKinds,
  },
  {
    id: "persistent-maps-commit/unlink-removes",
    source,
    says: "a name is taken away by unlink(2), without a command of bpf",
    verdict: "holds",
    check: unlinkIsEnough,
  },
  {
    id: "persistent-maps-commit/unlink-frees",
    source,
    says: "with its last name the object is gone",
    verdict: "fails",
    check: unlinkFrees,
  },
  {
    id: "persistent-maps-commit/unlink-spares-users",
    source,
    says: "who has got the object before keeps it when the name goes",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, KINDS), unlinkSpares),
  },
];
