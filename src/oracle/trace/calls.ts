/** Calls as strace prints them, as what they do to the model's world. */
import { type Call } from "bpfspec";
import { argument, looseNumber, readBpf } from "./attr.ts";
import type { Action, Event, NewFd, Observed, Trace } from "./event.ts";
import { TraceError } from "./place.ts";
import { parseStrace, type StraceCall, type StraceLine } from "./strace.ts";
import type { Value } from "./values.ts";

const CLOEXEC = 0o2000000n;
const NOTHING: Action = { does: "nothing" };

/** Calls that return a descriptor of something else: where their flags are, and which is CLOEXEC. */
const MAKERS: Readonly<Record<string, readonly [flags: number | undefined, bit?: bigint]>> = {
  creat: [undefined],
  openat2: [undefined],
  socket: [1],
  accept: [undefined],
  accept4: [3],
  eventfd: [undefined],
  eventfd2: [1],
  epoll_create: [undefined],
  epoll_create1: [0],
  timerfd_create: [1],
  signalfd4: [3],
  inotify_init: [undefined],
  inotify_init1: [0],
  fanotify_init: [0, 1n],
  memfd_create: [1, 1n],
  memfd_secret: [0],
  userfaultfd: [0],
  perf_event_open: [4, 8n],
  open_by_handle_at: [2],
  mq_open: [1],
  open_tree: [2],
  fsopen: [1, 1n],
  fspick: [2, 1n],
  fsmount: [1, 1n],
};

/** The same whose descriptors are always close-on-exec. */
const ALWAYS_CLOEXEC: ReadonlySet<string> = new Set([
  "pidfd_open",
  "pidfd_getfd",
  "io_uring_setup",
  "landlock_create_ruleset",
]);

/** What makes paths mean something else, or privilege, in ways that the model does not have. */
const PATH_CHANGES: ReadonlySet<string> = new Set([
  "mount",
  "umount2",
  "umount",
  "move_mount",
  "chroot",
  "pivot_root",
  "setns",
]);
const CREDENTIALS: ReadonlySet<string> = new Set([
  "setgid",
  "setegid",
  "setregid",
  "setresgid",
  "setfsuid",
  "setfsgid",
  "setgroups",
]);

/** Reads what strace printed. */
export function straceTrace(file: string, text: string): Trace {
  const lines = parseStrace(file, text);
  if (lines.length === 0) {
    throw new TraceError({ file, line: 1, column: 1 }, "expected a call, but the trace is empty");
  }
  const told = new Set(lines.filter(({ kind }) => kind === "end").map(({ pid }) => pid));
  const events = lines.flatMap((line) => eventOf(line, told));
  const calls = lines.filter((line): line is StraceCall => line.kind === "call");
  const opens = calls.some(({ name }) => name === "openat" || name === "open");
  const complete = opens && calls[0]?.name === "execve" && calls.some((c) => c.name === "close");
  return { file, events, fresh: false, complete };
}

function eventOf(line: StraceLine, told: ReadonlySet<number>): readonly Event[] {
  const { pid, place } = line;
  if (line.kind === "end") {
    const observed = { kind: "unknown" } as const;
    return [{ pid, place, name: "exit", action: { does: "end", told: true }, observed }];
  }
  const observed = observedOf(line);
  const began = line.began.line === place.line ? {} : { began: line.began.line };
  if (line.name === "bpf") {
    const { name, call, shown } = readBpf(line);
    return [{ pid, place, name, action: { does: "call", call, shown }, observed, ...began }];
  }
  if (line.name === "exit_group" && told.has(pid)) return [];
  const action = actionOf(line, observed);
  const address = line.name === "mmap" && line.returned.kind === "value"
    ? { address: line.returned.ret }
    : {};
  return [{ pid, place, name: line.name, action, observed, ...address, ...began }];
}

function observedOf({ returned }: StraceCall): Observed {
  if (returned.kind !== "value") return returned;
  return { kind: "value", ret: Number(returned.ret) };
}

