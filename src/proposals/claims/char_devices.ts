/** What char-devices.txt claims. */
import { VERSIONS } from "../../kernel/version.ts";
import type { DeviceCall } from "../char_devices/call.ts";
import { CHAR_DEVICES } from "../char_devices/char_devices.ts";
import { BPF_MAP_MAJOR, BPF_PROG_MAJOR, type Reading } from "../char_devices/state.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { after, type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  type DeviceMachine,
  devicesOf,
  fdOf,
  fetched,
  isOpen,
  MAP,
  moves,
  NODE,
  nodePath,
  PROG,
  READ_WRITE,
  withDevice,
} from "./device_moves.ts";

const source = "char-devices";

/** The readings that leave the place of a node to the user. */
const ANYWHERE: readonly Reading[] = ["file", "number", "inode"];

/** A device in use on a machine whose bpffs nobody mounted. */
function usedWithoutBpffs(reading: Reading, version: (typeof VERSIONS)[number]): Contradiction {
  const whole = withDevice(reading, version);
  const bpffs = Array.from(whole.kernel.fs.superblocks.entries())
    .find(([, { type }]) => type === "bpf")?.[0];
  const used = whole.open("/tmp/m", READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 })
    .call({ op: "fetch_dev", bpf_fd: 0, dev_fd: 4 });
  const nodes = Array.from(devicesOf(used).nodes.entries());
  const isOnIt = nodes.some(([node]) => used.kernel.fs.inodes.get(node)!.sb === bpffs);
  if (used.result !== 5) return ["mknod", "open", "BIND_DEV", "FETCH_DEV is refused"];
  return isOnIt ? ["mknod", "the node is on a bpffs"] : undefined;
}

/** Directories of every shape up to a depth, by their paths. */
function shapes(depth: number): readonly string[] {
  if (depth === 0) return [""];
  const shorter = shapes(depth - 1);
  const longer = shorter.flatMap((path) => ["a", "b"].map((name) => `${path}/${name}`));
  return Array.from(new Set([...shorter, ...longer]));
}

function usedBelow(directory: string): Contradiction {
  const names = directory.split("/").slice(1);
  const start = propose(CHAR_DEVICES("number"), "6.18").bpf("MAP_CREATE", MAP);
  const made = names.reduce(
    ({ m, path }, name) => ({ m: m.mkdir(`${path}/${name}`), path: `${path}/${name}` }),
    { m: start, path: "/tmp" },
  );
  const path = `${made.path}/m`;
  const bound = made.m.call({ ...NODE, path }).open(path, READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 });
  return bound.result === 0 ? undefined : [`mknod ${path}`, "open", "BIND_DEV is refused"];
}

const KINDS = ["map", "prog"] as const;

/** Binding a map or a program to a device of maps or of programs. */
function bindsItsKind(object: "map" | "prog", device: "map" | "prog"): Contradiction {
  const start = propose(CHAR_DEVICES("number"), "6.18");
  const made = object === "map" ? start.bpf("MAP_CREATE", MAP) : start.bpf("PROG_LOAD", PROG);
  const major = device === "map" ? BPF_MAP_MAJOR : BPF_PROG_MAJOR;
  const bound = made.call({ ...NODE, major, path: "/tmp/m" }).open("/tmp/m", READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 });
  if ((bound.result === 0) === (object === device)) return undefined;
  return [`mknod of ${device}s`, "open", `BIND_DEV of a ${object}`];
}

/** A machine where something was bound and every descriptor is closed again. */
function boundAndClosed(reading: Reading): DeviceMachine {
  return withDevice(reading).open(nodePath(reading), READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 }).close(4).close(3);
}

const BOUND = ["mknod", "open", "BIND_DEV"];
const CLOSED = [...BOUND, "close the device", "close the map"];

const bound = (m: DeviceMachine) => devicesOf(m).bound.size > 0;
const wasBound = (m: DeviceMachine) => m.trail.some(({ call }) => call.op === "bind_dev");
const hasNode = (m: DeviceMachine) => devicesOf(m).nodes.size > 0;

