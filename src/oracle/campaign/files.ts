/** Calls on files: opened, read, linked, moved, asked about. */
import type { Call, Machine } from "bpfspec";
import type { Choice } from "./choices.ts";
import type { Make } from "./make.ts";
import { isWrong, ODD_PATHS, one, PATHS } from "./pools.ts";
import { fdOf, someFd } from "./state.ts";

const RELATIVE: readonly string[] = ["a", "b", "d", "d/a", "l", "../a", "..", ".", "e/..", "r0"];

/** A path, absolute or from the working directory. */
function path(choice: Choice, drawn: number): string {
  if (choice.wrong % 5 === 0) return one(ODD_PATHS, drawn);
  return choice.wrong % 7 === 0 ? one(RELATIVE, drawn) : one(PATHS, drawn);
}

const OPEN_FLAGS: readonly number[] = [
  0,
  0,
  0,
  0,
  1,
  2,
  3,
  0o100,
  0o101,
  0o300,
  0o1000,
  0o1001,
  0o2001,
  0o4000,
  0o40000,
  0o200000,
  0o200000,
  0o200100,
  0o400000,
  0o1000000,
  0o2000000,
  0o10000000,
  0o10400000,
  0o10200000,
  0o20000001,
  0o20200000,
  0o20200001,
  0o20200102,
];

/** A directory descriptor, or what stands for one. */
function dirfd(m: Machine, choice: Choice): number {
  if (isWrong(choice)) return someFd(m, choice.d);
  return fdOf(m, "inode", choice.d) ?? -100;
}

function file(m: Machine, choice: Choice): number {
  return isWrong(choice) ? someFd(m, choice.a) : fdOf(m, "inode", choice.a) ?? someFd(m, choice.a);
}

/** Descriptors whose reads the model does not say are left out: the campaign goes on without. */
const READ_SIZES: readonly number[] = [4096, 4096, 65536, 1, 7, 50, 93, 94, 200, 5000, 0];
const UIDS: readonly number[] = [65534, 1000, 0, -1];
const MODES: readonly number[] = [
  0o600,
  0o000,
  0o444,
  0o755,
  0o1777,
  0o4755,
  0o2755,
  0o2644,
  0o666,
];

function renameFlags(choice: Choice): number {
  return isWrong(choice) ? one([3, 5, 6, 8, 0x80000000], choice.c) : one([0, 1, 2, 2, 4], choice.c);
}

const FILE_TYPES: readonly number[] = [
  0o600,
  0o100600,
  0o10600,
  0o20600,
  0o40600,
  0o60600,
  0o120600,
  0o140600,
  0o30600,
];

const NAMES: readonly string[] = [
  "trusted.a",
  "trusted.b",
  "trusted.c",
  "security.a",
  "security.b",
  "user.a",
];
const ODD_NAMES: readonly string[] = [
  "trusted.",
  "security.",
  "system.a",
  "foo",
  "",
  "x".repeat(255),
  "x".repeat(256),
];

function name(choice: Choice): string {
  return isWrong(choice) ? one(ODD_NAMES, choice.b) : one(NAMES, choice.b);
}

const VALUES: readonly string[] = ["", "a", "abc", "v".repeat(100), "w".repeat(65536)];

/** A file by its path, or by a descriptor, or a symlink itself. */
function xattr(
  m: Machine,
  c: Choice,
  kind: "set" | "get" | "list" | "remove",
  rest: object,
): Call {
  const how = c.d % 6;
  const target = how === 0 ? { fd: file(m, c) } : { path: path(c, c.a) };
  return {
    op: `${how === 0 ? "f" : how === 1 ? "l" : ""}${kind}xattr`,
    ...target,
    ...rest,
  } as Call;
}

