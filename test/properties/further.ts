/**
 * Paths that go where a campaign's do not, because a real kernel is not asked here: programs that use
 * maps (the verdict is given), few descriptors, and directories that were removed while open.
 */
import {
  assemble,
  boot,
  BPF_F_MMAPABLE,
  BPF_F_PATH_FD,
  type Call,
  insn,
  type Machine,
  returning,
  type Version,
} from "bpfspec";
import { callFor } from "../../src/oracle/campaign/calls.ts";
import type { Choice } from "../../src/oracle/campaign/choices.ts";
import { one } from "../../src/oracle/campaign/pools.ts";
import { aliveTasks, fdOf, fdsOf, someFd } from "../../src/oracle/campaign/state.ts";

const DIRECTORIES = ["/sys/fs/bpf/d", "/sys/fs/bpf/d/e"];
const RELATIVE = [
  "r",
  "./r",
  "../r",
  "../../r",
  "../..",
  "..",
  ".",
  "e/r",
  "r/../../s",
  "e",
  "x.y",
];

/** r1 = the map behind a descriptor (BPF_LD | BPF_DW | BPF_IMM with BPF_PSEUDO_MAP_FD). */
function loadOfMap(fd: number): Uint8Array {
  return assemble(insn(0x18, 1, 1, 0, fd), insn(0, 0, 0, 0, 0));
}

function progOfMaps(m: Machine, { a, b, c }: Choice): Call {
  const fds = fdsOf(m, "map");
  const used = Array.from({ length: b % 4 }, (_, i) => fds.length === 0 ? 40 : one(fds, a + i * c));
  const insns = assemble(...used.map(loadOfMap), returning(0));
  const attr = { prog_type: 1, insns, insn_cnt: insns.length / 8, license: "GPL" };
  return { op: "bpf", cmd: "PROG_LOAD", attr, verdict: c % 5 === 0 ? "EACCES" : "accept" };
}

/** A path from a directory that is open, and may have been removed. */
function byDirectory(m: Machine, { a, b, c, d }: Choice): Call {
  const path_fd = fdOf(m, "inode", b);
  if (path_fd === undefined) return { op: "open", path: one(DIRECTORIES, a), flags: 0 };
  const attr = { pathname: one(RELATIVE, a), file_flags: BPF_F_PATH_FD, path_fd };
  if (d % 2 === 0) return { op: "bpf", cmd: "OBJ_GET", attr };
  return { op: "bpf", cmd: "OBJ_PIN", attr: { ...attr, bpf_fd: fdOf(m, "map", c) ?? 3 } };
}

function mappable({ a }: Choice): Call {
  const [map_type, key_size, max_entries, map_flags] = [2, 4, 4, BPF_F_MMAPABLE];
  const attr = { map_type, key_size, value_size: 1 + a % 16, max_entries, map_flags };
  return { op: "bpf", cmd: "MAP_CREATE", attr };
}

/** Sends what is open over a socket; makes a pair where there is none. */
function send(m: Machine, { a, b, c }: Choice): Call {
  const fd = fdOf(m, "socket", a);
  if (fd === undefined) return { op: "socketpair" };
  return { op: "send", fd, fds: Array.from({ length: b % 4 }, (_, i) => someFd(m, c + i)) };
}

const KINDS: readonly ((m: Machine, choice: Choice) => Call)[] = [
  progOfMaps,
  progOfMaps,
  byDirectory,
  byDirectory,
  byDirectory,
  (_, { a }) => ({ op: "mkdir", path: one(DIRECTORIES, a), mode: 0o777 }),
  (_, { a }) => ({ op: "open", path: one(DIRECTORIES, a), flags: 0 }),
  (_, { a }) => ({ op: "rmdir", path: one(DIRECTORIES, a) }),
  (_, { a }) => ({ op: "rmdir", path: one(DIRECTORIES, a) }),
  (_, { a, b }) => ({ op: "rename", path: one(DIRECTORIES, a), to: one(DIRECTORIES, b) }),
  (_, { a }) => ({ op: "setrlimit", limits: { nofile: one([0, 5, 8, 1024, 1024, 1024], a) } }),
  (m, { a }) => ({ op: "close", fd: someFd(m, a) }),
  () => ({ op: "munmap" }),
  (_, choice) => mappable(choice),
  (m, { a, b }) => ({
    op: "mmap",
    fd: fdOf(m, "map", a) ?? 3,
    length: 4096,
    writable: b % 2 === 0,
  }),
  send,
  send,
  (m, { a }) => ({ op: "recv", fd: fdOf(m, "socket", a) ?? 3 }),
];

const MOST_TASKS = 6;

/** The call that choices stand for: half are of the kinds here, half a campaign's. */
function anyCall(m: Machine, choice: Choice): Call {
  const call = choice.wrong % 2 === 0 ? one(KINDS, choice.op)(m, choice) : callFor(m, choice);
  return call.op === "fork" && m.kernel.tasks.size >= MOST_TASKS ? { op: "munmap" } : call;
}

/** Plays choices; unlike a campaign's, the path may have calls that are not modelled. */
export function playFurther(version: Version, drawn: readonly Choice[]): Machine {
  let m = boot(version);
  for (const path of DIRECTORIES) m = m.mkdir(path);
  for (const choice of drawn) {
    const alive = aliveTasks(m);
    if (alive.length === 0) break;
    m = m.as(choice.task % 2 === 0 ? alive[0] : one(alive, choice.task));
    m = m.call(anyCall(m, choice));
  }
  return m;
}
