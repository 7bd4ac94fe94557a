/** What the texts claim of what keys as files cost, in memory and calls, and of printers. */
import { BPF_MAP_TYPE_HASH } from "../../abi/constants.ts";
import { bytesOf, room } from "../../abi/memory.ts";
import { u32 } from "../../abi/make.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import type { Machine } from "../../machine/machine.ts";
import { attributes } from "../attributes/proposal.ts";
import { sysfsNodes } from "../attributes/tool.ts";
import type { KeysCall } from "../keys_as_files/calls.ts";
import { type Format, hexOf, print } from "../keys_as_files/format.ts";
import { KEYS_AS_FILES } from "../keys_as_files/proposal.ts";
import { keyInodes, ls, lsLong } from "../keys_as_files/tool.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim } from "./claim.ts";

type KeysMachine = Machine<KeysCall>;

const PER_MAP = "file-system-per-map";
const DEVICES = "file-system-or-devices";
const DIR = "/sys/fs/bpf/d";
const HEX: Format = { kind: "hex" };
const DECIMAL: Format = { kind: "printf", key: "%u", value: "%u" };

/** A directory of the keys of a hash, with the value 7, 8 and so on. */
function expanded(keys: readonly string[], format: Format, version: Version): KeysMachine {
  const map = {
    map_type: BPF_MAP_TYPE_HASH,
    key_size: keys[0].length,
    value_size: 4,
    max_entries: keys.length,
  };
  const filled = keys.reduce<KeysMachine>(
    (m, key, i) => m.bpf("MAP_UPDATE_ELEM", { map_fd: 3, key: bytesOf(key), value: u32(7 + i) }),
    propose(KEYS_AS_FILES, version).bpf("MAP_CREATE", map),
  );
  return filled.call({ op: "MAP_EXPAND", map_fd: 3, pathname: DIR, format });
}

const number = (n: number) => String.fromCharCode(n & 255, n >> 8, 0, 0);

function shown(m: KeysMachine): readonly string[] {
  const names = ls(m, DIR);
  return Array.isArray(names) ? names : [];
}

/** As many files of keys as sysfs has for so many maps, and what each of the two keeps for them. */
function keepsLess(maps: number): Contradiction {
  const map = { map_type: BPF_MAP_TYPE_HASH, key_size: 4, value_size: 4, max_entries: 4 };
  const sysfs = sysfsNodes(
    Array.from({ length: maps }).reduce<Machine>(
      (m) => m.bpf("MAP_CREATE", map),
      propose(attributes("follows"), "6.18"),
    ),
  );
  const { files } = sysfs;
  const keys = Array.from({ length: files }, (_, i) => number(i));
  const m = expanded(keys, HEX, "6.18");
  const [listed, looked] = [shown(m).length, keyInodes(lsLong(m, DIR)).kept];
  const [before, after] = [1 + keyInodes(m).kept, 1 + looked];
  const total = files + sysfs.directories;
  if (listed === files && before < total && after <= total) return undefined;
  return [`${files} files`, `keys: ${before}, then ${after} inodes`, `sysfs: ${total}`];
}

/** Keys of three bytes, some of which differ in what a string does not show. */
const KEYS = pairs(["a", "b"], pairs(["\0", "a"], ["\0", "a"])).map(([a, [b, c]]) => a + b + c);
const PRINTERS: readonly Format[] = [HEX, { kind: "printf", key: "%3s", value: "%u" }];

/** Two keys with one name: who reads, writes or removes by the name may meet the other. */
function eachHasItsName(
  [format, [first, second]]: readonly [Format, readonly [string, string]],
): Contradiction {
  if (first === second) return undefined;
  const names = shown(expanded([first, second], format, "6.18"));
  if (new Set(names).size === names.length) return undefined;
  return [
    ...[first, second].map((key) => `MAP_UPDATE_ELEM of the key ${hexOf(key)}`),
    `MAP_EXPAND as ${format.kind === "printf" ? format.key : format.kind}`,
    `ls shows ${names.join(" and ")}`,
  ];
}

const KEY = number(80);

/** What a process without a descriptor can do with a key's file, whatever comes first. */
function fileMoves(path: string): readonly Move<KeysCall>[] {
  return [
    { name: "open", make: (m) => m.open(path) },
    { name: "read", make: (m) => m.read(3, 4096) },
    { name: "stat", make: (m) => m.stat(path) },
    { name: "getdents", make: (m) => m.getdents(DIR) },
    { name: "OBJ_GET", make: (m) => m.bpf("OBJ_GET", { pathname: path }) },
  ];
}

const CALLS = [1, 2];

/** A lookup is one call; by its file the value takes two, and never one. */
function takesMore([format, version]: readonly [Format, Version]): Contradiction {
  const made = expanded([KEY], format, version);
  const lookup = made.bpf("MAP_LOOKUP_ELEM", { map_fd: 3, key: bytesOf(KEY), value: room(4) });
  const path = `${DIR}/${print(format, "key", KEY)}`;
  const text = `${print(format, "value", number(7))}\n`;
  const [one, two] = CALLS.map((calls) =>
    search(made.close(3), fileMoves(path), calls, (m) => {
      const isRead = m.trail[m.trail.length - 1].call.op === "read" && m.text === text;
      return isRead ? "the value is read" : undefined;
    })
  );
  if (lookup.result === 0 && one.holds && !two.holds) return undefined;
  return ["MAP_EXPAND", one.holds ? "two calls do not read it" : "one call reads it"];
}

export const KEYS_COSTS_CLAIMS: readonly Claim[] = [
  {
    id: `${PER_MAP}/files-are-slow`,
    source: PER_MAP,
    says: "access by files is slow: where a lookup is one call, the file of a key takes more",
    verdict: "holds",
    check: () => every(pairs([HEX, DECIMAL], VERSIONS), takesMore),
  },
  {
    id: `${DEVICES}/cheaper-than-sysfs`,
    source: DEVICES,
    says: "files of keys in a bpffs cost less than as many files in sysfs",
    verdict: "holds",
    check: () => every([1, 2, 5, 25, 100], keepsLess),
  },
  {
    id: `${DEVICES}/printers-are-harmless`,
    source: DEVICES,
    says: "a printer that comes from outside does no harm in the kernel: a name is one key's",
    verdict: "fails",
    check: () => every(pairs(PRINTERS, pairs(KEYS, KEYS)), eachHasItsName),
  },
];