/** Every kind of call on files with its weight. */
export const FILE_KINDS: readonly (readonly [weight: number, make: Make])[] = [
  [8, (_m, c) => ({ op: "open", path: path(c, c.a), flags: one(OPEN_FLAGS, c.b) })],
  [
    2,
    (m, c) => ({
      op: "openat",
      dirfd: dirfd(m, c),
      path: one(RELATIVE, c.a),
      flags: one(OPEN_FLAGS, c.b),
    }),
  ],
  [10, (m, c) => ({ op: "read", fd: file(m, c), n: one(READ_SIZES, c.b) })],
  [1, (m, c) => ({ op: "write", fd: file(m, c), bytes: "x" })],
  [1, (m, c) => ({ op: "lseek", fd: file(m, c), off: 0, whence: one([0, 1, 2, 5, -1], c.b) })],
  [4, (_m, c) => ({ op: "link", path: path(c, c.a), to: path(c, c.b) })],
  [
    4,
    (_m, c) => ({
      op: "renameat2",
      path: path(c, c.a),
      to: path(c, c.b),
      flags: renameFlags(c),
    }),
  ],
  [3, (_m, c) => ({ op: "stat", path: path(c, c.a) })],
  [2, (_m, c) => ({ op: "lstat", path: path(c, c.a) })],
  [2, (m, c) => ({ op: "fstat", fd: file(m, c) })],
  [
    1,
    (_m, c) => ({
      op: "readlink",
      path: one(["/sys/fs/bpf/l", path(c, c.a)], c.b),
      size: one([4096, 1, 0, -1], c.c),
    }),
  ],
  [3, (_m, c) => ({ op: "getdents", path: path(c, c.a) })],
  [2, (_m, c) => ({ op: "access", path: path(c, c.a), mode: one([0, 1, 2, 4, 6, 7, 8], c.b) })],
  [
    2,
    (m, c) => ({
      op: "faccessat2",
      dirfd: dirfd(m, c),
      path: one([one(RELATIVE, c.a), path(c, c.a)], c.b),
      mode: one([0, 1, 2, 4, 7], c.b),
      flags: one([0, 0x200, 0x100, 0x300, 0x400, 1], c.c),
    }),
  ],
  [1, (_m, c) => ({ op: "mknod", path: path(c, c.a), mode: one(FILE_TYPES, c.b) })],
  [2, (_m, c) => ({ op: "truncate", path: path(c, c.a), length: one([0, 1, 4097, -1], c.b) })],
  [1, (_m, c) => ({ op: "lchown", path: path(c, c.a), uid: one(UIDS, c.b), gid: one(UIDS, c.c) })],
  [2, (_m, c) => ({ op: "chown", path: path(c, c.a), uid: one(UIDS, c.b), gid: one(UIDS, c.c) })],
  [1, (_m, c) => ({ op: "chmod", path: path(c, c.a), mode: one(MODES, c.b) })],
  [1, (m, c) => ({ op: "fchmod", fd: file(m, c), mode: one(MODES, c.b) })],
  [1, (m, c) => ({ op: "fchown", fd: file(m, c), uid: one(UIDS, c.b), gid: one(UIDS, c.c) })],
  [
    6,
    (m, c) =>
      xattr(m, c, "set", {
        name: name(c),
        value: one(VALUES, c.c),
        flags: one([0, 0, 0, 1, 2, 3, 4], c.wrong),
      }),
  ],
  [3, (m, c) => xattr(m, c, "get", { name: name(c), size: one([4096, 0, 1, 3, 65536], c.c) })],
  [2, (m, c) => xattr(m, c, "list", { size: one([4096, 0, 1, 12], c.c) })],
  [2, (m, c) => xattr(m, c, "remove", { name: name(c) })],
  [2, (_m, c) => ({ op: "chdir", path: path(c, c.a) })],
  [1, (m, c) => ({ op: "fchdir", fd: file(m, c) })],
  [
    1,
    (m, c) => m.task === 0 ? { op: "umask", mask: 0o22 } : { op: "setgid", gid: one(UIDS, c.a) },
  ],
];
