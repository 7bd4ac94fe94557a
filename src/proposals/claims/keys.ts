/** What the texts claim of keys as files. */
import { bytesOf } from "../../abi/memory.ts";
import { BPF_MAP_TYPE_HASH } from "../../abi/constants.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot, type Machine } from "../../machine/machine.ts";
import type { KeysCall } from "../keys_as_files/calls.ts";
import { type Format, hexOf, print } from "../keys_as_files/format.ts";
import { KEYS_AS_FILES } from "../keys_as_files/proposal.ts";
import { cat, dump, keyInodes, ls, lsLong } from "../keys_as_files/tool.ts";
import { propose } from "../proposal.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim } from "./claim.ts";

type KeysMachine = Machine<KeysCall>;

const BPF_FS = "file-system-per-map";
const DEVICES = "file-system-or-devices";
const DIR = "/sys/fs/bpf/d";
const HEX: Format = { kind: "hex" };
const RAW: Format = { kind: "raw" };
const DECIMAL: Format = { kind: "printf", key: "%u", value: "%u" };

/** Formats for keys and values of four bytes; no two print the same. */
const FORMATS: readonly Format[] = [
  HEX,
  DECIMAL,
  { kind: "printf", key: "%x", value: "%x" },
  { kind: "printf", key: "%pI4", value: "%pI4" },
  { kind: "printf", key: "%hu,%hu", value: "%hu,%hu" },
];

const map = (key_size: number, max_entries = 4) => ({
  map_type: BPF_MAP_TYPE_HASH,
  key_size,
  value_size: 4,
  max_entries,
});

/** A map with some keys, each with the value 7, at descriptor 3. */
function filled(keys: readonly string[], version: Version = "6.18"): KeysMachine {
  const made = propose(KEYS_AS_FILES, version)
    .bpf("MAP_CREATE", map(keys[0]?.length ?? 4, Math.max(1, keys.length)));
  return keys.reduce(
    (m, key) =>
      m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: bytesOf(key), value: bytesOf("\x07\0\0\0") }),
    made,
  );
}

function expanded(keys: readonly string[], format: Format, version?: Version): KeysMachine {
  return filled(keys, version).call({ op: "MAP_EXPAND", map_fd: 3, pathname: DIR, format });
}

const byte = (code: number) => String.fromCharCode(code);
const BYTES = Array.from({ length: 256 }, (_, code) => byte(code));
const number = (n: number) => byte(n & 255) + byte(n >> 8) + "\0\0";

function shown(m: KeysMachine): readonly string[] {
  const names = ls(m, DIR);
  return Array.isArray(names) ? names : [];
}

/** How a run with one key reads in a counterexample. */
function run(key: string, format: Format, ...then: readonly string[]): Contradiction {
  const how = format.kind === "printf" ? `as ${format.key}` : format.kind;
  return [`MAP_UPDATE_ELEM of the key ${hexOf(key)}`, `MAP_EXPAND ${how}`, ...then];
}

function isNamed(key: string, format: Format): Contradiction {
  const names = shown(expanded([key], format));
  return names.length === 1 && names[0] === print(format, "key", key)
    ? undefined
    : run(key, format, "ls: the key is not there");
}

/** Keys of one byte and of two that have a byte 0. */
function withNul(): readonly string[] {
  const two = BYTES.flatMap((other) => [`\0${other}`, `${other}\0`]);
  return ["\0", ...two];
}

function hasNoName(key: string): Contradiction {
  return shown(expanded([key], RAW)).length === 0 ? undefined : run(key, RAW, "ls: it has a name");
}

function isUnreadable(key: string): Contradiction {
  if (!/^[!-~]+$/.test(key) || shown(expanded([key], RAW)).length === 0) return undefined;
  return run(key, RAW, `ls shows ${key}`);
}

const NUMBERS = [0, 1, 80, 443, 0x1234].map(number);

/** Whether a reader of one form reads everything in the other just as well. */
function readsBoth(written: Format, changed: Format, version?: Version): boolean {
  const m = expanded(NUMBERS, changed, version);
  return NUMBERS.every((key) =>
    cat(m, `${DIR}/${print(written, "key", key)}`) ===
      `${print(written, "value", "\x07\0\0\0")}\n`
  );
}