/** Two tasks: one binds and leaves, the other comes later. */
function laterComer(): Finding {
  const path = nodePath("file");
  const leave: Move<DeviceCall> = {
    name: "the process exits",
    make: (m) => m.task === 0 ? m.exit().as(1) : undefined,
  };
  const start = withDevice("file").fork();
  return search(start, [...moves("file"), leave], 4, (m) => {
    if (m.task !== 1 || !wasBound(m) || !hasNode(m)) return undefined;
    const late = fetched(m, path);
    return late.rule?.id === "FETCH_DEV/unbound"
      ? "another process opens the device: nothing is bound"
      : undefined;
  });
}

/** The number of further calls that are tried to get rid of what is bound. */
const TRIES = 4;

/** Whether the two commands and the calls of the file system can ever give a binding back. */
function releasedByTwoCommands(): Finding {
  const found = search(
    boundAndClosed("number"),
    moves("number"),
    TRIES,
    (m) => bound(m) ? undefined : "it is released",
  );
  if (!found.holds) return { holds: true, cases: found.cases };
  const why = `no run of ${TRIES} further calls frees the map (${found.cases} tried)`;
  return { holds: false, cases: found.cases, counterexample: [...CLOSED, why] };
}

function unlinkTold(): Finding {
  const first = moves("number");
  const unlink = first.find(({ name }) => name === "unlink")!;
  return search(withDevice("number"), first, 5, (m) => {
    const gone = unlink.make(m);
    if (gone === undefined) return undefined;
    return devicesOf(gone).bound === devicesOf(m).bound ? undefined : "unlink changes a binding";
  });
}

/** Does what is bound live just as long as its node has a name or somebody has it open? */
function livesAsNamed(reading: Reading): Finding {
  const start = reading === "own_fs" ? withDevice(reading) : onDisk(reading);
  const forget: Move<DeviceCall> = {
    name: "the inode leaves memory",
    make: (m) => m.call({ op: "drop_caches" }),
  };
  return search(start, [...moves(reading), forget], 5, (m) => {
    if (fdOf(m, "map") !== undefined || !wasBound(m)) return undefined;
    const isNamed = hasNode(m);
    if (isNamed === (m.mapIds.length > 0)) return undefined;
    return isNamed ? `the map is gone (${reading})` : `the map is still there (${reading})`;
  });
}

/** The same as withDevice, with /tmp on a disk: the readings are to serve nodes anywhere. */
function onDisk(reading: Reading): DeviceMachine {
  return propose(CHAR_DEVICES(reading), "6.18").bpf("MAP_CREATE", MAP)
    .mount("none", "/tmp", "disk")
    .call({ ...NODE, path: nodePath(reading) });
}

/** The readings without a file system of their own, one after the other: each has a run against it. */
function withoutOwnFs(): Finding {
  const found = ANYWHERE.map(livesAsNamed);
  const cases = found.reduce((sum, each) => sum + each.cases, 0);
  const broken = found.flatMap((each) => each.holds ? [] : [each.counterexample]);
  if (broken.length < ANYWHERE.length) return { holds: true, cases };
  const counterexample = broken.flatMap((run) => ["mknod", ...run]);
  return { holds: false, cases, counterexample };
}

/** Two nodes of one number: what is bound at one is fetched at the other. */
function sameThroughBoth(minor: number, version: (typeof VERSIONS)[number]): Contradiction {
  const other = fetched(
    boundAndClosed("number").call({ ...NODE, path: "/tmp/other", minor }),
    "/tmp/other",
  );
  const told = typeof other.result === "number";
  if (told === (minor === 0)) return undefined;
  return [...BOUND, `mknod with minor ${minor}`, `FETCH_DEV there (${version})`];
}

