/**
 * A checkpoint of a process's maps, and its restoration in another process on another kernel: what
 * CRIU would have to do, made of bpf(2) alone. The program runs on the model and on nothing else:
 *
 *     deno run examples/checkpoint.ts
 *
 * spec/story_dump.md tells the same as a story, and says what no checkpoint can restore.
 */
import {
  boot,
  BPF_EXIST,
  BPF_F_RDONLY,
  BPF_F_WRONLY,
  BPF_F_ZERO_SEED,
  BPF_MAP_TYPE_ARRAY,
  BPF_MAP_TYPE_HASH,
  BPF_NOEXIST,
  bytes,
  decodeInfo,
  latin1,
  type Machine,
  room,
  u32,
} from "bpfspec";

type Bytes = readonly number[];

/** What a map is made of again. */
interface MapImage {
  readonly map_type: number;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
  readonly map_flags: number;
  readonly map_name: string;
  /** Undefined where the dumper may not read the map. */
  readonly elements: readonly (readonly [Bytes, Bytes])[] | undefined;
  /** Undefined where the dumper cannot find out. */
  readonly frozen: boolean | undefined;
}

/** A descriptor of the process: its number, the map behind it, and what it may do. */
interface Slot {
  readonly fd: number;
  readonly map: number;
  readonly access: "read and write" | "read" | "write";
}

interface Image {
  readonly maps: readonly MapImage[];
  readonly slots: readonly Slot[];
  /** Descriptors of programs: nothing brings their instructions back with the maps they used. */
  readonly programs: readonly number[];
}

const MAP_INFOS = [80, 88, 104];
const PROG_INFOS = [208, 232];
const HIGHEST = 64;

/** Whether the last call was refused with an errno. */
function refusedWith(m: Machine, errno: string): boolean {
  return m.answer?.kind === "refusal" && m.answer.errno === errno;
}

/** What is behind a descriptor: how much the kernel tells of it says which kind it is. */
function infoOf(m: Machine, bpf_fd: number) {
  const asked = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: 4096, info: room(4096) });
  if (asked.result !== 0) return undefined;
  const length = Number(asked.out.info_len);
  if (PROG_INFOS.includes(length)) return "program";
  if (!MAP_INFOS.includes(length)) return undefined;
  return decodeInfo("bpf_map_info", latin1(asked.out.info as Uint8Array));
}

/** Every element, key after key. */
function elementsOf(m: Machine, map_fd: number, key_size: number, value_size: number) {
  const elements: [Bytes, Bytes][] = [];
  let key: Uint8Array | 0 = 0;
  while (true) {
    const next = m.bpf("MAP_GET_NEXT_KEY", { map_fd, key, next_key: room(key_size) });
    if (refusedWith(next, "EPERM")) return undefined;
    if (next.result !== 0) return elements;
    key = next.out.next_key as Uint8Array;
    const read = m.bpf("MAP_LOOKUP_ELEM", { map_fd, key, value: room(value_size) });
    elements.push([[...key], [...read.out.value as Uint8Array]]);
  }
}

/**
 * An update that changes nothing: of an element that is there if it is not, or of one that is not
 * there if it is. EPERM tells that the map cannot be written by this descriptor.
 */
function isWritable(m: Machine, map_fd: number, image: Pick<MapImage, "key_size" | "value_size">) {
  const { key_size, value_size } = image;
  const value = new Uint8Array(value_size);
  const first = m.bpf("MAP_GET_NEXT_KEY", { map_fd, key: 0, next_key: room(key_size) });
  const some = first.out.next_key instanceof Uint8Array && first.result === 0;
  const key = some ? first.out.next_key as Uint8Array : new Uint8Array(key_size);
  const flags = some ? BPF_NOEXIST : BPF_EXIST;
  return !refusedWith(m.bpf("MAP_UPDATE_ELEM", { map_fd, key, value, flags }), "EPERM");
}

