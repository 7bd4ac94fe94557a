/** The two ways in which a map becomes a directory: a command, and a mount of its pin. */
import * as E from "fp-ts/lib/Either.js";
import { Map as PMap } from "immutable";
import { addName, freePlace, mayCreate, owned } from "../../bpffs/create.ts";
import { isBpffs, pathAt, resolve } from "../../bpffs/walk.ts";
import { typesOf } from "../../btf/memo.ts";
import { capable } from "../../kernel/capabilities.ts";
import { fileAt } from "../../kernel/fds.ts";
import type { BpfMap, MapSpec } from "../../kernel/maps.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import { holdMap, putMap } from "../../kernel/refs.ts";
import type { Task } from "../../kernel/task.ts";
import { kindOf } from "../../maps/kinds.ts";
import { btfFormat } from "../fs_per_map/btf_format.ts";
import { mountTarget, newInstance, showAt } from "../mounts.ts";
import type { AskedFormat, KeysCall } from "./calls.ts";
import { fits, type Format } from "./format.ts";
import { EXPAND, MOUNT } from "./rules.ts";
import { type K, type KeyDir, mapOf, withDir, withKeys } from "./state.ts";

type Of<Op extends KeysCall["op"]> = Extract<KeysCall, { readonly op: Op }>;

const EMPTY = PMap<string, number>();
const NO_KIND = "keys of maps of this type";

/** BPF_MAP_EXPAND: as OBJ_PIN, but what is made is a directory. */
export function expand(k: K, task: Task, call: Of<"MAP_EXPAND">): Outcome {
  const file = fileAt(k, task, call.map_fd);
  if (file === undefined) return refuse(k, EXPAND.bad_fd);
  if (file.object.of !== "map") return refuse(k, EXPAND.not_map);
  const map = k.maps.table.get(file.object.id)!;
  if (kindOf(map.spec.map_type) === undefined) return unmodelled(k, NO_KIND);
  const format = formatOf(k, call.format, map);
  if (format === undefined) return refuse(k, EXPAND.format);
  const path = pathAt([], call.pathname);
  if (E.isLeft(path)) return refuse(k, path.left);
  const place = freePlace(k, task, path.right, { directory: true });
  if (E.isLeft(place)) return refuse(k, place.left);
  const { dir } = place.right;
  if (!isBpffs(k, dir.inode)) return refuse(k, EXPAND.not_bpffs);
  const refused = mayCreate(k, task, dir);
  if (refused !== undefined) return refuse(k, refused);
  const number = k.fs.nextInode;
  const node = { kind: "dir", entries: EMPTY, parent: dir.number } as const;
  // As a pin, 0600, and searched by those who may read it.
  const inode = { node, nlink: 2, ...owned(task, dir.inode, 0o700 & ~task.umask, true) };
  const made = holdMap(addName(k, place.right, inode), map.id, true) as K;
  return done(withDir(made, number, { map: map.id, format, inodes: EMPTY }));
}

/** The format that was asked for; undefined where it does not print what the map has. */
function formatOf(k: K, asked: AskedFormat, { spec }: BpfMap): Format | undefined {
  const format = asked.kind === "btf" ? formatByBtf(k, spec) : asked;
  if (format?.kind !== "printf") return format;
  const isWhole = fits(format.key, spec.key_size) && fits(format.value, spec.value_size);
  return isWhole ? format : undefined;
}

/** Format strings out of the types of keys and values, where those say how every byte is printed. */
function formatByBtf(k: K, { btf }: MapSpec): Format | undefined {
  if (btf === undefined) return undefined;
  const types = typesOf(k.version, k.btfs.table.get(btf.id)!.data);
  const [key, value] = [btf.key_type_id, btf.value_type_id].map((id) => btfFormat(types, id));
  return key === undefined || value === undefined ? undefined : { kind: "printf", key, value };
}

/** mount(2) of a pin: the root of the mount has the pin's owner, and its mode with search. */
export function mountKeys(k: K, task: Task, call: Of<"mount_keys">): Outcome {
  const target = mountTarget(k, task, call.target);
  if (E.isLeft(target)) return refuse(k, target.left);
  if (!capable(task.cred, "CAP_SYS_ADMIN")) return refuse(k, MOUNT.capability);
  if (target.right === undefined) return unmodelled(k, "mounts elsewhere than on bpffs and tmpfs");
  const source = E.chain((path: string) => resolve(k, task, path))(pathAt([], call.source));
  if (E.isLeft(source)) return refuse(k, source.left);
  const { node, uid, gid, mode } = source.right.inode;
  if (node.kind !== "pin" || node.of !== "map") return refuse(k, MOUNT.source);
  const map = k.maps.table.get(node.id)!;
  if (kindOf(map.spec.map_type) === undefined) return unmodelled(k, NO_KIND);
  const format = formatOf(k, call.format, map);
  if (format === undefined) return refuse(k, MOUNT.format);
  const root = { uid, gid, mode: mode | ((mode & 0o444) >> 2) };
  const made = newInstance(k, task, root, false);
  const shown = showAt(made.k, task, target.right, made, MOUNT.target);
  if (E.isLeft(shown)) return refuse(k, shown.left);
  const held = holdMap(shown.right, map.id, true) as K;
  return done(withDir(held, made.root, { map: map.id, format, inodes: EMPTY }));
}

/** A directory is gone: it lets go of its map. */
export function dropDir(k: K, number: number, dir: KeyDir): K {
  const without = withKeys(k, { dirs: k.proposed.dirs.delete(number) });
  return putMap(without, mapOf(k, dir).id, true) as K;
}
