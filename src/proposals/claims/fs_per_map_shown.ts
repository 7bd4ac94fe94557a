/** What is claimed about what a mount of a map shows, to whom, and how it is asked for. */
import { latin1 } from "../../abi/memory.ts";
import { btf } from "../../btf/encode.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot } from "../../machine/machine.ts";
import { catMount, lsMount } from "../fs_per_map/tool.ts";
import { hexOf } from "../keys_as_files/format.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim } from "./claim.ts";
import { begin, HASH, KEY, mounted, USER } from "./fs_per_map_moves.ts";

const source = "file-system-per-map";

const FILE = "/tmp/a/01000000";

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

export const FS_PER_MAP_SHOWN_CLAIMS: readonly Claim[] = [
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
