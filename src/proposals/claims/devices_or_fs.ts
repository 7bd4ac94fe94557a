/** What file-system-or-devices.txt claims about devices. */
import { room } from "../../abi/memory.ts";
import { CLONE_NEWNS, CLONE_NEWUSER } from "../../abi/mount_flags.ts";
import { VERSIONS } from "../../kernel/version.ts";
import type { DeviceCall } from "../char_devices/call.ts";
import { CHAR_DEVICES } from "../char_devices/char_devices.ts";
import { BPF_PROG_MAJOR, type Reading } from "../char_devices/state.ts";
import { propose } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import { type Contradiction, every, pairs } from "./cases.ts";
import type { Claim, Finding } from "./claim.ts";
import {
  type DeviceMachine,
  fdOf,
  fetched,
  NODE,
  nodePath,
  READ_WRITE,
  withDevice,
} from "./device_moves.ts";

const source = "file-system-or-devices";
const USER = 1000;

/** A device number that somebody without privilege asks for. */
function madeByUser(major: number): Contradiction {
  const made = propose(CHAR_DEVICES("number"), "6.18").setuid(USER)
    .call({ ...NODE, path: "/tmp/d", major });
  if (typeof made.result !== "number") return undefined;
  return [`setuid ${USER}`, `mknod of ${major}:0`, "a device node is made, a whiteout"];
}

/** A user namespace of the task's own, in which root (task 0) lets its user be root, and mounts. */
function rootOfItsOwn(m: DeviceMachine): DeviceMachine {
  const ids = [[0, USER, 1]] as const;
  return m.unshare(CLONE_NEWUSER | CLONE_NEWNS).as(0)
    .idmap(m.task, "uid", ids).idmap(m.task, "gid", ids).as(m.task);
}

/** What somebody without privilege can try to come by a device of their own. */
const TRICKS: readonly Move<DeviceCall>[] = [
  { name: "fork", make: (m) => m.kernel.tasks.size > 2 ? undefined : m.fork().as(2) },
  { name: "unshare --map-root-user", make: rootOfItsOwn },
  { name: "mount", make: (m) => m.mount("none", "/tmp", "tmpfs") },
  { name: "mknod of a map", make: (m) => m.call({ ...NODE, path: "/tmp/d" }) },
  {
    name: "mknod of a program",
    make: (m) => m.call({ ...NODE, major: BPF_PROG_MAJOR, path: "/tmp/d" }),
  },
  { name: "exec", make: (m) => m.exec() },
  { name: "open", make: (m) => m.open("/tmp/d", READ_WRITE) },
];

function comesByDevice(): Finding {
  const start = propose(CHAR_DEVICES("number"), "6.18").fork().as(1).setgid(USER).setuid(USER);
  return search(
    start,
    TRICKS,
    5,
    (m) => fdOf(m, "device") === undefined ? undefined : "a device is open",
  );
}

/** Readings in which what is bound is still there when another process opens the device. */
const LASTING: readonly Reading[] = ["number", "inode", "own_fs"];

/** A machine with a map bound to a device: the map at descriptor 3, the device at 4. */
function withBound(reading: Reading): DeviceMachine {
  return withDevice(reading).open(nodePath(reading), READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 });
}

/** A group that nobody of these is in. */
const OTHER_GROUP = 1;

/** A device that root binds and gives away: whoever its mode lets may fetch, and nobody else. */
function usableByMode(reading: Reading, owner: number, mode: number): Contradiction {
  const path = nodePath(reading);
  const given = withBound(reading).chmod(path, mode).chown(path, owner, OTHER_GROUP)
    .fork().as(1).close(3).close(4).setuid(USER);
  const bits = owner === USER ? mode >> 6 : mode;
  const may = (bits & 6) === 6;
  if ((typeof fetched(given, path).result === "number") === may) return undefined;
  const shown = mode.toString(8);
  return [
    "mknod",
    "BIND_DEV",
    `chmod ${shown}`,
    `chown ${owner}`,
    `setuid ${USER}`,
    "open",
    "FETCH_DEV",
  ];
}

const OWNERS = [0, USER];
const MODES = [0o600, 0o606, 0o660, 0o666, 0o060, 0o400, 0];

interface Job {
  readonly name: string;
  /** The calls that do it. */
  readonly calls: readonly string[];
  /** Does the job from `withBound`, and says whether it is done. */
  done(m: DeviceMachine, path: string): boolean;
}