function accessOf(m: Machine, fd: number, map: MapImage, frozen: boolean): Slot["access"] {
  const key = new Uint8Array(map.key_size);
  const value = room(map.value_size);
  if (refusedWith(m.bpf("MAP_LOOKUP_ELEM", { map_fd: fd, key, value }), "EPERM")) return "write";
  // Of a frozen map nobody can tell whether the descriptor might have written.
  return frozen || isWritable(m, fd, map) ? "read and write" : "read";
}

/** The image of a map, through a descriptor of the dumper's own where it may have one. */
function dumpMap(m: Machine, fd: number, id: number): MapImage {
  const opened = m.bpf("MAP_GET_FD_BY_ID", { map_id: id });
  const own = typeof opened.result === "number" ? opened.result : undefined;
  const at = own === undefined ? m : opened;
  const info = infoOf(at, fd);
  if (info === undefined || info === "program") throw new Error("no map");
  const { key_size, value_size } = info;
  const elements = elementsOf(at, own ?? fd, key_size, value_size);
  return {
    map_type: info.type,
    key_size,
    value_size,
    max_entries: info.max_entries,
    map_flags: info.map_flags,
    map_name: info.name.split("\0")[0],
    elements,
    frozen: own === undefined ? undefined : !isWritable(at, own, info),
  };
}

/** Reads the maps of a task, from inside of it. Nothing in the task changes. */
function dump(m: Machine): Image {
  const ids: number[] = [];
  const maps: MapImage[] = [];
  const slots: Slot[] = [];
  const programs: number[] = [];
  for (let fd = 0; fd < HIGHEST; fd++) {
    const info = infoOf(m, fd);
    if (info === "program") programs.push(fd);
    if (info === undefined || info === "program") continue;
    if (!ids.includes(info.id)) {
      ids.push(info.id);
      maps.push(dumpMap(m, fd, info.id));
    }
    const map = ids.indexOf(info.id);
    slots.push({ fd, map, access: accessOf(m, fd, maps[map], maps[map].frozen === true) });
  }
  return { maps, slots, programs };
}

/** Makes a call and insists that it does what it is for. */
function must(m: Machine): Machine {
  if (typeof m.result !== "number") throw new Error(m.rule?.id ?? "not modelled");
  return m;
}

/**
 * Makes a map again: created, filled, and only then frozen. It is left at `at`. A bucket of a hash
 * has its newest element first, so that filling backwards brings back the order within buckets.
 */
function restoreMap(m: Machine, image: MapImage, at: number): Machine {
  const { elements = [], frozen, ...attr } = image;
  let made = must(m.bpf("MAP_CREATE", attr));
  const map_fd = made.result as number;
  for (const [key, value] of elements.toReversed()) {
    made = must(
      made.bpf("MAP_UPDATE_ELEM", { map_fd, key: bytes(...key), value: bytes(...value) }),
    );
  }
  if (frozen) made = must(made.bpf("MAP_FREEZE", { map_fd }));
  return must(must(made.dup2(map_fd, at)).close(map_fd));
}

/** An open file that may do less: by the id, since a duplicate can do what its original can. */
function lessened(m: Machine, fd: number, open_flags: number): Machine {
  const info = infoOf(m, fd);
  if (info === undefined || info === "program") throw new Error("no map");
  return must(m.bpf("MAP_GET_FD_BY_ID", { map_id: info.id, open_flags }));
}

/** Puts every map at the numbers that it had. What is made on the way stands above all of them. */
function restore(fresh: Machine, { maps, slots }: Image): Machine {
  let m = fresh;
  maps.forEach((image, i) => m = restoreMap(m, image, HIGHEST + i));
  for (const { fd, map, access } of slots) {
    if (access === "read and write") {
      m = must(must(m.dup2(HIGHEST + map, fd)).cloexec(fd, true));
      continue;
    }
    m = lessened(m, HIGHEST + map, access === "read" ? BPF_F_RDONLY : BPF_F_WRONLY);
    const got = m.result as number;
    if (got !== fd) m = must(must(m.dup2(got, fd)).close(got));
    m = must(m.cloexec(fd, true));
  }
  maps.forEach((_, i) => m = must(m.close(HIGHEST + i)));
  return m;
}