export const CHAR_DEVICES_CLAIMS: readonly Claim[] = [
  {
    id: "char-devices/no-mount",
    source,
    says: "no file system has to be mounted for it",
    verdict: "holds",
    check: () => every(pairs(ANYWHERE, VERSIONS), ([reading, v]) => usedWithoutBpffs(reading, v)),
  },
  {
    id: "char-devices/any-hierarchy",
    source,
    says: "the user can put the device nodes into directories of any shape",
    verdict: "holds",
    check: () => every(shapes(4), usedBelow),
  },
  {
    id: "char-devices/major-tells-kind",
    source,
    says: "the major number tells maps from programs",
    verdict: "holds",
    check: () => every(pairs(KINDS, KINDS), ([object, device]) => bindsItsKind(object, device)),
  },
  {
    id: "char-devices/lives-with-device",
    source,
    says: "what was bound to a device lives as long as the device does",
    verdict: "fails",
    check: () =>
      after(
        ["mknod"],
        search(withDevice("file"), moves("file"), 5, (m) =>
          wasBound(m) && hasNode(m) && m.mapIds.length === 0
            ? "the device is there, the map is gone"
            : undefined),
      ),
  },
  {
    id: "char-devices/fetch-after-open",
    source,
    says: "who opens the device can fetch what is bound to it",
    verdict: "fails",
    check: () =>
      after(
        ["mknod"],
        search(withDevice("file"), moves("file"), 4, (m) =>
          bound(m) && fetched(m, nodePath("file")).rule?.id === "FETCH_DEV/unbound"
            ? "open again: nothing is bound"
            : undefined),
      ),
  },
  {
    id: "char-devices/unlink-drops",
    source,
    says: "unlinking the node drops the reference on what is bound to it",
    verdict: "fails",
    check: () =>
      after(
        ["mknod"],
        search(withDevice("number"), moves("number"), 5, (m) =>
          !hasNode(m) && !isOpen(m) && fdOf(m, "map") === undefined && bound(m)
            ? "no name and no descriptor is left, the map is"
            : undefined),
      ),
  },
  {
    id: "char-devices/no-table",
    source,
    says: "it needs no table in which objects are looked up",
    verdict: "fails",
    check: () => after(["mknod"], laterComer()),
  },
  {
    id: "char-devices/nothing-to-collect",
    source,
    says: "nothing has to be collected by anybody",
    verdict: "fails",
    check: () =>
      after(
        ["mknod"],
        search(withDevice("number"), moves("number"), 6, (m) =>
          m.mapIds.length > 0 && m.kernel.files.size === 1 && !hasNode(m)
            ? "the map is held by a number that no node has"
            : undefined),
      ),
  },
  {
    id: "char-devices/without-own-fs",
    source,
    says: "what is bound can live just as long as its names, without a file system of bpf's own",
    verdict: "fails",
    check: withoutOwnFs,
  },
  {
    id: "char-devices/own-fs-lives-as-named",
    source,
    says: "on a file system of its own a device's object lives just as long as its names",
    verdict: "holds",
    check: () => livesAsNamed("own_fs"),
  },
  {
    id: "char-devices/two-commands",
    source,
    says: "two new commands of `bpf(2)` are enough",
    verdict: "fails",
    check: releasedByTwoCommands,
  },
  {
    id: "char-devices/close-clears",
    source,
    says: "what is kept in the open file of a device is gone when the process closes it",
    verdict: "holds",
    check: () =>
      search(
        withDevice("file"),
        moves("file"),
        5,
        (m) => bound(m) && !isOpen(m) ? "it is bound and nobody has the device open" : undefined,
      ),
  },
  {
    id: "char-devices/unlink-not-told",
    source,
    says: "a driver learns nothing of an unlink: that is between the name and its file system",
    verdict: "holds",
    check: unlinkTold,
  },
  {
    id: "char-devices/number-is-the-name",
    source,
    says: "where a driver keeps what is bound, its number is the name: nodes of one number are one",
    verdict: "holds",
    check: () => every(pairs([0, 1], VERSIONS), ([minor, v]) => sameThroughBoth(minor, v)),
  },
];