function int(line: StraceCall, index: number): number {
  return Number(looseNumber(line, argument(line, index)));
}

/** A path; undefined where it is not shown as one (an address that cannot be read, say). */
function path(line: StraceCall, index: number): string | undefined {
  const value = argument(line, index);
  return value.kind === "string" && !value.cut ? value.bytes : undefined;
}

function madeBy(call: Call | undefined): Action {
  return call === undefined
    ? { does: "nothing", why: "a path that the trace does not show" }
    : { does: "call", call, shown: {} };
}

/** The call that `make` gives, if the path at an index is shown. */
function onPath(line: StraceCall, index: number, make: (path: string) => Call): Action {
  const text = path(line, index);
  return madeBy(text === undefined ? undefined : make(text));
}

function onPaths(line: StraceCall, a: number, b: number, make: (a: string, b: string) => Call) {
  const [from, to] = [path(line, a), path(line, b)];
  return madeBy(from === undefined || to === undefined ? undefined : make(from, to));
}

type Maker = (line: StraceCall, observed: Observed) => Action;

const open = (line: StraceCall, at: number): Action =>
  onPath(line, at, (path) => ({ op: "open", path, flags: int(line, at + 1) }));

const rename = (line: StraceCall, a: number, b: number): Action =>
  onPaths(line, a, b, (path, to) => ({ op: "rename", path, to }));

/** The calls with an effect on the model's world, by name. */
const CALLS: Readonly<Record<string, Maker>> = {
  close: (line) => madeBy({ op: "close", fd: int(line, 0) }),
  dup: (line) => madeBy({ op: "dup", fd: int(line, 0) }),
  dup2: (line) => madeBy({ op: "dup2", fd: int(line, 0), to: int(line, 1) }),
  dup3: (line) => ({
    does: "dup3",
    fd: int(line, 0),
    to: int(line, 1),
    cloexec: (looseNumber(line, argument(line, 2)) & CLOEXEC) !== 0n,
  }),
  fcntl,
  fcntl64: fcntl,
  close_range: (line) => ({
    does: "close range",
    first: int(line, 0),
    last: int(line, 1),
    cloexec: (int(line, 2) & 4) !== 0,
  }),
  open: (line) => open(line, 0),
  openat: (line) => open(line, 1),
  mkdir: (line) => onPath(line, 0, (path) => ({ op: "mkdir", path, mode: int(line, 1) })),
  mkdirat: (line) => onPath(line, 1, (path) => ({ op: "mkdir", path, mode: int(line, 2) })),
  rmdir: (line) => onPath(line, 0, (path) => ({ op: "rmdir", path })),
  unlink: (line) => onPath(line, 0, (path) => ({ op: "unlink", path })),
  unlinkat: (line) => {
    const op = (int(line, 2) & 0x200) !== 0 ? "rmdir" : "unlink";
    return onPath(line, 1, (path) => ({ op, path }));
  },
  rename: (line) => rename(line, 0, 1),
  renameat: (line) => rename(line, 1, 3),
  renameat2: (line) =>
    int(line, 4) === 0 ? rename(line, 1, 3) : { does: "paths", what: "renameat2 with flags" },
  symlink: (line) => onPaths(line, 0, 1, (target, path) => ({ op: "symlink", target, path })),
  symlinkat: (line) => onPaths(line, 0, 2, (target, path) => ({ op: "symlink", target, path })),
  link: () => ({ does: "paths", what: "link" }),
  linkat: () => ({ does: "paths", what: "linkat" }),
  chmod: (line) => onPath(line, 0, (path) => ({ op: "chmod", path, mode: int(line, 1) })),
  fchmodat: (line) => onPath(line, 1, (path) => ({ op: "chmod", path, mode: int(line, 2) })),
  chown: (line) => chown(line, 0),
  lchown: (line) => chown(line, 0),
  fchownat: (line) => chown(line, 1),
  umask: (line) => madeBy({ op: "umask", mask: int(line, 0) }),
  setuid: (line) => madeBy({ op: "setuid", uid: int(line, 0) }),
  setreuid: (line) => setuid(line, 2),
  setresuid: (line) => setuid(line, 3),
  capset,
  setrlimit: (line) => setrlimit(int(line, 0), argument(line, 1)),
  prlimit64: (line) => int(line, 0) === 0 ? setrlimit(int(line, 1), argument(line, 2)) : NOTHING,
  prctl,
  pipe: (line, observed) => twoFds(line, observed, 0, false),
  pipe2: (line, observed) => twoFds(line, observed, 0, hasCloexec(line, 1)),
  socketpair,
  sendmsg: (line) => {
    const fds = rights(line);
    return fds === undefined ? NOTHING : madeBy({ op: "send", fd: int(line, 0), fds });
  },
  recvmsg: (line) => {
    const fds = rights(line);
    if (fds === undefined) return NOTHING;
    return { does: "call", call: { op: "recv", fd: int(line, 0) }, shown: { fds } };
  },
  mmap: (line) => ({
    does: "mmap",
    fd: int(line, 4) | 0,
    length: int(line, 1),
    writable: (int(line, 2) & 2) !== 0,
    shared: (int(line, 3) & 3) === 1 && (int(line, 3) & 32) === 0 && int(line, 5) === 0,
  }),
  munmap: (line) => ({
    does: "munmap",
    at: looseNumber(line, argument(line, 0)),
    length: looseNumber(line, argument(line, 1)),
  }),
  fork: (_line, observed) => spawn(observed, false),
  vfork: (_line, observed) => spawn(observed, false),
  clone: (line, observed) => spawn(observed, (cloneFlags(line) & 0x400n) !== 0n),
  clone3: (line, observed) => spawn(observed, (cloneFlags(line) & 0x400n) !== 0n),
  execve: (_line, observed) => observed.kind === "value" ? { does: "exec" } : NOTHING,
  execveat: (_line, observed) => observed.kind === "value" ? { does: "exec" } : NOTHING,
  exit: () => ({ does: "leave" }),
  exit_group: () => ({ does: "end", told: false }),
  unshare: (line) => {
    const newUser = (int(line, 0) & 0x10000000) !== 0;
    return newUser ? { does: "credentials", what: "unshare" } : NOTHING;
  },
};