function breaks([written, changed]: readonly [Format, Format]): Contradiction {
  const isSame = written === changed;
  if (readsBoth(written, changed) === isSame) return undefined;
  return [`MAP_EXPAND ${JSON.stringify(changed)}`, "a reader of another form finds everything"];
}

/** A reader that was written on the first kernel, and a later one that may have another form. */
function layoutKept(
  [version, [written, now]]: readonly [Version, readonly [Format, Format]],
): Contradiction {
  if (readsBoth(written, now, version) === (written === now)) return undefined;
  const what = written === now ? "finds less" : "does not notice";
  return [`MAP_EXPAND ${JSON.stringify(now)} on ${version}`, `a reader of another form ${what}`];
}

function thousands(count: number): Contradiction {
  const keys = Array.from({ length: count }, (_, i) => number(i));
  const m = expanded(keys, DECIMAL);
  const names = shown(m);
  const isRead = names.every((name) => cat(m, `${DIR}/${name}`) === "7\n");
  if (new Set(names).size === count && isRead) return undefined;
  return [`${count} keys`, `ls shows ${names.length}`];
}

/** What a directory of keys has in inodes when all were looked at, beside what a pin has. */
function growsWithKeys(count: number): Contradiction {
  const keys = Array.from({ length: count }, (_, i) => number(i));
  const { kept } = keyInodes(lsLong(expanded(keys, HEX), DIR));
  const before = filled(keys);
  const pinned = before.bpf("OBJ_PIN", { pathname: DIR, bpf_fd: 3 });
  const pin = pinned.kernel.fs.inodes.size - before.kernel.fs.inodes.size;
  if (kept === count && pin === 1) return undefined;
  return [`${count} keys`, `ls -l keeps ${kept} inodes, a pin ${pin}`];
}

function shellReads(key: string): Contradiction {
  const m = expanded([key], HEX);
  const [name] = shown(m);
  const isRead = name === hexOf(key) && cat(m, `${DIR}/${name}`) === "07000000\n";
  return isRead ? undefined : run(key, HEX, "ls and cat do not show it");
}

/** A pin, mounted on a directory, against the command. */
function mountUnfolds([format, version]: readonly [Format, Version]): Contradiction {
  const names = shown(expanded(NUMBERS, format, version));
  const mounted = filled(NUMBERS, version).bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 })
    .mkdir(DIR)
    .call({ op: "mount_keys", source: "/sys/fs/bpf/m", target: DIR, format });
  const same = JSON.stringify(shown(mounted)) === JSON.stringify(names) && names.length > 0;
  return same ? undefined : ["OBJ_PIN", "mount the pin", "ls shows something else"];
}

/** Two maps in one file system, each with permissions of its own. */
function needsMounts([first, second]: readonly [number, number]): Contradiction {
  const two = filled([number(1)]).umask(0)
    .call({ op: "MAP_EXPAND", map_fd: 3, pathname: "/sys/fs/bpf/a", format: HEX })
    .call({ op: "MAP_EXPAND", map_fd: 3, pathname: "/sys/fs/bpf/b", format: HEX })
    .chmod("/sys/fs/bpf/a", first).chmod("/sys/fs/bpf/b", second).setuid(1000);
  const reads = ["a", "b"].map((name) =>
    typeof cat(two, `/sys/fs/bpf/${name}/01000000`) === "string"
  );
  const meant = [first, second].map((mode) => (mode & 0o005) === 0o005);
  // The claim is that what each mode says cannot be had without a mount for each.
  if (JSON.stringify(reads) !== JSON.stringify(meant) || meant[0] === meant[1]) return undefined;
  const told = ["a", "b"].map((name, i) =>
    `user 1000 ${reads[i] ? "reads" : "cannot read"} ${name}`
  );
  const made = [first, second].map((mode, i) => `MAP_EXPAND ${"ab"[i]}, chmod ${mode.toString(8)}`);
  return [...made, ...told];
}

const MODES = [0o700, 0o755];

