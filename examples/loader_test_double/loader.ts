/**
 * A small loader: two maps, one of them filled from a configuration and frozen, both pinned so that
 * the next start finds them again, and a program that uses them. It knows bpf(2) by `Bpf` alone.
 */
import { type Bpf, BpfError, type MapSpec } from "./bpf.ts";

const BPF_MAP_TYPE_HASH = 1;
const BPF_MAP_TYPE_ARRAY = 2;
const BPF_PSEUDO_MAP_FD = 1;

/** Settings by index, which the program reads and nobody changes after the start. */
export const SETTINGS: MapSpec = {
  map_type: BPF_MAP_TYPE_ARRAY,
  key_size: 4,
  value_size: 4,
  max_entries: 4,
};

/** What the program counts; it lives from one start to the next. */
export const FLOWS: MapSpec = {
  map_type: BPF_MAP_TYPE_HASH,
  key_size: 4,
  value_size: 8,
  max_entries: 1024,
};

/** A compiled program, and the instructions that load the address of a map. */
export interface Program {
  readonly insns: Uint8Array;
  readonly license: string;
  readonly relocations: readonly { readonly insn: number; readonly map: "settings" | "flows" }[];
}

export interface Config {
  /** A directory of a bpffs. */
  readonly pinDir: string;
  readonly settings: readonly number[];
  readonly program: Program;
}

/** The descriptors that a load leaves open, and whether the maps were there before. */
export interface Loaded {
  readonly settings: number;
  readonly flows: number;
  readonly program: number;
  readonly reused: { readonly settings: boolean; readonly flows: boolean };
}

/** A pinned map is not what this loader would have made. */
export class IncompatibleMap extends Error {}

/** The settings were frozen by an earlier start with other values. */
export class SettingsFrozen extends Error {}

interface Taken {
  readonly fd: number;
  readonly reused: boolean;
}

/** Loads everything, or closes what it opened and throws. */
export function load(bpf: Bpf, config: Config): Loaded {
  const open: number[] = [];
  const keep = (fd: number): number => (open.push(fd), fd);
  try {
    const settings = take(bpf, config, "settings", SETTINGS, keep);
    const flows = take(bpf, config, "flows", FLOWS, keep);
    configure(bpf, settings, config.settings);
    const insns = relocate(config.program, { settings: settings.fd, flows: flows.fd });
    const program = keep(bpf.progLoad(insns, config.program.license));
    const reused = { settings: settings.reused, flows: flows.reused };
    return { settings: settings.fd, flows: flows.fd, program, reused };
  } catch (error) {
    for (const fd of open.reverse()) bpf.close(fd);
    throw error;
  }
}

/** The map that is pinned under a name; a new one, pinned there, where none is. */
function take(
  bpf: Bpf,
  { pinDir }: Config,
  name: string,
  spec: MapSpec,
  keep: (fd: number) => number,
): Taken {
  const path = `${pinDir}/${name}`;
  const found = getPinned(bpf, path);
  if (found !== undefined) return reuse(bpf, path, spec, keep(found));
  const fd = bpf.mapCreate(name, spec);
  try {
    bpf.objPin(fd, path);
    return { fd: keep(fd), reused: false };
  } catch (error) {
    bpf.close(fd);
    // Somebody else was quicker, between our look and our pin: theirs is the map then.
    if (!(error instanceof BpfError && error.errno === "EEXIST")) throw error;
    return reuse(bpf, path, spec, keep(bpf.objGet(path)));
  }
}

function getPinned(bpf: Bpf, path: string): number | undefined {
  try {
    return bpf.objGet(path);
  } catch (error) {
    if (error instanceof BpfError && error.errno === "ENOENT") return undefined;
    throw error;
  }
}

function reuse(bpf: Bpf, path: string, spec: MapSpec, fd: number): Taken {
  const info = bpf.mapInfo(fd);
  for (const field of ["map_type", "key_size", "value_size", "max_entries"] as const) {
    if (info[field] !== spec[field]) {
      throw new IncompatibleMap(`${path}: ${field} is ${info[field]}, not ${spec[field]}`);
    }
  }
  return { fd, reused: true };
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** Writes the settings and freezes them; settings of an earlier start must be the same. */
function configure(bpf: Bpf, { fd, reused }: Taken, settings: readonly number[]): void {
  for (const [index, setting] of settings.entries()) {
    const value = u32(setting);
    try {
      bpf.mapUpdate(fd, u32(index), value);
    } catch (error) {
      const isFrozen = error instanceof BpfError && error.errno === "EPERM" && reused;
      if (!isFrozen) throw error;
      const there = bpf.mapLookup(fd, u32(index), SETTINGS.value_size);
      if (there.every((byte, i) => byte === value[i])) continue;
      throw new SettingsFrozen(`setting ${index} is to be ${setting}; unpin the map to change it`);
    }
  }
  if (!reused) bpf.mapFreeze(fd);
}

/** Puts the descriptors of the maps into the instructions that load them. */
function relocate(
  { insns, relocations }: Program,
  maps: { readonly settings: number; readonly flows: number },
): Uint8Array {
  const bytes = insns.slice();
  const view = new DataView(bytes.buffer);
  for (const { insn, map } of relocations) {
    const at = 8 * insn;
    view.setUint8(at + 1, (bytes[at + 1] & 0x0f) | (BPF_PSEUDO_MAP_FD << 4));
    view.setInt32(at + 4, maps[map], true);
  }
  return bytes;
}
