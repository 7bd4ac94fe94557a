/** What is claimed about a file system for each map. */
import { latin1, room } from "../../abi/memory.ts";
import { btf } from "../../btf/encode.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import type { MapMountCall } from "../fs_per_map/call.ts";
import { FS_PER_MAP } from "../fs_per_map/fs_per_map.ts";
import type { K, MapMountOptions } from "../fs_per_map/state.ts";
import { bytesFor, catMount, type Footprint, footprint, lsMount } from "../fs_per_map/tool.ts";
import { hexOf } from "../keys_as_files/format.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import { PROG } from "./device_moves.ts";

type MapMountMachine = Machine<MapMountCall>;

const source = "file-system-per-map";
const HASH = { map_type: 1, key_size: 4, value_size: 4, max_entries: 8 };
const USER = 1000;

function begin(options: Partial<MapMountOptions> = {}, version: Version = "6.18"): MapMountMachine {
  return propose(FS_PER_MAP(options), version);
}

function mounted(m: MapMountMachine, path: string, data: string): MapMountMachine {
  return m.mkdir(path).call({ op: "mount_map", path, data });
}

function number(m: MapMountMachine): number {
  return Number(m.result);
}

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

const KEY = Uint8Array.of(1, 0, 0, 0);

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

/** Every key of a map is shown, by its bytes in hexadecimal, and its file has its value. */
function shown(keys: readonly string[]): Contradiction {
  const [first] = keys;
  const made = begin().bpf("MAP_CREATE", {
    ...HASH,
    key_size: first.length,
    max_entries: keys.length,
  });
  const filled = keys.reduce((m, key, i) => {
    const value = Uint8Array.of(i & 255, i >> 8, 0, 0);
    const bytes = Uint8Array.from(key, (each) => each.charCodeAt(0));
    return m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: bytes, value });
  }, made);
  const m = mounted(filled, "/tmp/a", "fd=3");
  const names = lsMount(m, "/tmp/a");
  if (!Array.isArray(names)) return ["mount", "ls is refused"];
  const wanted = keys.map(hexOf);
  if (names.toSorted().join() !== wanted.toSorted().join()) return ["mount", "ls shows other keys"];
  const at = wanted.findIndex((name, i) => {
    const value = latin1(Uint8Array.of(i & 255, i >> 8, 0, 0));
    return catMount(m, `/tmp/a/${name}`) !== `${hexOf(value)}\n`;
  });
  return at < 0 ? undefined : ["mount", `cat ${wanted[at]}`, "it is another value"];
}

/** Keys of several sizes, up to the longest whose digits are a name. */
function keySets(): readonly (readonly string[])[] {
  const single = Array.from({ length: 256 }, (_, i) => [String.fromCharCode(i)]);
  const sizes = [2, 4, 16, 127].map((size) =>
    [0, 0x2e, 0x2f, 0xff].map((code) => String.fromCharCode(code).repeat(size))
  );
  return [...single, ...sizes];
}

/** Strings that say no map, for reasons that a number in an attr cannot have. */
const STRINGS = [
  "",
  "fd",
  "fd=",
  "fd=x",
  "fd= 3",
  "fd=-1",
  "fd=0x3",
  "fd=99999999999",
  "FD=3",
  "fd:3",
  "fd=3;keys=hex",
  "map=3",
  "keys=hex",
  "fd=3,mode=9",
  "fd=3,keys=%hu,%hu,values=%u",
];

function refusedAsText(data: string): Contradiction {
  const m = mounted(begin().bpf("MAP_CREATE", HASH), "/tmp/a", data);
  const byText = ["mount_map/option", "mount_map/number", "mount_map/no_fd"];
  return byText.includes(m.rule?.id ?? "") && m.rule?.errno === "EINVAL"
    ? undefined
    : ["MAP_CREATE", `mount -o ${data}`, m.rule?.id ?? "it is mounted"];
}

/** A function that takes a descriptor and a path, as OBJ_PIN does. */
function wrapped(fd: number, version: Version): Contradiction {
  const start = begin({}, version).bpf("MAP_CREATE", HASH).dup2(3, 40).mkdir("/tmp/a");
  const byMount = start.call({ op: "mount_map", path: "/tmp/a", data: `fd=${fd}` }).result === 0;
  const pin = boot(version).bpf("MAP_CREATE", HASH).dup2(3, 40)
    .bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: fd });
  return byMount === (pin.result === 0) ? undefined : [`name(${fd}, path)`, "the two differ"];
}