/** What is done with pins, done with devices. */
const JOBS: readonly Job[] = [
  {
    name: "keep",
    calls: ["mknod", "open", "BIND_DEV"],
    done: (m) => m.fork().exit().as(1).close(3).close(4).mapIds.length === 1,
  },
  {
    name: "get",
    calls: ["open", "FETCH_DEV"],
    done: (m, path) => typeof fetched(m.close(3).close(4), path).result === "number",
  },
  {
    name: "read",
    calls: ["open", "FETCH_DEV", "MAP_LOOKUP_ELEM"],
    done: (m, path) => {
      const got = fetched(m.close(3).close(4), path);
      const map_fd = Number(got.result);
      const key = Uint8Array.of(0, 0, 0, 0);
      return got.bpf("MAP_LOOKUP_ELEM", { map_fd, key, value: room(4) }).result === 0;
    },
  },
  {
    name: "info",
    calls: ["open", "FETCH_DEV", "OBJ_GET_INFO_BY_FD"],
    done: (m, path) => {
      const got = fetched(m.close(3).close(4), path);
      const bpf_fd = Number(got.result);
      const told = got.bpf("OBJ_GET_INFO_BY_FD", { bpf_fd, info_len: 80, info: room(80) });
      return told.result === 0;
    },
  },
  {
    name: "tell a map from a program",
    calls: ["stat"],
    done: (m, path) => m.stat(path).out.rdev !== undefined,
  },
  {
    name: "move",
    calls: ["rename"],
    done: (m, path) => typeof fetched(m.rename(path, `${path}2`), `${path}2`).result === "number",
  },
  {
    name: "remove",
    calls: ["UNBIND_DEV", "unlink"],
    done: (m, path) => {
      const unbound = m.call({ op: "unbind_dev", dev_fd: 4 });
      return unbound.close(3).close(4).unlink(path).mapIds.length === 0;
    },
  },
];

/** A job that a lasting reading has no call for. */
function undone(reading: Reading, job: Job): Contradiction {
  return job.done(withBound(reading), nodePath(reading))
    ? undefined
    : [...job.calls, `${job.name} is not done, by ${reading}`];
}

function jobsWithoutIoctl(): Finding {
  return every(pairs(LASTING, JOBS), ([reading, job]) => undone(reading, job));
}

/** The other side's claim: the jobs push into ioctl. Each one that is done without speaks against it. */
function pushedIntoIoctl(): Finding {
  return every(pairs(JOBS, LASTING), ([job, reading]) => {
    const isDone = undone(reading, job) === undefined;
    return isDone ? [...job.calls, `the job is done (${job.name}), without ioctl`] : undefined;
  });
}

/** A daemon with privilege makes the node and binds; the consumer has none. */
function distributed(reading: Reading, version: (typeof VERSIONS)[number]): Contradiction {
  const path = nodePath(reading);
  const daemon = withDevice(reading, version).open(path, READ_WRITE)
    .call({ op: "bind_dev", bpf_fd: 3, dev_fd: 4 }).chmod(path, 0o666);
  const consumer = daemon.fork().exit().as(1).close(3).close(4).setuid(USER);
  const got = fetched(consumer, path);
  return typeof got.result === "number" ? undefined : [
    "mknod",
    "open",
    "BIND_DEV",
    "chmod 666",
    "exit",
    `setuid ${USER}`,
    "open",
    "FETCH_DEV is refused",
  ];
}

export const DEVICES_OR_FS_CLAIMS: readonly Claim[] = [
  {
    id: "file-system-or-devices/no-unprivileged-node",
    source,
    says: "a process without privilege is never let make a device node by a system call",
    verdict: "fails",
    check: () => every([240, 241, 1, 4, 0], madeByUser),
  },
  {
    id: "file-system-or-devices/devices-exclude-users",
    source,
    says: "with devices a process without privilege cannot come by a name for a map of its own",
    verdict: "holds",
    check: comesByDevice,
  },
  {
    id: "file-system-or-devices/devices-used-by-users",
    source,
    says: "users without privilege use devices that were made for them, as owner and mode say",
    verdict: "holds",
    check: () =>
      every(
        pairs(LASTING, pairs(OWNERS, MODES)),
        ([reading, [owner, mode]]) => usableByMode(reading, owner, mode),
      ),
  },
  {
    id: "file-system-or-devices/daemon-binds",
    source,
    says: "a daemon with privilege can set devices up for consumers that have none, and leave",
    verdict: "holds",
    check: () => every(pairs(LASTING, VERSIONS), ([reading, v]) => distributed(reading, v)),
  },
  {
    id: "file-system-or-devices/devices-mean-ioctl",
    source,
    says: "devices push everything into ioctl",
    verdict: "fails",
    check: pushedIntoIoctl,
  },
  {
    id: "file-system-or-devices/no-ioctl-needed",
    source,
    says: "what is done with pins is done with devices without a single ioctl",
    verdict: "holds",
    check: jobsWithoutIoctl,
  },
];
