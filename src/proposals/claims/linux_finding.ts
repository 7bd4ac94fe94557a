/** What file-system-or-devices.txt claims about names and finding, on Linux as it became. */
import { VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Move, search } from "../search.ts";
import { after, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  A,
  B,
  did,
  get,
  loaded,
  LOADER,
  LOADER_MOVES,
  MAP,
  move,
  onFd,
  OPEN,
  OTHER,
  PROG,
  USER,
  using,
  VALUE,
  valueBehind,
} from "./linux_moves.ts";

const source = "file-system-or-devices";

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

export const LINUX_FINDING_CLAIMS: readonly Claim[] = [
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
];
