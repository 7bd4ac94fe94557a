/** What runs of claims about a file system for each map begin with. */
import type { Version } from "../../kernel/version.ts";
import type { Machine } from "../../machine/machine.ts";
import type { MapMountCall } from "../fs_per_map/call.ts";
import { FS_PER_MAP } from "../fs_per_map/fs_per_map.ts";
import type { MapMountOptions } from "../fs_per_map/state.ts";
import { propose } from "../proposal.ts";

/** A machine with mounts of maps. */
export type MapMountMachine = Machine<MapMountCall>;

/** The map of most claims. */
export const HASH = { map_type: 1, key_size: 4, value_size: 4, max_entries: 8 };

/** Somebody without privilege. */
export const USER = 1000;

/** A machine with the proposal. */
export function begin(
  options: Partial<MapMountOptions> = {},
  version: Version = "6.18",
): MapMountMachine {
  return propose(FS_PER_MAP(options), version);
}

/** A map is mounted on a new directory. */
export function mounted(m: MapMountMachine, path: string, data: string): MapMountMachine {
  return m.mkdir(path).call({ op: "mount_map", path, data });
}

/** What a call returned. */
export function number(m: MapMountMachine): number {
  return Number(m.result);
}

/** A key, and a value. */
export const KEY = Uint8Array.of(1, 0, 0, 0);
