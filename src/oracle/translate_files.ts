/** Calls on files that a script makes by their number, or with memory beside their path. */
import type { Call } from "bpfspec";
import { areaOf, NotReplayable } from "./areas.ts";
import type { Area, Argument, OpName } from "./script.ts";

/** A call as one step: its op, arguments and memory, and which area holds what. */
export interface FileStep {
  readonly op: OpName;
  readonly args: { readonly [key: string]: Argument | undefined };
  readonly areas?: Readonly<Record<number, Area>>;
  readonly places: Readonly<Record<string, number>>;
}

/** Numbers of system calls that the executor has no op of its own for (x86-64). */
const NR = {
  truncate: 76,
  fchdir: 81,
  readlink: 89,
  fchmod: 91,
  fchown: 93,
  lchown: 94,
  mknod: 133,
  setxattr: 188,
  lsetxattr: 189,
  fsetxattr: 190,
  getxattr: 191,
  lgetxattr: 192,
  fgetxattr: 193,
  listxattr: 194,
  llistxattr: 195,
  flistxattr: 196,
  removexattr: 197,
  lremovexattr: 198,
  fremovexattr: 199,
} as const;

/** What of one buffer the executor has room for. */
const LARGEST = 2 ** 20;

/** A call by its number. `memory` stands in areas from 1 on; a `number` argument says which. */
function byNumber(
  nr: number,
  args: readonly (number | { readonly address: number })[],
  areas: Readonly<Record<number, Area>> = {},
  places: Readonly<Record<string, number>> = {},
): FileStep {
  const numbered = Object.fromEntries(args.map((arg, i) => [`x${i}`, arg]));
  return { op: "sys", args: { nr, ...numbered }, areas, places };
}

function memory(text: string): Uint8Array {
  return areaOf(text)!;
}

function room(size: number): Area {
  if (size > LARGEST) throw new NotReplayable("a buffer is above 1 MiB");
  return new Uint8Array(Math.max(size, 0));
}

/** The step of a call on files; undefined for a call that is an op with the same arguments. */
export function fileStep(call: Call): FileStep | undefined {
  const path = { address: 1 };
  switch (call.op) {
    case "read":
      if (call.n > LARGEST) throw new NotReplayable("a buffer is above 1 MiB");
      return { op: "read", args: { fd: call.fd, n: call.n }, places: { buf: 1 } };
    case "write":
      return {
        op: "write",
        args: { fd: call.fd },
        areas: { 1: memory(call.bytes).slice(0, -1) },
        places: {},
      };
    case "truncate":
      return byNumber(NR.truncate, [path, call.length], { 1: memory(call.path) });
    case "fchdir":
      return byNumber(NR.fchdir, [call.fd]);
    case "readlink":
      return byNumber(NR.readlink, [path, { address: 2 }, call.size], {
        1: memory(call.path),
        2: room(call.size),
      }, { buf: 2 });
    case "fchmod":
      return byNumber(NR.fchmod, [call.fd, call.mode]);
    case "fchown":
      return byNumber(NR.fchown, [call.fd, call.uid, call.gid]);
    case "lchown":
      return byNumber(NR.lchown, [path, call.uid, call.gid], { 1: memory(call.path) });
    case "mknod":
      return byNumber(NR.mknod, [path, call.mode, 0], { 1: memory(call.path) });
    case "setxattr":
    case "lsetxattr":
    case "fsetxattr": {
      const { first, areas } = firstOf(call);
      return byNumber(
        NR[call.op],
        [first, { address: 2 }, { address: 3 }, call.value.length, call.flags],
        { ...areas, 2: memory(call.name), 3: memory(call.value).slice(0, -1) },
      );
    }
    case "getxattr":
    case "lgetxattr":
    case "fgetxattr": {
      const { first, areas } = firstOf(call);
      return byNumber(
        NR[call.op],
        [first, { address: 2 }, { address: 3 }, call.size],
        { ...areas, 2: memory(call.name), 3: room(call.size) },
        { buf: 3 },
      );
    }
    case "listxattr":
    case "llistxattr":
    case "flistxattr": {
      const { first, areas } = firstOf(call);
      return byNumber(
        NR[call.op],
        [first, { address: 3 }, call.size],
        { ...areas, 3: room(call.size) },
        { buf: 3 },
      );
    }
    case "removexattr":
    case "lremovexattr":
    case "fremovexattr": {
      const { first, areas } = firstOf(call);
      return byNumber(NR[call.op], [first, { address: 2 }], { ...areas, 2: memory(call.name) });
    }
    default:
      return undefined;
  }
}

/** The first argument of a call that is on a path or on a descriptor, and the memory it takes. */
function firstOf(call: { readonly path: string } | { readonly fd: number }): {
  readonly first: number | { readonly address: number };
  readonly areas: Readonly<Record<number, Area>>;
} {
  return "fd" in call
    ? { first: call.fd, areas: {} }
    : { first: { address: 1 }, areas: { 1: memory(call.path) } };
}
