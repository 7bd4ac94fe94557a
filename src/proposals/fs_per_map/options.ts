/** The option string of a mount, and what can be wrong with it. */
import * as E from "fp-ts/lib/Either.js";
import type { BtfTypes } from "../../btf/types.ts";
import type { MapSpec } from "../../kernel/maps.ts";
import { type Rule, rules } from "../../kernel/rule.ts";
import type { Task } from "../../kernel/task.ts";
import { fits, type Format } from "../keys_as_files/format.ts";
import { btfFormat } from "./btf_format.ts";

/** Source, as far as Linux has it: fs/namespace.c, path_mount; fs/super.c, get_anon_bdev. */
export const MOUNT_MAP = rules("mount_map", {
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN"],
  option: ["EINVAL", "an option is none of `fd`, `keys`, `values`, `uid`, `gid` and `mode`"],
  number: ["EINVAL", "an option that wants a number has none"],
  no_fd: ["EINVAL", "there is no option `fd`"],
  bad_fd: ["EBADF", "`fd` is not an open descriptor"],
  not_map: ["EINVAL", "`fd` is not a map, nor (in the reading with empty trees) a program"],
  format: [
    "EINVAL",
    "`keys` and `values` are no formats, or do not print just the map's bytes; or `keys` is `btf` and the map's types do not say how",
  ],
  options_differ: ["EBUSY", "the map has a superblock already, with other options"],
  anon_dev: ["EMFILE", "every number for a file system without a device is taken (2^20 - 1)"],
  not_dir: ["ENOTDIR", "the path names no directory"],
  mount_max: ["ENOSPC", "the namespace has `fs.mount-max` mounts (100,000)"],
});

export interface MountOptions {
  readonly fd: number;
  /** As they are written; undefined for hexadecimal. */
  readonly keys: string | undefined;
  readonly values: string | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

const NAMES: ReadonlySet<string> = new Set(["fd", "keys", "values", "uid", "gid", "mode"]);

/** Reads `fd=3,keys=hex,mode=0755`. A comma ends an option, so that no format can have one. */
export function readOptions(data: string, task: Task): E.Either<Rule, MountOptions> {
  const given = new Map<string, string>();
  for (const option of data.split(",").filter((each) => each !== "")) {
    const [name, ...rest] = option.split("=");
    if (!NAMES.has(name)) return E.left(MOUNT_MAP.option);
    given.set(name, rest.join("="));
  }
  const number = (name: string, other: number, radix = 10) => {
    const text = given.get(name);
    if (text === undefined) return other;
    const isNumber = (radix === 8 ? /^[0-7]{1,5}$/ : /^\d{1,10}$/).test(text);
    return isNumber ? parseInt(text, radix) : NaN;
  };
  const options = {
    fd: number("fd", -1),
    keys: given.get("keys"),
    values: given.get("values"),
    uid: number("uid", task.cred.uid),
    gid: number("gid", task.cred.gid),
    mode: number("mode", 0o700, 8),
  };
  if (Object.values(options).some(Number.isNaN)) return E.left(MOUNT_MAP.number);
  return options.fd < 0 ? E.left(MOUNT_MAP.no_fd) : E.right(options);
}

/**
 * How keys and values are to be shown; undefined where the two do not make a format. `types` are
 * those that the map was created with.
 */
export function formatOf(
  { keys, values }: MountOptions,
  spec: MapSpec,
  types: BtfTypes | undefined,
): Format | undefined {
  if (keys !== "btf") return writtenFormat(keys, values, spec);
  if (values !== undefined || types === undefined) return undefined;
  const { key_type_id, value_type_id } = spec.btf!;
  const [key, value] = [key_type_id, value_type_id].map((id) => btfFormat(types, id));
  return key === undefined || value === undefined ? undefined : writtenFormat(key, value, spec);
}

function writtenFormat(
  keys: string | undefined,
  values: string | undefined,
  { key_size, value_size }: MapSpec,
): Format | undefined {
  if (keys === "raw" || keys === "hex" || keys === undefined) {
    return values === undefined ? { kind: keys ?? "hex" } : undefined;
  }
  if (values === undefined || !fits(keys, key_size) || !fits(values, value_size)) return undefined;
  return { kind: "printf", key: keys, value: values };
}
