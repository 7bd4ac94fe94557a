/** What is claimed about a file system for each map: superblocks, mounts and descriptors. */
import { room } from "../../abi/memory.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import type { MapMountCall } from "../fs_per_map/call.ts";
import type { K } from "../fs_per_map/state.ts";
import { bytesFor, catMount, type Footprint, footprint, lsMount } from "../fs_per_map/tool.ts";
import { hexOf } from "../keys_as_files/format.ts";
import { type Move, search } from "../search.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { PROG } from "./device_moves.ts";
import { begin, HASH, KEY, type MapMountMachine, mounted, number } from "./fs_per_map_moves.ts";

const source = "file-system-per-map";

const DIRECTORIES = ["/tmp/a", "/tmp/b"];

/** Mounts and umounts of two maps, at descriptors 3 and 4, on two directories. */
const MOUNTS: readonly Move<MapMountCall>[] = DIRECTORIES.flatMap((path) => [
  ...[3, 4].map((fd): Move<MapMountCall> => ({
    name: `mount -o fd=${fd} ${path}`,
    make: (m) => accepted(m.call({ op: "mount_map", path, data: `fd=${fd}` })),
  })),
  { name: `umount ${path}`, make: (m) => accepted(m.umount(path)) },
]);

function accepted(m: MapMountMachine): MapMountMachine | undefined {
  return m.result === 0 ? m : undefined;
}

/** Superblocks of maps that are mounted twice over, or none of them. */
function superblocksWrong(m: MapMountMachine): string | undefined {
  const { proposed, fs } = m.kernel as K;
  const maps = Array.from(proposed.trees.values(), ({ id }) => id);
  if (new Set(maps).size !== maps.length) return "one map has two superblocks";
  const shown = new Set(
    Array.from(fs.mounts.values(), ({ sb }) => sb).filter((sb) => proposed.trees.has(sb)),
  );
  return shown.size === maps.length ? undefined : "a superblock is mounted nowhere";
}

function oneSuperblock(): Finding {
  const start = begin().mkdir("/tmp/a").mkdir("/tmp/b")
    .bpf("MAP_CREATE", HASH).bpf("MAP_CREATE", HASH);
  return search(start, MOUNTS, 6, superblocksWrong);
}

/** The `i`th of several maps has the key `i`; mounted by its descriptor it shows that one. */
function showsItsMap(i: number, version: Version): Contradiction {
  const count = 5;
  const made = Array.from({ length: count }, (_, j) => j).reduce((m, j) => {
    const created = m.bpf("MAP_CREATE", HASH);
    const map_fd = number(created);
    const key = Uint8Array.of(j, 0, 0, 0);
    return created.bpf("MAP_UPDATE_ELEM", { map_fd, key, value: key });
  }, begin({}, version));
  const names = lsMount(mounted(made, "/tmp/a", `fd=${3 + i}`), "/tmp/a");
  const wanted = hexOf(String.fromCharCode(i, 0, 0, 0));
  if (Array.isArray(names) && names.length === 1 && names[0] === wanted) return undefined;
  return ["MAP_CREATE", `mount -o fd=${3 + i}`, "another map's keys are shown"];
}

function less(a: Footprint, b: Footprint): Footprint {
  return {
    superblocks: a.superblocks - b.superblocks,
    mounts: a.mounts - b.mounts,
    inodes: a.inodes - b.inodes,
  };
}

/** What one name costs: by a mount, and by a pin. */
function costs(): { readonly mount: Footprint; readonly pin: Footprint } {
  const start = begin().bpf("MAP_CREATE", HASH);
  const before = footprint(start.kernel);
  const pin = start.bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 });
  return {
    mount: less(footprint(mounted(start, "/tmp/a", "fd=3").kernel), before),
    pin: less(footprint(pin.kernel), before),
  };
}

