/** What the proposal of character devices adds to a kernel. */
import type { Mode } from "../../kernel/files.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { Radix } from "../../kernel/radix.ts";
import { holdObject, putMap, putProg } from "../../kernel/refs.ts";
import type { Proposed } from "../proposal.ts";

/** The two major numbers, out of those that are left to local use (240 to 254). */
export const BPF_MAP_MAJOR = 240;
export const BPF_PROG_MAJOR = 241;

/**
 * Where a binding lives, which the text says once and does not think to its end:
 *
 * - `file`: in the open file, as its words have it (`private_data` of the device's file);
 * - `number`: in the driver, by the device number;
 * - `inode`: in the node's inode, with a hook for its end in every file system;
 * - `own_fs`: in the inode, and nodes are served on a file system of the driver's own only.
 */
export type Reading = "file" | "number" | "inode" | "own_fs";

/** Every reading. */
export const READINGS: readonly Reading[] = ["file", "number", "inode", "own_fs"];

/** A map or program that a device stands for. */
export interface Bound {
  readonly of: "map" | "prog";
  readonly id: number;
}

export interface DeviceNode {
  readonly major: number;
  readonly minor: number;
}

/** An open file of a device. */
export interface DeviceFile {
  readonly inode: number;
  readonly mode: Mode;
}

/** What the proposal adds to a kernel. */
export interface Devices {
  readonly reading: Reading;
  /** The device nodes, by inode. */
  readonly nodes: Radix<DeviceNode>;
  /** The device files, by open file. */
  readonly files: Radix<DeviceFile>;
  /** What is bound: by open file, device number or inode, as the reading has it. */
  readonly bound: Radix<Bound>;
  /** File systems that are on a disk: their inodes leave memory when nobody has them open. */
  readonly disks: Radix<true>;
}

export type K = Proposed<Devices>;

export function noDevices(reading: Reading): Devices {
  return {
    reading,
    nodes: Radix.empty(),
    files: Radix.empty(),
    bound: Radix.empty(),
    disks: Radix.empty(),
  };
}

const MINOR_BITS = 20;

/** `dev_t`: 12 bits of major and 20 of minor number. */
export function deviceNumber({ major, minor }: DeviceNode): number {
  return (major << MINOR_BITS) + minor;
}

/** Under what number the binding of an open device file is kept. */
export function bindingKey({ proposed }: K, file: number): number {
  const { inode } = proposed.files.get(file)!;
  if (proposed.reading === "file") return file;
  if (proposed.reading === "number") return deviceNumber(proposed.nodes.get(inode)!);
  return inode;
}

export function withDevices(k: Kernel, proposed: Devices): K {
  return { ...k, proposed };
}

/** Binds an object, on which the binding takes a reference. */
export function bindAt(k: K, key: number, object: Bound): K {
  const { of, id } = object;
  const bound = k.proposed.bound.set(key, { of, id });
  return withDevices(holdObject(k, object), { ...k.proposed, bound });
}

/** Takes what is bound away, where something is, and lets go of it. */
export function releaseAt(k: K, key: number): K {
  const object = k.proposed.bound.get(key);
  if (object === undefined) return k;
  const bound = k.proposed.bound.delete(key);
  const { id } = object;
  const put = object.of === "map" ? putMap(k, id, true) : putProg(k, id);
  return withDevices(put, { ...k.proposed, bound });
}
