/** What the loader needs of bpf(2): the seam at which a test puts a double in. */

/** What a map is created with. */
export interface MapSpec {
  readonly map_type: number;
  readonly key_size: number;
  readonly value_size: number;
  readonly max_entries: number;
}

/** bpf(2) and close(2). Numbers are descriptors; what is refused is thrown as a `BpfError`. */
export interface Bpf {
  mapCreate(name: string, spec: MapSpec): number;
  mapLookup(fd: number, key: Uint8Array, valueSize: number): Uint8Array;
  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array): void;
  mapFreeze(fd: number): void;
  mapInfo(fd: number): MapSpec;
  progLoad(insns: Uint8Array, license: string): number;
  objPin(fd: number, pathname: string): void;
  objGet(pathname: string): number;
  close(fd: number): void;
}

/** A call was refused: its errno by name, as `errno(3)` has it. */
export class BpfError extends Error {
  constructor(readonly call: string, readonly errno: string, more = "") {
    super(`${call}: ${errno}${more}`);
  }
}