function told(what: string, cost: Footprint): string {
  const { superblocks, mounts, inodes } = cost;
  const parts = [[superblocks, "superblock"], [mounts, "mount"], [inodes, "inode"]] as const;
  const shown = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n > 1 ? "s" : ""}`);
  return `${what}: ${shown.join(", ")}, ${bytesFor(cost)} bytes`;
}

function sameCost(): Finding {
  const { mount, pin } = costs();
  if (bytesFor(mount) <= bytesFor(pin)) return { holds: true, cases: 1 };
  const counterexample = [
    "MAP_CREATE",
    told("mkdir and mount", mount),
    told("OBJ_PIN", pin),
  ];
  return { holds: false, cases: 1, counterexample };
}

/** Machines with small limits: mounts end at the limit, pins do not. */
function endsAtLimit(kind: "mountMax" | "anonymous", room: number): Contradiction {
  const limit = kind === "mountMax" ? room + 4 : room;
  let m = begin({ [kind]: limit });
  for (let i = 0; i <= room; i++) {
    m = m.bpf("MAP_CREATE", HASH);
    const fd = number(m);
    m = m.bpf("OBJ_PIN", { pathname: `/sys/fs/bpf/m${i}`, bpf_fd: fd });
    if (m.result !== 0) return [`OBJ_PIN ${i + 1} is refused`];
    m = mounted(m, `/tmp/m${i}`, `fd=${fd}`);
    const fits = m.result === 0;
    if (fits !== i < room) return [`${room} fit`, `mount ${i + 1} ${fits ? "fits" : "does not"}`];
  }
  return undefined;
}

/** So many programs have so many superblocks, and nothing to see in any of them. */
function emptyTrees(count: number): Contradiction {
  let m = begin({ programs: "empty" });
  const before = footprint(m.kernel).superblocks;
  for (let i = 0; i < count; i++) {
    m = m.bpf("PROG_LOAD", PROG);
    m = mounted(m, `/tmp/p${i}`, `fd=${number(m)}`);
    const names = lsMount(m, `/tmp/p${i}`);
    if (!Array.isArray(names) || names.length > 0) return ["PROG_LOAD", "mount", "ls shows a name"];
  }
  return footprint(m.kernel).superblocks - before === count
    ? undefined
    : [`${count} programs are mounted`, "they share superblocks"];
}

/** One map, mounted by a process that is gone: another process has task 1. */
function afterLoader(): MapMountMachine {
  const made = begin().bpf("MAP_CREATE", HASH)
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: KEY });
  return mounted(made, "/tmp/a", "fd=3,mode=0755").close(3).fork().exit().as(1);
}

/** Does the map end with the process that mounted it? */
function survives(): Finding {
  const later = afterLoader();
  const isRead = catMount(later, "/tmp/a/01000000") === "01000000\n";
  if (later.mapIds.length === 0 || !isRead) return { holds: true, cases: 1 };
  const counterexample = [
    "MAP_CREATE",
    "mkdir",
    "mount -o fd=3",
    "exit",
    "the map is there, and its keys can be read",
  ];
  return { holds: false, cases: 1, counterexample };
}

const ROOT = "/tmp/a";
const FILE = "/tmp/a/01000000";

/** What a process can try to come by a descriptor of a mounted map, without asking for ids. */
const WAYS: readonly Move<MapMountCall>[] = [
  { name: "open the root", make: (m) => m.open(ROOT) },
  { name: "open a key", make: (m) => m.open(FILE) },
  { name: "OBJ_GET the root", make: (m) => m.bpf("OBJ_GET", { pathname: ROOT }) },
  { name: "OBJ_GET a key", make: (m) => m.bpf("OBJ_GET", { pathname: FILE }) },
  { name: "OBJ_PIN", make: (m) => m.bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 }) },
  { name: "OBJ_GET a pin", make: (m) => m.bpf("OBJ_GET", { pathname: "/sys/fs/bpf/m" }) },
  { name: "mount", make: (m) => mounted(m, "/tmp/b", "fd=3") },
];

function hasMap(m: MapMountMachine): boolean {
  const fds = Array.from(m.kernel.tasks.get(m.task)!.fds.entries(), ([fd]) => fd);
  return fds.some((fd) =>
    m.bpf("MAP_LOOKUP_ELEM", { map_fd: fd, key: KEY, value: room(4) }).result === 0
  );
}

export const FS_PER_MAP_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-per-map/one-superblock",
    source,
    says: "there is exactly one superblock for each map that is mounted",
    verdict: "holds",
    check: oneSuperblock,
  },
  {
    id: "file-system-per-map/fd-says-which",
    source,
    says: "an option with the number of a descriptor is enough to say which map is mounted",
    verdict: "holds",
    check: () => every(pairs([0, 1, 2, 3, 4], VERSIONS), ([i, v]) => showsItsMap(i, v)),
  },
  {
    id: "file-system-per-map/superblocks-end",
    source,
    says: "a superblock for each object does not scale: mounts come to an end where pins go on",
    verdict: "holds",
    check: () =>
      every(
        pairs(["mountMax", "anonymous"] as const, [1, 2, 3, 5, 8, 13]),
        ([kind, room]) => endsAtLimit(kind, room),
      ),
  },
  {
    id: "file-system-per-map/same-cost",
    source,
    says: "a name for each object costs the same, whether it is a mount or not",
    verdict: "fails",
    check: sameCost,
  },
  {
    id: "file-system-per-map/superblock-per-program",
    source,
    says: "it would mean a superblock for each program as well, with nothing in it",
    verdict: "holds",
    check: () => every([1, 2, 3, 4, 5, 6, 7, 8], emptyTrees),
  },
  {
    id: "file-system-per-map/mount-keeps-nothing",
    source,
    says: "for keeping a map beyond its process a mount makes no sense",
    verdict: "fails",
    check: survives,
  },
  {
    id: "file-system-per-map/no-descriptor-back",
    source,
    says: "descriptors must come back out of names, and out of a mount none does",
    verdict: "holds",
    check: () =>
      search(afterLoader(), WAYS, 3, (m) => hasMap(m) ? "a descriptor of the map" : undefined),
  },
];
