/**
 * Drawn calls on mounts. Their paths are all below /sys/fs/bpf and /tmp, so that a kernel that parts
 * from the model still changes no mount but the script's own.
 */
import {
  type Call,
  CLONE_NEWNS,
  CLONE_NEWUSER,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_SET_FLAG,
  FSCONFIG_SET_STRING,
  type Machine,
  type MapLine,
  MNT_DETACH,
  MNT_FORCE,
  MS_BIND,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_MOVE,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOSYMFOLLOW,
  MS_NOUSER,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  MS_STRICTATIME,
  MS_SYNCHRONOUS,
  UMOUNT_NOFOLLOW,
} from "bpfspec";
import type { Choice } from "./choices.ts";
import { isWrong, one } from "./pools.ts";
import { aliveTasks, fdOf, fdsOf, someFd } from "./state.ts";

const PLACES: readonly string[] = [
  "/sys/fs/bpf",
  "/sys/fs/bpf/d",
  "/sys/fs/bpf/d",
  "/sys/fs/bpf/d/e",
  "/sys/fs/bpf/a",
  "/sys/fs/bpf/l",
  "/tmp/t",
  "/tmp/t",
  "/tmp/t/d",
  "/tmp/u",
];

const NEW_FLAGS = [
  0,
  0,
  0,
  MS_RDONLY,
  MS_NOSYMFOLLOW,
  MS_NOATIME,
  MS_NODIRATIME | MS_NODEV,
  MS_STRICTATIME,
  MS_SYNCHRONOUS | MS_LAZYTIME,
  MS_MANDLOCK,
  0xc0ed0001,
  MS_NOUSER,
];

const NAMES = ["any", "map_create", "PROG_LOAD", "hash", "xdp", "prog_run", "netfilter", "foo"];
const NUMBERS = [
  "0",
  "1",
  "0x10",
  "077",
  "08",
  "+7",
  "18446744073709551615",
  "0x1ffffffffffffffff",
];
const SIMPLE = [
  "",
  "mode=0700",
  "mode=7777",
  "mode=9",
  "mode=",
  "mode=40000000000",
  "uid=5",
  "gid=6,uid=4294967295",
  "uid=0x10,foo,bar=1",
  "ro",
  "rw,sync",
  "lazytime,nolazytime,mand",
  "source=x",
  "source",
  ",=x,,mode=711",
];

function drawnData({ b, c, d }: Choice): string {
  if (b % 3 > 0) return one(SIMPLE, c);
  const option = one(["delegate_cmds", "delegate_maps", "delegate_progs", "delegate_attachs"], b);
  const parts = [one(NAMES, c), one(d % 2 === 0 ? NUMBERS : NAMES, d)].slice(0, 1 + b % 2);
  return `${option}=${parts.join(":")}`;
}

const SOURCES = ["bpf", "two words", "a#b\\c", ""];

/** mount(2) of a new file system. */
export function newMount(choice: Choice): Call {
  const { a, b, c, d } = choice;
  const right = {
    op: "mount",
    source: one(SOURCES, d),
    target: one(PLACES, a),
    type: "bpf",
    flags: one(NEW_FLAGS, b),
    data: c % 2 === 0 ? 0 : drawnData(choice),
  } as const;
  if (!isWrong(choice)) return right;
  switch (c % 6) {
    case 0:
      return { ...right, type: one([0, 1, "", "BPF", "bpf.x"], d) };
    case 1:
      return { ...right, source: one([0, 1], d) };
    case 2:
      return { ...right, data: 1 };
    case 3:
      return { ...right, type: "tmpfs", data: 0 };
    default:
      return { ...right, data: drawnData({ ...choice, b: 0 }) };
  }
}

/** MS_BIND, MS_MOVE and MS_REMOUNT. */
export function changedMount({ a, b, c, d }: Choice): Call {
  const target = one(PLACES, a);
  const kind = one([MS_BIND, MS_BIND, MS_BIND | MS_REC, MS_MOVE, MS_REMOUNT, MS_REMOUNT], c);
  if (kind !== MS_REMOUNT) {
    return { op: "mount", source: one([...PLACES, ""], b), target, flags: kind };
  }
  const extra = one([0, MS_RDONLY, MS_BIND, MS_BIND | MS_RDONLY, MS_NOATIME, MS_SYNCHRONOUS], b);
  const data = d % 3 === 0 ? one(SIMPLE, d) : 0;
  return { op: "mount", source: 0, target, flags: kind | extra, data };
}

export function umount(choice: Choice): Call {
  const flags = isWrong(choice)
    ? one([16, MNT_FORCE, UMOUNT_NOFOLLOW, 4 | MNT_FORCE, 4], choice.b)
    : one([0, 0, MNT_DETACH], choice.b);
  return { op: "umount", path: one(PLACES, choice.a), flags };
}

/** In the first task only mounts: what it makes without privilege others would have to do for it. */
export function unshare(m: Machine, { a }: Choice): Call {
  const flags = [CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWUSER | CLONE_NEWNS];
  return { op: "unshare", flags: m.task === 0 ? CLONE_NEWNS : one(flags, a) };
}

const LINES: readonly (readonly MapLine[])[] = [
  [[0, 0, 1]],
  [[0, 0, 1]],
  [[0, 65534, 1]],
  [[0, 0, 1000], [1000, 65534, 1]],
  [[0, 1000, 10]],
  [[5, 0, 0xfffffffe]],
  [[0, 0, 2], [1, 5, 1]],
  [[0, 0, 0]],
  [],
];

export function idmap(m: Machine, { a, b, c }: Choice): Call {
  const of = one(aliveTasks(m), a);
  return { op: "idmap", of, ids: b % 2 === 0 ? "uid" : "gid", lines: one(LINES, c) };
}

/** One of the steps by which fsopen mounts. */
export function stepwise(m: Machine, choice: Choice): Call {
  const { a, b, c, d } = choice;
  const fd = isWrong(choice) ? someFd(m, a) : fdOf(m, "context", a) ?? someFd(m, a);
  const place = fdsOf(m, "inode").find((each) => {
    const slot = m.kernel.tasks.get(m.task)!.fds.get(each)!;
    const { object } = m.kernel.files.get(slot.file)!;
    return object.of === "inode" && object.path === true;
  });
  switch (c % 6) {
    case 0:
      return {
        op: "fsopen",
        type: isWrong(choice) ? one([0, 1, "", "BPF"], d) : "bpf",
        flags: b % 3,
      };
    case 1: {
      const [key, value] = [...drawnData({ ...choice, c: d }).split(",")[0].split("="), "1"];
      return {
        op: "fsconfig",
        fd,
        cmd: FSCONFIG_SET_STRING,
        key,
        value: isWrong(choice) ? 0 : value,
      };
    }
    case 2:
      return {
        op: "fsconfig",
        fd,
        cmd: FSCONFIG_SET_FLAG,
        key: one(["ro", "x", "mode", 0], d),
        value: 0,
      };
    case 3:
      return { op: "fsconfig", fd, cmd: FSCONFIG_CMD_CREATE, key: 0, value: b % 9 === 0 ? "x" : 0 };
    case 4:
      return { op: "fsmount", fd, flags: b % 3 };
    default:
      return { op: "move_mount", fd: place ?? 77, path: one(PLACES, d) };
  }
}

export function chdir({ a }: Choice): Call {
  return { op: "chdir", path: one(["/", "..", ".", "d", ...PLACES], a) };
}

export function statfs({ a }: Choice): Call {
  return { op: "statfs", path: one([".", ...PLACES], a) };
}
