/** One drawn call, of any kind. */
import {
  ATTR_SIZE,
  type AttrOf,
  BPF_F_PATH_FD,
  type Call,
  commandAbi,
  type CommandName,
  COMMANDS,
  type Field,
  type Machine,
  MODELLED,
  returning,
  room,
} from "bpfspec";
import { load } from "./btf.ts";
import type { Choice } from "./choices.ts";
import { FILE_KINDS } from "./files.ts";
import { bpf, type Make } from "./make.ts";
import { create, createTyped, element, nextKey } from "./maps.ts";
import {
  changedMount,
  chdir,
  idmap,
  newMount,
  statfs,
  stepwise,
  umount,
  unshare,
} from "./mounts.ts";
import { BOUNDARIES, FLAGS, isWrong, ODD_PATHS, one, PATHS, wrongPlace } from "./pools.ts";
import { fdOf, fdsOf, someFd } from "./state.ts";
import { structOpsCall } from "./struct_ops.ts";

function path(choice: Choice, drawn: number): string {
  return choice.wrong % 5 === 0 ? one(ODD_PATHS, drawn) : one(PATHS, drawn);
}

function object(m: Machine, choice: Choice): number {
  if (isWrong(choice)) return someFd(m, choice.d);
  const own = [...fdsOf(m, "map"), ...fdsOf(m, "prog"), ...fdsOf(m, "btf").slice(0, 1)];
  return own.length === 0 ? someFd(m, choice.d) : one(own, choice.d);
}

const PROG_TYPES = [1, 1, 1, 3, 6, 8, 9];

function progLoad(choice: Choice): Call {
  const right: AttrOf<"PROG_LOAD"> = {
    prog_type: one(PROG_TYPES, choice.a),
    insns: returning(one([0, 1, 2, 3], choice.b)),
    insn_cnt: 2,
    license: one(["GPL", "MIT", ""], choice.c),
    prog_name: one(["", "p", "a_prog"], choice.d),
  };
  if (!isWrong(choice)) return bpf("PROG_LOAD", right);
  const wrong: readonly AttrOf<"PROG_LOAD">[] = [
    { ...right, prog_type: one([0, 33, 34, 1000, 0xffffffff], choice.a) },
    { ...right, insn_cnt: one([0, 1_000_001, 0xffffffff], choice.a) },
    { ...right, insns: one([0, 1, new Uint8Array(8)], choice.a) },
    { ...right, license: one([0, 1, new Uint8Array([65])], choice.a) },
    { ...right, prog_flags: one([256, 512, 0x8000, 0x80000000], choice.a) },
    { ...right, prog_name: one(["sixteen_letters_", "a b"], choice.a) },
    { ...right, log_size: one(BOUNDARIES, choice.a) || 1 },
    { ...right, log_buf: room(16), log_size: 16 },
    { ...right, prog_type: 8, expected_attach_type: one([2, 5, 99], choice.a) },
    { ...right, attach_btf_id: one([1, 0x100000], choice.a) },
    { ...right, attach_prog_fd: one([0, 1, 40], choice.a) },
    { ...right, prog_flags: 65536, prog_token_fd: one([0, 3, 99], choice.a) },
  ];
  return bpf("PROG_LOAD", wrong[wrongPlace(choice, wrong.length)]);
}

function info(m: Machine, choice: Choice): Call {
  const length = isWrong(choice)
    ? one(BOUNDARIES, choice.b)
    : one([80, 88, 104, 40, 8, 100, 103, 32, 16, 12, 208, 228, 232], choice.b);
  const size = Math.min(length, 4096);
  const dirty = new Uint8Array(size);
  if (choice.c % 3 === 0 && size > 0) dirty[choice.c % size] = 1 + choice.d % 255;
  const buffer = choice.c % 19 === 0 ? dirty.slice(0, Math.max(size - 1, 0)) : dirty;
  const own = fdOf(m, one(["map", "map", "prog", "btf"] as const, choice.a), choice.b);
  const fd = isWrong(choice) && choice.d % 2 === 0 ? someFd(m, choice.a) : own ?? 99;
  return bpf("OBJ_GET_INFO_BY_FD", { bpf_fd: fd, info_len: length, info: buffer });
}

