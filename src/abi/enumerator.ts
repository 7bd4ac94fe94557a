import type { Version } from "../kernel/version.ts";

/** One enumerator of a uapi enum. */
export interface Enumerator {
  /** As the header spells it: `BPF_MAP_TYPE_HASH`. */
  readonly name: string;
  readonly value: number;
  /** The first of the five kernels whose header has it. */
  readonly since: Version;
}

/** Makes an enumerator that keeps its name as a literal type. */
export function enumerator<const N extends string>(
  name: N,
  value: number,
  since: Version = "5.10",
): { readonly name: N; readonly value: number; readonly since: Version } {
  return { name, value, since };
}