/** A process with some maps: one frozen, one with two descriptors, one behind a read-only one. */
function example(): Machine {
  const array = { map_type: BPF_MAP_TYPE_ARRAY, key_size: 4, value_size: 4, max_entries: 2 };
  const hash = { map_type: BPF_MAP_TYPE_HASH, key_size: 4, value_size: 4, max_entries: 64 };
  let m = boot("6.1")
    .bpf("MAP_CREATE", { ...array, map_name: "settings" })
    .bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: u32(1), value: u32(42) })
    .bpf("MAP_FREEZE", { map_fd: 3 })
    .bpf("MAP_CREATE", { ...hash, map_name: "flows" })
    .bpf("MAP_CREATE", {
      ...hash,
      max_entries: 12,
      map_flags: BPF_F_ZERO_SEED,
      map_name: "ordered",
    });
  for (let i = 0; i < 12; i++) {
    m = m.bpf("MAP_UPDATE_ELEM", { map_fd: 4, key: u32(i), value: u32(i * i) })
      .bpf("MAP_UPDATE_ELEM", { map_fd: 5, key: u32(i), value: u32(i * i) });
  }
  const flows = m.mapIds[1];
  return m.dup2(4, 10).bpf("MAP_GET_FD_BY_ID", { map_id: flows, open_flags: BPF_F_RDONLY });
}

function sorted({ maps, slots }: Image): string {
  const maps2 = maps.map(({ elements, ...rest }) => ({
    ...rest,
    elements: elements?.map((element) => JSON.stringify(element)).sort(),
  }));
  return JSON.stringify({ maps: maps2, slots });
}

function keysOf({ elements = [] }: MapImage): string {
  return elements.map(([[first]]) => first).join(" ");
}

const before = example();
const image = dump(before);
console.log(`dumped on 6.1: ${image.maps.length} maps behind ${image.slots.length} descriptors`);
for (const { fd, map, access } of image.slots) {
  const { map_name, elements, frozen } = image.maps[map];
  const what = `${map_name}, ${elements?.length} elements${frozen ? ", frozen" : ""}`;
  console.log(`  ${String(fd).padStart(2)}  ${what.padEnd(32)}  ${access}`);
}

const stored = JSON.parse(JSON.stringify(image)) as Image;
const after = restore(boot("7.2", { seeds: { map_id: 40, hashrnd: 7 } }), stored);
const again = dump(after);
console.log("\nrestored on 7.2, and dumped again:");
console.log(
  `  maps, contents, flags, names, descriptors: ${
    sorted(again) === sorted(image) ? "the same" : "different"
  }`,
);
console.log(`  ids: ${before.mapIds.join(" ")} before, ${after.mapIds.join(" ")} after`);
image.maps.forEach((map, i) => {
  if (map.map_type !== BPF_MAP_TYPE_HASH) return;
  const same = keysOf(map) === keysOf(again.maps[i]);
  console.log(`  the order of ${map.map_name}: ${same ? "the same" : "another"}`);
});

console.log("\nby a dumper without CAP_SYS_ADMIN:");
const shy = dump(
  before.bpf("MAP_CREATE", {
    map_type: BPF_MAP_TYPE_ARRAY,
    key_size: 4,
    value_size: 4,
    max_entries: 1,
    map_flags: BPF_F_WRONLY,
    map_name: "sink",
  }).capset(["CAP_BPF"]),
);
for (const { map_name, elements, frozen } of shy.maps) {
  const read = elements === undefined ? "cannot be read" : "read";
  console.log(`  ${map_name}: ${read}, frozen: ${frozen ?? "unknown"}`);
}