function hasCloexec(line: StraceCall, index: number, bit = CLOEXEC): boolean {
  return (looseNumber(line, argument(line, index)) & bit) !== 0n;
}

function actionOf(line: StraceCall, observed: Observed): Action {
  const known = CALLS[line.name];
  if (known !== undefined) return known(line, observed);
  const succeeded = observed.kind === "value" && observed.ret >= 0;
  if (PATH_CHANGES.has(line.name)) {
    return succeeded ? { does: "paths", what: line.name } : NOTHING;
  }
  if (CREDENTIALS.has(line.name)) {
    return succeeded ? { does: "credentials", what: line.name } : NOTHING;
  }
  const made = MAKERS[line.name];
  if (made === undefined && !ALWAYS_CLOEXEC.has(line.name)) return NOTHING;
  if (observed.kind !== "value" || observed.ret < 0) return NOTHING;
  const [flags, bit] = made ?? [];
  const cloexec = made === undefined || (flags !== undefined && hasCloexec(line, flags, bit));
  return { does: "descriptors", fds: [{ fd: observed.ret, cloexec }] };
}

function fcntl(line: StraceCall): Action {
  const fd = int(line, 0);
  const cmd = int(line, 1);
  if (cmd === 0 || cmd === 1030) {
    return { does: "dup", fd, least: int(line, 2), cloexec: cmd === 1030 };
  }
  return cmd === 2 ? madeBy({ op: "cloexec", fd, on: (int(line, 2) & 1) !== 0 }) : NOTHING;
}

function chown(line: StraceCall, at: number): Action {
  const [uid, gid] = [int(line, at + 1), int(line, at + 2)];
  return onPath(line, at, (path) => ({ op: "chown", path, uid, gid }));
}

