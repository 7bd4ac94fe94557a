/** What the proposal adds to a kernel: directories of keys, and the open files of keys. */
import type { Map as PMap } from "immutable";
import type { Place } from "../../kernel/inodes.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { BpfMap } from "../../kernel/maps.ts";
import type { Radix } from "../../kernel/radix.ts";
import { isRule } from "../../maps/kind.ts";
import { kindOf } from "../../maps/kinds.ts";
import type { OwnFiles } from "../own_files.ts";
import { type Proposed, withProposed } from "../proposal.ts";
import { type Format, isName, parse, print } from "./format.ts";

/** A directory that stands for a map. It holds the map as a pin does. */
export interface KeyDir {
  readonly map: number;
  readonly format: Format;
  /** Inodes of keys that were looked up, by key. Nobody tells the file system when one is deleted. */
  readonly inodes: PMap<string, number>;
}

/** An open file of a key. It holds its map, and its directory as an open directory is held. */
export interface KeyFile {
  readonly dir: Place;
  readonly map: number;
  readonly format: Format;
  readonly key: string;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Where the next read begins. */
  readonly pos: number;
}

/** How far getdents came in an open directory: the last key, as MAP_GET_NEXT_KEY has it. */
export type Position = { readonly after: string | undefined } | "end";

export interface Keys {
  /** By the inode of the directory. */
  readonly dirs: PMap<number, KeyDir>;
  readonly files: OwnFiles<KeyFile>;
  /** By the number of the open file. */
  readonly positions: Radix<Position>;
}

export type K = Proposed<Keys>;

export const withKeys = withProposed<Keys>;

export function withDir(k: K, number: number, dir: KeyDir): K {
  return withKeys(k, { dirs: k.proposed.dirs.set(number, dir) });
}

export function mapOf(k: Kernel, { map }: { readonly map: number }): BpfMap {
  return k.maps.table.get(map)!;
}

/** The key after another one; undefined at the end. A key that is gone leads back to the first. */
export function keyAfter(map: BpfMap, key: string | undefined): string | undefined {
  const next = kindOf(map.spec.map_type)!.nextKey(map, key);
  return typeof next === "string" ? next : undefined;
}

/** The value of a key; undefined where the map has no such key. */
export function valueOf(map: BpfMap, key: string): string | undefined {
  const value = kindOf(map.spec.map_type)!.lookup(map, key, map.spec.value_size);
  return isRule(value) ? undefined : value as string;
}

/** The key that a name stands for in a directory: the first one that is printed so. */
export function keyNamed(k: Kernel, dir: KeyDir, name: string): string | undefined {
  if (!isName(name)) return undefined;
  const map = mapOf(k, dir);
  const parsed = parse(dir.format, "key", name, map.spec.key_size);
  if (parsed !== undefined && valueOf(map, parsed) !== undefined) return parsed;
  if (dir.format.kind !== "printf") return undefined;
  for (let key = keyAfter(map, undefined); key !== undefined; key = keyAfter(map, key)) {
    if (print(dir.format, "key", key) === name) return key;
  }
  return undefined;
}
