/** What the texts claim of special files: what a device descriptor is, and what `stat` tells of names. */
import { readU32 } from "../../abi/make.ts";
import { room } from "../../abi/memory.ts";
import { type Version, VERSIONS } from "../../kernel/version.ts";
import { boot } from "../../machine/machine.ts";
import { CHAR_DEVICES } from "../char_devices/char_devices.ts";
import { BPF_MAP_MAJOR, BPF_PROG_MAJOR, type Reading } from "../char_devices/state.ts";
import { propose } from "../proposal.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim } from "./claim.ts";
import {
  type DeviceMachine,
  MAP,
  NODE,
  nodePath,
  PROG,
  READ_WRITE,
  withDevice,
} from "./device_moves.ts";

const READINGS: readonly Reading[] = ["file", "number", "inode", "own_fs"];

interface Opened {
  readonly what: string;
  /** Opens it; the last result is the descriptor. */
  open(m: DeviceMachine, path: string): DeviceMachine;
}

/** What a descriptor can be of, besides what is open at boot. */
const OPENED: readonly Opened[] = [
  { what: "device", open: (m, path) => m.open(path, READ_WRITE) },
  { what: "place", open: (m, path) => m.open(path, 0o10000000) },
  { what: "map", open: (m) => m.bpf("MAP_CREATE", MAP) },
  { what: "program", open: (m) => m.bpf("PROG_LOAD", PROG) },
  { what: "directory", open: (m) => m.open("/tmp") },
  { what: "directory of a bpffs", open: (m) => m.open("/sys/fs/bpf") },
  { what: "standard input", open: (m) => m.dup(0) },
];

/** Whether the command tells a device from all else by the descriptor. */
function toldByDescriptor(
  [reading, { what, open }]: readonly [Reading, Opened],
): Contradiction {
  const opened = open(withDevice(reading), nodePath(reading));
  const dev_fd = Number(opened.result);
  const bound = opened.call({ op: "bind_dev", bpf_fd: 3, dev_fd });
  if ((bound.result === 0) === (what === "device")) return undefined;
  return ["mknod", `a descriptor of a ${what}`, "BIND_DEV is wrong about it"];
}

const KINDS = ["map", "program"] as const;
type Kind = (typeof KINDS)[number];

/** A machine with an object at descriptor 3 and a device for its kind. */
function withKind(reading: Reading, version: Version, kind: Kind): DeviceMachine {
  const start = propose(CHAR_DEVICES(reading), version);
  const made = kind === "map" ? start.bpf("MAP_CREATE", MAP) : start.bpf("PROG_LOAD", PROG);
  const major = kind === "map" ? BPF_MAP_MAJOR : BPF_PROG_MAJOR;
  return made.call({ ...NODE, major, path: nodePath(reading) });
}

/** What is fetched where something was bound, while the device is open. */
function fetchesIt(
  [reading, [version, kind]]: readonly [Reading, readonly [Version, Kind]],
): Contradiction {
  const m = withKind(reading, version, kind).open(nodePath(reading), READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 })
    .call({ op: "fetch_dev", bpf_fd: 0, dev_fd: 4 });
  const told = m.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: 5, info_len: 8, info: room(8) });
  const [id] = kind === "map" ? m.mapIds : m.progIds;
  if (m.result === 5 && told.result === 0 && readU32(told.out.info, 4) === id) return undefined;
  return ["mknod", "open", `BIND_DEV of a ${kind}`, `FETCH_DEV gives another (${version})`];
}

const S_IFMT = 0o170000, S_IFREG = 0o100000, S_IFCHR = 0o020000;
const MINOR_BITS = 20;

/** Whether `stat` tells by what it has always told that a node is special, and of which kind. */
function isCharDevice(
  [reading, [version, kind]]: readonly [Reading, readonly [Version, Kind]],
): Contradiction {
  const { out } = withKind(reading, version, kind).stat(nodePath(reading));
  const major = readU32(out.rdev, 0) >>> MINOR_BITS;
  const meant = kind === "map" ? BPF_MAP_MAJOR : BPF_PROG_MAJOR;
  if ((Number(out.mode) & S_IFMT) === S_IFCHR && major === meant) return undefined;
  return [`mknod for a ${kind}`, `stat tells no device of the kind (${version})`];
}

/** Whether a pin looks like what it is: no regular file, as pipes and sockets are none. */
function looksSpecial([version, kind]: readonly [Version, Kind]): Contradiction {
  const start = boot(version);
  const made = kind === "map" ? start.bpf("MAP_CREATE", MAP) : start.bpf("PROG_LOAD", PROG);
  const pinned = made.bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 });
  const { mode } = pinned.stat("/sys/fs/bpf/m").out;
  if ((Number(mode) & S_IFMT) !== S_IFREG) return undefined;
  return [version, `OBJ_PIN of a ${kind}`, "stat: a regular file"];
}

export const DEVICE_NODES_CLAIMS: readonly Claim[] = [
  {
    id: "char-devices/told-by-descriptor",
    source: "char-devices",
    says: "the command sees by the descriptor whether it is one of such a device",
    verdict: "holds",
    check: () => every(pairs(READINGS, OPENED), toldByDescriptor),
  },
  {
    id: "char-devices/fetch-gives-the-object",
    source: "char-devices",
    says: "from the open device what was bound is had back: a new descriptor of the same object",
    verdict: "holds",
    check: () => every(pairs(READINGS, pairs(VERSIONS, KINDS)), fetchesIt),
  },
  {
    id: "char-devices/no-new-kind-of-file",
    source: "char-devices",
    says: "no new type of file is needed: nodes are devices, and told as such",
    verdict: "holds",
    check: () => every(pairs(READINGS, pairs(VERSIONS, KINDS)), isCharDevice),
  },
  {
    id: "file-system-or-devices/special-files",
    source: "file-system-or-devices",
    says: "what is anchored in the file system for others to meet at is told as a special file",
    verdict: "fails",
    check: () => every(pairs(VERSIONS, KINDS), looksSpecial),
  },
];