/** The ids that the machine has given, and one that nobody has. */
function someId(ids: readonly number[], drawn: number): number {
  return one([...ids, ...ids, 0, 0x7ffffffe, 0x7fffffff, 0xffffffff], drawn);
}

function pin(m: Machine, choice: Choice): Call {
  const right: AttrOf<"OBJ_PIN"> = { pathname: path(choice, choice.a), bpf_fd: object(m, choice) };
  if (choice.b % 9 !== 0) return bpf("OBJ_PIN", right);
  return bpf("OBJ_PIN", withDirectory(m, choice, right));
}

function withDirectory(
  m: Machine,
  choice: Choice,
  right: AttrOf<"OBJ_PIN">,
): AttrOf<"OBJ_PIN"> {
  const fd = fdOf(m, "inode", choice.c) ?? someFd(m, choice.c);
  switch (choice.c % 5) {
    case 0:
      return { ...right, file_flags: one(FLAGS, choice.d) };
    case 1:
      return { ...right, path_fd: 3 };
    case 2:
      return { ...right, pathname: one([0, 1], choice.d) };
    default:
      return { ...right, file_flags: BPF_F_PATH_FD, path_fd: fd, pathname: "r" + choice.d % 3 };
  }
}

function get(m: Machine, choice: Choice): Call {
  const right: AttrOf<"OBJ_GET"> = {
    pathname: path(choice, choice.a),
    file_flags: one([0, 0, 8, 16], choice.b),
  };
  if (choice.c % 9 === 0) return bpf("OBJ_GET", { ...right, bpf_fd: 1 });
  if (choice.c % 9 === 1) {
    return bpf("OBJ_GET", withDirectory(m, { ...choice, c: choice.d }, right));
  }
  return bpf("OBJ_GET", right);
}

function isPointer(name: CommandName, at: number): boolean {
  const fields: readonly Field[] = commandAbi(name).fields;
  return fields.some(({ kind, offset }) => kind === "ptr" && offset <= at && at < offset + 8);
}

/** A command at the raw door: its bytes cut, lengthened, or with one set where it may matter. */
function raw(m: Machine, choice: Choice): Call {
  const name = one(COMMANDS, choice.a).name;
  const { number, end } = commandAbi(name);
  // Where the first word is an object's id it must be nobody's: others' objects are not ours.
  const first = /_ID$/.test(name) ? 0x7ffffff0 : fdOf(m, "map", choice.b) ?? 3;
  const attr = new Uint8Array(168);
  new DataView(attr.buffer).setUint32(0, first, true);
  const size = one([0, 4, 8, 16, 32, 119, 120, 144, 152, 168, 168, 168, 169, 4096, 4097], choice.c);
  const buffer = new Uint8Array(Math.min(size, 4096));
  buffer.set(attr.slice(0, buffer.length));
  const last = end[m.kernel.version] ?? 0;
  const at = one([last, last, last + 1, ATTR_SIZE[m.kernel.version], choice.d], choice.d);
  // A byte of an address would make another one, which may happen to be mapped.
  if (choice.d % 3 !== 0 && at < buffer.length && !isPointer(name, at)) buffer[at] = 1;
  const short = choice.d % 13 === 0 ? buffer.slice(0, Math.max(buffer.length - 1, 0)) : buffer;
  const cmd = choice.wrong % 9 === 0 ? one([39, 40, 1000, -1, 0x7fffffff], choice.wrong) : number;
  return { op: "raw", cmd, attr: short, size };
}

/** A command of which the model has the head only, with one field set; what passes is not made. */
function headOnly(_m: Machine, choice: Choice): Call {
  const { name, fields } = one(COMMANDS.filter(({ name }) => !(name in MODELLED)), choice.a);
  const field: Field = one<Field>(fields, choice.b);
  const value = one(choice.c % 2 === 0 ? BOUNDARIES : FLAGS, choice.d);
  const attr = field.kind === "ptr" ? {} : { [field.name]: value };
  const attach = "attach_type" in Object.fromEntries(fields.map((each) => [each.name, 0]));
  const typed = attach ? { attach_type: one([0, 2, 8, 37, 46, 47, 54, 70], choice.c) } : {};
  return { op: "bpf", cmd: name, attr: { ...typed, ...attr } } as Call;
}