/** The tree that user space makes with a descriptor and a printer, against the kernel's. */
function userSpaceCan([format, version]: readonly [Format, Version]): Contradiction {
  const m = expanded(NUMBERS, format, version);
  const kernels = shown(m).map((name) => [name, String(cat(m, `${DIR}/${name}`)).trimEnd()]);
  const linux = NUMBERS.reduce(
    (now, key) =>
      now.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: bytesOf(key), value: bytesOf("\x07\0\0\0") }),
    boot(version).bpf("MAP_CREATE", map(4, NUMBERS.length)),
  );
  const sorted = dump(linux, 3, format).toSorted(([a], [b]) => a < b ? -1 : 1);
  const same = JSON.stringify(sorted) === JSON.stringify(kernels);
  return same ? undefined : ["GET_NEXT_KEY and LOOKUP_ELEM of every key", "another tree"];
}

/** Format strings for keys of one byte. */
const PRINTERS = ["%hhu", "%1s"].map((key): Format => ({ kind: "printf", key, value: "%u" }));

export const KEYS_CLAIMS: readonly Claim[] = [
  {
    id: `${BPF_FS}/shell-shows-keys`,
    source: BPF_FS,
    says: "keys can be read with ls and their values with cat",
    verdict: "holds",
    check: () => every([...BYTES, ...NUMBERS], shellReads),
  },
  {
    id: `${BPF_FS}/bytes-are-names`,
    source: BPF_FS,
    says: "a key can be the name of a file as it is, unless it has a byte 0",
    verdict: "fails",
    check: () => every(BYTES.slice(1), (key) => isNamed(key, RAW)),
  },
  {
    id: `${BPF_FS}/keys-unreadable`,
    source: BPF_FS,
    says: "keys of maps are never readable for people as they are",
    verdict: "fails",
    check: () => every(BYTES, isUnreadable),
  },
  {
    id: `${BPF_FS}/form-is-abi`,
    source: BPF_FS,
    says: "one form of names and values cannot be exchanged for another: its readers break",
    verdict: "holds",
    check: () => every(pairs(FORMATS, FORMATS), breaks),
  },
  {
    id: `${BPF_FS}/pin-unfolds`,
    source: BPF_FS,
    says: "a pin that is mounted can unfold into the same files that a command would make",
    verdict: "holds",
    check: () => every(pairs(FORMATS, VERSIONS), mountUnfolds),
  },
  {
    id: `${BPF_FS}/thousands-of-files`,
    source: BPF_FS,
    says: "thousands of keys can be files: each is listed, found and read",
    verdict: "holds",
    check: () => every([1, 10, 100, 1000, 4000], thousands),
  },
  {
    id: `${DEVICES}/file-per-key-grows`,
    source: DEVICES,
    says:
      "a file for each key does not scale: what is kept grows with the keys, and a pin's does not",
    verdict: "holds",
    check: () => every([1, 10, 100, 1000], growsWithKeys),
  },
  {
    id: `${DEVICES}/format-string-names-keys`,
    source: DEVICES,
    says: "with a format string given to the command every key has a proper name",
    verdict: "fails",
    check: () => every(pairs(PRINTERS, BYTES), ([format, key]) => isNamed(key, format)),
  },
  {
    id: `${DEVICES}/layout-is-uapi`,
    source: DEVICES,
    says: "a layout of files is uapi: a reader of the first kernel needs it in all that follow",
    verdict: "holds",
    check: () => every(pairs(VERSIONS, pairs(FORMATS, FORMATS)), layoutKept),
  },
  {
    id: `${DEVICES}/nul-is-no-name`,
    source: DEVICES,
    says: "a key with a byte 0 in it, as addresses have, can be no name",
    verdict: "holds",
    check: () => every(withNul(), hasNoName),
  },
  {
    id: `${DEVICES}/printer-in-user-space`,
    source: DEVICES,
    says: "user space can print the keys itself: it comes to the same tree",
    verdict: "holds",
    check: () => every(pairs(FORMATS, VERSIONS), userSpaceCan),
  },
  {
    id: `${DEVICES}/permissions-want-mounts`,
    source: DEVICES,
    says: "permissions of a tree of keys cannot work without a mount for each map",
    verdict: "fails",
    check: () => every(pairs(MODES, MODES), needsMounts),
  },
];