/** Who reads the keys of a mount that root made for somebody. */
function readBy(uid: number, mode: number, reader: number): Contradiction {
  const made = begin().bpf("MAP_CREATE", HASH)
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: KEY, value: KEY });
  const m = mounted(made, "/tmp/a", `fd=3,uid=${uid},gid=1,mode=${mode.toString(8)}`)
    .fork().as(1).close(3).setuid(reader);
  const bits = reader === 0 ? 7 : (uid === reader ? mode >> 6 : mode) & 7;
  const got = typeof catMount(m, FILE) === "string";
  return got === ((bits & 5) === 5)
    ? undefined
    : [`mount -o fd=3,uid=${uid},mode=${mode.toString(8)}`, `setuid ${reader}`, "cat"];
}

/** Types of keys, with what they are and their size; the value is a number of 4 bytes. */
const TYPES = btf([
  { kind: "INT", name: "u8", size: 1 },
  { kind: "INT", name: "u16", size: 2 },
  { kind: "INT", name: "u32", size: 4 },
  { kind: "ARRAY", type: 1, index: 3, nelems: 4 },
  { kind: "STRUCT", name: "pair", size: 4, members: members(2, 2) },
  { kind: "STRUCT", name: "flow", size: 6, members: members(4, 2) },
  { kind: "STRUCT", name: "padded", size: 8, members: members(3, 2) },
]);

/** Two members after one another. */
function members(first: 2 | 3 | 4, second: number) {
  return [{ name: "a", type: first, offset: 0 }, {
    name: "b",
    type: second,
    offset: first === 2 ? 16 : 32,
  }];
}

const SCHEMAS = [
  { id: 1, key_size: 1, what: "u8" },
  { id: 2, key_size: 2, what: "u16" },
  { id: 3, key_size: 4, what: "u32" },
  { id: 4, key_size: 4, what: "u8[4]" },
  { id: 5, key_size: 4, what: "struct { u16 a; u16 b; }" },
  { id: 6, key_size: 6, what: "struct { u8 a[4]; u16 b; }" },
  { id: 7, key_size: 8, what: "struct { u32 a; u16 b; }" },
];

/** Do the keys of a map whose types are known all have names, each its own? */
function namedBySchema({ id, key_size, what }: (typeof SCHEMAS)[number]): Contradiction {
  const made = begin().bpf("BTF_LOAD", { btf: TYPES, btf_size: TYPES.length })
    .bpf("MAP_CREATE", {
      ...HASH,
      key_size,
      max_entries: 64,
      btf_fd: 3,
      btf_key_type_id: id,
      btf_value_type_id: 3,
    });
  const keys = Array.from({ length: key_size }, (_, at) => at).flatMap((at) =>
    [1, 46, 47, 255].map((byte) =>
      Uint8Array.from({ length: key_size }, (_, i) => i === at ? byte : 0)
    )
  );
  const filled = keys.reduce(
    (m, key) => m.bpf("MAP_UPDATE_ELEM", { map_fd: 4, key, value: KEY }),
    made,
  );
  const run = [`MAP_CREATE with keys of ${what}`, "mount -o keys=btf"];
  const m = mounted(filled, "/tmp/a", "fd=4,keys=btf");
  if (m.result !== 0) return [...run, "it is refused: not every byte has a type"];
  const names = lsMount(m, "/tmp/a");
  const count = Array.isArray(names) ? new Set(names).size : 0;
  return count === keys.length ? undefined : [...run, `${count} names for ${keys.length} keys`];
}

export const FS_PER_MAP_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-or-devices/mount-has-permissions",
    source: "file-system-or-devices",
    says: "with a mount for each map, owner and mode of the mount decide who reads its keys",
    verdict: "holds",
    check: () =>
      every(
        pairs([0, USER, USER + 1], pairs([0o700, 0o500, 0o705, 0o755, 0o711, 0], [0, USER])),
        ([uid, [mode, reader]]) => readBy(uid, mode, reader),
      ),
  },
  {
    id: "file-system-or-devices/schema-names-keys",
    source: "file-system-or-devices",
    says: "with a schema of the keys every key has a name that looks like what it is",
    verdict: "fails",
    check: () => every(SCHEMAS, namedBySchema),
  },
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
  {
    id: "file-system-per-map/ls-and-cat",
    source,
    says: "`ls` of the mount point shows the keys, and `cat` of a key its value",
    verdict: "holds",
    check: () => every(keySets(), shown),
  },
  {
    id: "file-system-per-map/string-not-clean",
    source,
    says: "a descriptor in a string can be wrong in ways in which a number cannot, all one errno",
    verdict: "holds",
    check: () => every(STRINGS, refusedAsText),
  },
  {
    id: "file-system-per-map/wrapped",
    source,
    says: "wrapped in a function of a descriptor and a path, the mount is used as anything else is",
    verdict: "holds",
    check: () => every(pairs([0, 1, 3, 4, 40, 1023], VERSIONS), ([fd, v]) => wrapped(fd, v)),
  },
];