/** All ids set to one, as the model has but one. */
function setuid(line: StraceCall, count: number): Action {
  const ids = Array.from({ length: count }, (_, i) => int(line, i) >>> 0);
  if (ids.every((id) => id === ids[0])) return madeBy({ op: "setuid", uid: ids[0] });
  return { does: "credentials", what: `${line.name} to different ids` };
}

/** capset(header, data): the sets as one mask, where they are one. */
function capset(line: StraceCall, observed: Observed): Action {
  const data = argument(line, 1);
  const different: Action = observed.kind === "value"
    ? { does: "credentials", what: "capset to different sets" }
    : NOTHING;
  if (data.kind !== "struct") return different;
  const [effective, permitted] = [data.fields.get("effective"), data.fields.get("permitted")];
  if (effective === undefined || permitted === undefined) return different;
  const [own, may] = [looseNumber(line, effective), looseNumber(line, permitted)];
  return own === may ? madeBy({ op: "capset", mask: own }) : different;
}

function setrlimit(resource: number, limit: Value): Action {
  const current = limit.kind === "struct" ? limit.fields.get("rlim_cur") : undefined;
  if (resource !== 7 || current?.kind !== "number") return NOTHING;
  return madeBy({ op: "setrlimit", limits: { nofile: Number(current.value) } });
}

/** KEEPCAPS, CAPBSET_DROP, SECUREBITS and CAP_AMBIENT change what a later call gives up or gets. */
const PRCTL: ReadonlySet<number> = new Set([8, 24, 28, 47]);

function prctl(line: StraceCall, observed: Observed): Action {
  const first = argument(line, 0);
  if (first.kind === "symbol" || observed.kind !== "value") return NOTHING;
  return PRCTL.has(int(line, 0)) ? { does: "credentials", what: "prctl" } : NOTHING;
}

/** Two descriptors that a call wrote to an array. */
function written(line: StraceCall, index: number): readonly number[] {
  const value = argument(line, index);
  if (value.kind !== "array") return [];
  return value.items.map((item) => Number(looseNumber(line, item)));
}

function twoFds(line: StraceCall, observed: Observed, index: number, cloexec: boolean): Action {
  if (observed.kind !== "value") return NOTHING;
  const fds: readonly NewFd[] = written(line, index).map((fd) => ({ fd, cloexec }));
  return { does: "descriptors", fds };
}

function socketpair(line: StraceCall, observed: Observed): Action {
  const cloexec = hasCloexec(line, 1);
  if (int(line, 0) !== 1) return twoFds(line, observed, 3, cloexec);
  return { does: "pair", fds: observed.kind === "value" ? written(line, 3) : [], cloexec };
}

/** The descriptors of a message's SCM_RIGHTS. */
function rights(line: StraceCall): readonly number[] | undefined {
  const message = argument(line, 1);
  if (message.kind !== "struct") return undefined;
  const control = message.fields.get("msg_control");
  if (control?.kind !== "array") return undefined;
  for (const item of control.items) {
    if (item.kind !== "struct") continue;
    const [type, data] = [item.fields.get("cmsg_type"), item.fields.get("cmsg_data")];
    const isRights = type !== undefined && looseNumber(line, type) === 1n && data?.kind === "array";
    if (isRights) return data.items.map((fd) => Number(looseNumber(line, fd)));
  }
  return undefined;
}

function spawn(observed: Observed, shares: boolean): Action {
  if (observed.kind !== "value" || observed.ret <= 0) return NOTHING;
  return { does: "spawn", child: observed.ret, shares };
}

/** The flags of clone and clone3, wherever strace prints them. */
function cloneFlags(line: StraceCall): bigint {
  const args = line.args();
  const named = args.find(({ name }) => name === "flags")?.value;
  const given = args[0]?.value;
  const first = given?.kind === "changed" ? given.before : given;
  const inner = first?.kind === "struct" ? first.fields.get("flags") : undefined;
  const flags = named ?? inner ?? first;
  return flags === undefined ? 0n : looseNumber(line, flags);
}
