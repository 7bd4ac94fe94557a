/** The options of a bpffs, as mount(2) takes them in its data (kernel/bpf/inode.c, fs/fs_context.c). */
import * as E from "fp-ts/lib/Either.js";
import { S_IALLUGO } from "../abi/file_flags.ts";
import {
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_RDONLY,
  MS_SYNCHRONOUS,
} from "../abi/mount_flags.ts";
import { type Delegation, NO_DELEGATION } from "../kernel/inodes.ts";
import { kstrto } from "../kernel/kstrto.ts";
import type { MountOptions } from "../kernel/mount_options.ts";
import { type Rule, rules } from "../kernel/rule.ts";
import type { Version } from "../kernel/version.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { DELEGATED, maskOf } from "./delegation.ts";

export const OPTIONS = rules("OPTIONS", {
  source_value: ["EINVAL", "`source` has no value", { since: "6.1" }],
  source_twice: ["EINVAL", "`source` is given and the call has a source already", { since: "6.1" }],
  uid: ["EINVAL", "`uid` is no 32-bit number, or 0xffffffff, or not mapped", { since: "6.12" }],
  gid: ["EINVAL", "`gid` is no 32-bit number, or 0xffffffff, or not mapped", { since: "6.12" }],
  mode: ["EINVAL", "`mode` is no 32-bit octal number"],
  delegate_empty: ["EINVAL", "a `delegate_` option has no value", { since: "6.12" }],
  delegate_name: [
    "EINVAL",
    "one of the names in a `delegate_` option is not known and no number either",
    { since: "6.12" },
  ],
  delegate_range: ["ERANGE", "a number in a `delegate_` option has more than 64 bits", {
    since: "6.12",
  }],
  delegate_capability: [
    "EPERM",
    "something is delegated and the caller has no CAP_SYS_ADMIN in the initial user namespace",
    { since: "6.12" },
  ],
});

export function freshOptions(uid: number, gid: number, sbFlags: number, sbMask = 0): MountOptions {
  return {
    source: undefined,
    sbFlags,
    sbMask,
    uid,
    gid,
    mode: 0o777,
    delegation: NO_DELEGATION,
  };
}

/** Who gives the options, as far as they are asked for it. */
export interface Asking {
  readonly version: Version;
  /** CAP_SYS_ADMIN in the initial user namespace. */
  readonly admin: boolean;
  /** The id in the initial user namespace of one in the caller's; undefined where it has none. */
  readonly uid: (id: number) => number | undefined;
  readonly gid: (id: number) => number | undefined;
}

type Parsed = E.Either<Rule, MountOptions>;

/** Options of every file system (`common_set_sb_flag`); a value behind them is not looked at. */
const SET: Readonly<Record<string, number>> = {
  dirsync: MS_DIRSYNC,
  lazytime: MS_LAZYTIME,
  mand: MS_MANDLOCK,
  ro: MS_RDONLY,
  sync: MS_SYNCHRONOUS,
};
const CLEAR: Readonly<Record<string, number>> = {
  async: MS_SYNCHRONOUS,
  nolazytime: MS_LAZYTIME,
  nomand: MS_MANDLOCK,
  rw: MS_RDONLY,
};

/** The data of mount(2): options between commas. */
export function parseData(asking: Asking, options: MountOptions, data: string): Parsed {
  let parsed: Parsed = E.right(options);
  for (const part of data.split(",")) {
    if (E.isLeft(parsed)) return parsed;
    const at = part.indexOf("=");
    if (part === "" || at === 0) continue;
    const key = at < 0 ? part : part.slice(0, at);
    parsed = parseOption(asking, parsed.right, key, at < 0 ? undefined : part.slice(at + 1));
  }
  return parsed;
}

/** One option; a bpffs takes no notice of what it does not know. */
export function parseOption(
  asking: Asking,
  options: MountOptions,
  key: string,
  value: string | undefined,
): Parsed {
  if (Object.hasOwn(SET, key)) return E.right(withFlag(options, SET[key], true));
  if (Object.hasOwn(CLEAR, key)) return E.right(withFlag(options, CLEAR[key], false));
  if (key === "mode") return mode(options, value);
  if (key === "source") return source(asking, options, value);
  if (!has(asking.version, DELTA.mount_owner)) return E.right(options);
  if (key === "uid" || key === "gid") return owner(asking, options, key, value);
  const which = DELEGATED.find(({ option }) => option === key);
  return which === undefined ? E.right(options) : delegate(asking, options, which.key, value);
}

function withFlag(options: MountOptions, flag: number, on: boolean): MountOptions {
  const sbFlags = on ? options.sbFlags | flag : options.sbFlags & ~flag;
  return { ...options, sbFlags, sbMask: options.sbMask | flag };
}

function source({ version }: Asking, options: MountOptions, value: string | undefined): Parsed {
  if (!has(version, DELTA.mount_source)) return E.right(options);
  if (value === undefined) return E.left(OPTIONS.source_value);
  if (options.source !== undefined) return E.left(OPTIONS.source_twice);
  return E.right({ ...options, source: value });
}

function mode(options: MountOptions, value: string | undefined): Parsed {
  const bits = value === undefined ? "bad" : kstrto(value, 8, 32);
  if (typeof bits === "string") return E.left(OPTIONS.mode);
  return E.right({ ...options, mode: Number(bits) & S_IALLUGO });
}

function owner(
  asking: Asking,
  options: MountOptions,
  key: "uid" | "gid",
  value: string | undefined,
): Parsed {
  const number = value === undefined ? "bad" : kstrto(value, 0, 32);
  const id = typeof number === "string" ? undefined : asking[key](Number(number));
  return id === undefined ? E.left(OPTIONS[key]) : E.right({ ...options, [key]: id });
}

/**
 * Names and numbers between colons. A name adds its bit; a number is taken for all that stood before
 * it. What several options of one kind say is added up.
 */
function delegate(
  asking: Asking,
  options: MountOptions,
  key: keyof Delegation,
  value: string | undefined,
): Parsed {
  if (value === undefined || value === "") return E.left(OPTIONS.delegate_empty);
  let mask = 0n;
  for (const part of value.split(":")) {
    const named = maskOf(asking.version, key, part);
    if (named !== undefined) {
      mask |= named;
      continue;
    }
    const number = kstrto(part, 0, 64);
    if (number === "range") return E.left(OPTIONS.delegate_range);
    if (number === "bad") return E.left(OPTIONS.delegate_name);
    mask = number;
  }
  if (mask !== 0n && !asking.admin) return E.left(OPTIONS.delegate_capability);
  const delegation = { ...options.delegation, [key]: options.delegation[key] | mask };
  return E.right({ ...options, delegation });
}

/** Whether it is what a type of file systems may be called, whether or not the model has the type. */
export function isTypeName(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name);
}