// Without CAP_SYS_RESOURCE, which a container may have taken from root.
const CAPS = ((1n << 41n) - 1n) & ~(1n << 24n);
const MASKS: readonly bigint[] = [
  CAPS,
  CAPS & ~(1n << 21n),
  CAPS & ~((1n << 21n) | (1n << 39n)),
  CAPS & ~((1n << 21n) | (1n << 38n)),
  CAPS & ~(1n << 1n) & ~(1n << 2n),
  CAPS & ~((1n << 21n) | (1n << 12n)),
  CAPS & ~((1n << 21n) | (1n << 12n) | (1n << 38n) | (1n << 39n)),
  CAPS & ~(1n << 3n) & ~(1n << 0n),
  1n << 39n,
  0n,
];

/** Every kind of call with its weight. */
export const KINDS: readonly (readonly [weight: number, make: Make])[] = [
  ...FILE_KINDS,
  [12, (_m, c) => bpf("MAP_CREATE", create(c))],
  [16, (m, c) => bpf("MAP_UPDATE_ELEM", element(m, c, { value: "in", flags: true }))],
  [12, (m, c) => bpf("MAP_LOOKUP_ELEM", element(m, c, { value: "out" }))],
  [8, (m, c) => bpf("MAP_DELETE_ELEM", element(m, c, {}))],
  [12, (m, c) => bpf("MAP_GET_NEXT_KEY", nextKey(m, c))],
  [2, (m, c) => bpf("MAP_FREEZE", { map_fd: isWrong(c) ? someFd(m, c.a) : fdOf(m, "map", c.a) })],
  [5, (_m, c) => progLoad(c)],
  [6, (m, c) => info(m, c)],
  [3, (m, c) => bpf("MAP_GET_NEXT_ID", { start_id: someId(m.mapIds, c.a) })],
  [
    3,
    (m, c) =>
      bpf("MAP_GET_FD_BY_ID", {
        map_id: someId(m.mapIds, c.a),
        open_flags: one([0, 8, 16, 24, 32], isWrong(c) ? c.b : 0),
      }),
  ],
  [2, (m, c) => bpf("PROG_GET_NEXT_ID", { start_id: someId(m.progIds, c.a) })],
  [2, (m, c) => bpf("PROG_GET_FD_BY_ID", { prog_id: someId(m.progIds, c.a) })],
  [5, (m, c) => bpf("BTF_LOAD", load(m.kernel.version, c))],
  [4, (m, c) => bpf("MAP_CREATE", createTyped(m, c))],
  [2, (m, c) => bpf("BTF_GET_NEXT_ID", { start_id: someId(m.btfIds, c.a) })],
  [
    2,
    (m, c) =>
      bpf("BTF_GET_FD_BY_ID", {
        btf_id: someId(m.btfIds, c.a),
        ...(isWrong(c) ? { open_flags: one(FLAGS, c.b), fd_by_id_token_fd: c.c % 5 } : {}),
      }),
  ],
  [10, (m, c) => m.mapIds.length === 0 ? { op: "umask", mask: 0o22 } : structOpsCall(m, c)],
  [2, (m, c) => bpf("LINK_GET_NEXT_ID", { start_id: someId(m.linkIds, c.a) })],
  [2, (m, c) => bpf("LINK_GET_FD_BY_ID", { link_id: someId(m.linkIds, c.a) })],
  [8, pin],
  [20, get],
  [5, raw],
  [3, headOnly],
  [
    4,
    (m, c) => ({
      op: "close",
      fd: isWrong(c) ? someFd(m, c.a) : fdOf(m, "map", c.a) ?? someFd(m, c.a),
    }),
  ],
  [2, (m, c) => ({ op: "dup", fd: someFd(m, c.a) })],
  [2, (m, c) => ({ op: "dup2", fd: someFd(m, c.a), to: one([3, 4, 5, 10, 1023, 1024], c.b) })],
  [1, (m, c) => ({ op: "cloexec", fd: someFd(m, c.a), on: c.b % 2 === 0 })],
  [4, () => ({ op: "fork" })],
  [1, (m, c) => ({ op: "setrlimit", limits: { nofile: lowered(m, one([4, 5, 6, 8], c.a)) } })],
  [1, (m) => m.task === 0 ? { op: "exec" } : { op: "exit" }],
  [1, () => ({ op: "munmap" })],
  [1, () => ({ op: "socketpair" })],
  [
    2,
    (m, c) => ({ op: "send", fd: fdOf(m, "socket", c.a) ?? someFd(m, c.a), fds: sendable(m, c) }),
  ],
  [2, (m, c) => ({ op: "recv", fd: fdOf(m, "socket", c.a) ?? someFd(m, c.a) })],
  [
    3,
    (m, c) => ({
      op: "mmap",
      fd: fdOf(m, "map", c.a) ?? 99,
      length: one([4096, 1, 8192, 0, 2 ** 47], c.b),
      writable: c.c % 2 === 0,
    }),
  ],
  [
    3,
    (_m, c) => ({ op: "mkdir", path: path(c, c.a), mode: one([0o777, 0o700, 0o555, 0o1777], c.b) }),
  ],
  [2, (_m, c) => ({ op: "rmdir", path: path(c, c.a) })],
  [3, (_m, c) => ({ op: "unlink", path: path(c, c.a) })],
  [3, (_m, c) => ({ op: "rename", path: path(c, c.a), to: path(c, c.b) })],
  [
    1,
    (_m, c) => ({
      op: "symlink",
      target: one(["/sys/fs/bpf/d", "d", "a", "/tmp/t", "l"], c.b),
      path: one(["/sys/fs/bpf/l", "/sys/fs/bpf/d/l", "/tmp/l"], c.a),
    }),
  ],
  [
    1,
    (_m, c) => ({
      op: "chmod",
      path: path(c, c.a),
      mode: one([0o600, 0o000, 0o444, 0o755, 0o1777], c.b),
    }),
  ],
  [6, (_m, c) => newMount(c)],
  [6, (_m, c) => changedMount(c)],
  [5, (_m, c) => umount(c)],
  [3, unshare],
  [3, idmap],
  [5, stepwise],
  [3, (_m, c) => chdir(c)],
  [3, () => ({ op: "mounts" })],
  [1, (_m, c) => statfs(c)],
  [1, (_m, c) => ({ op: "umask", mask: one([0, 0o22, 0o77, 0o777], c.a) })],
  [
    3,
    (m, c) =>
      m.task === 0
        ? { op: "umask", mask: 0o22 }
        : { op: "setuid", uid: one([65534, 1000, 0], c.a) },
  ],
  [
    5,
    (m, c) => m.task === 0 ? { op: "umask", mask: 0o22 } : { op: "capset", mask: one(MASKS, c.a) },
  ],
];

/** A limit that is not above the one there is: a container's root may not be allowed to raise it. */
function lowered(m: Machine, nofile: number): number {
  return Math.min(nofile, m.kernel.tasks.get(m.task)!.limits.nofile);
}

/** Up to three descriptors that may be sent: the model does not take sockets over sockets. */
function sendable(m: Machine, choice: Choice): number[] {
  const open = [...fdsOf(m, "map"), ...fdsOf(m, "prog"), ...fdsOf(m, "btf"), 0];
  return Array.from({ length: choice.b % 4 }, (_, i) => one(open, choice.c + i));
}

const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** The call that choices stand for, where a machine stands. */
export function callFor(m: Machine, choice: Choice): Call {
  let left = choice.op % TOTAL;
  for (const [weight, make] of KINDS) {
    if (left < weight) return make(m, choice);
    left -= weight;
  }
  return { op: "close", fd: 3 };
}
