/** What persistent-maps-commit.txt claims of use: what was got does what the first descriptor did. */
import { room } from "../../abi/memory.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim } from "./claim.ts";
import { A, B, did, get, KEY, MAP, PROG, using, VALUE } from "./linux_moves.ts";

const source = "persistent-maps-commit";

interface Use {
  readonly name: string;
  make(m: Machine, fd: number): Machine;
}

const INFO: Use = {
  name: "OBJ_GET_INFO_BY_FD",
  make: (m, bpf_fd) => m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: 8, info: room(8) }),
};
const PIN: Use = {
  name: "OBJ_PIN",
  make: (m, bpf_fd) => m.bpf("OBJ_PIN", { pathname: B, bpf_fd }),
};
const SEND: Use = { name: "send", make: (m, fd) => m.socketpair().send(fd + 1, [fd]) };

const MAP_USES: readonly Use[] = [
  {
    name: "MAP_UPDATE_ELEM",
    make: (m, map_fd) => m.bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value: VALUE }),
  },
  {
    name: "MAP_LOOKUP_ELEM",
    make: (m, map_fd) => m.bpf("MAP_LOOKUP_ELEM", { map_fd, key: KEY, value: room(4) }),
  },
  {
    name: "MAP_GET_NEXT_KEY",
    make: (m, map_fd) => m.bpf("MAP_GET_NEXT_KEY", { map_fd, key: 0, next_key: room(4) }),
  },
  {
    name: "MAP_DELETE_ELEM",
    make: (m, map_fd) =>
      m.bpf("MAP_UPDATE_ELEM", { map_fd, key: KEY, value: VALUE })
        .bpf("MAP_DELETE_ELEM", { map_fd, key: KEY }),
  },
  { name: "MAP_FREEZE", make: (m, map_fd) => m.bpf("MAP_FREEZE", { map_fd }) },
  {
    name: "PROG_LOAD",
    make: (m, fd) => m.bpf("PROG_LOAD", using(fd), { verdict: "accept" }),
  },
  INFO,
  PIN,
  SEND,
];

const [ARRAY, HASH, PROGRAM] = ["array", "hash", "program"] as const;
type Kind = typeof ARRAY | typeof HASH | typeof PROGRAM;

function made(version: Version, kind: Kind, map_flags: number): Machine {
  if (kind === PROGRAM) return boot(version).bpf("PROG_LOAD", PROG);
  return boot(version).bpf("MAP_CREATE", { ...MAP, map_type: kind === HASH ? 1 : 2, map_flags });
}

type Case = readonly [Version, readonly [readonly [Kind, number], Use]];

/** One use by the first descriptor, and by one that was got when that was closed. */
function both([version, [[kind, flags], use]]: Case): readonly [first: boolean, got: boolean] {
  const pinned = made(version, kind, flags).bpf("OBJ_PIN", { pathname: A, bpf_fd: 3 });
  const got = get(pinned.close(3), A);
  return [did(use.make(pinned, 3)), did(use.make(got, Number(got.result)))];
}

function noLess(one: Case): Contradiction {
  const [first, got] = both(one);
  const [version, [[kind], use]] = one;
  return first && !got
    ? [version, kind, "OBJ_PIN", "OBJ_GET", `${use.name} is refused`]
    : undefined;
}

const RDONLY = 8, WRONLY = 16;

function noMore(one: Case): Contradiction {
  const [first, got] = both(one);
  if (first || !got) return undefined;
  const [version, [[, flags], use]] = one;
  const how = flags === RDONLY ? "BPF_F_RDONLY" : "BPF_F_WRONLY";
  const run = [version, `MAP_CREATE ${how}`, "OBJ_PIN", "OBJ_GET"];
  return [...run, `${use.name} is done, which the first descriptor was refused`];
}

const MAPS = pairs([HASH, ARRAY], [0, RDONLY, WRONLY]);
const CASES: readonly Case[] = pairs(VERSIONS, [
  ...pairs(MAPS, MAP_USES),
  ...pairs([[PROGRAM, 0] as const], [INFO, PIN, SEND]),
]);

export const LINUX_USE_CLAIMS: readonly Claim[] = [
  {
    id: `${source}/used-later`,
    source,
    says: "what was got by a name is used as the first descriptor was: nothing is lost by the way",
    verdict: "holds",
    check: () => every(CASES, noLess),
  },
  {
    id: `${source}/no-more-than-first`,
    source,
    says: "what was got by a name does no more than the descriptor did that was pinned",
    verdict: "fails",
    check: () => every(CASES, noMore),
  },
];
