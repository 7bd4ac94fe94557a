import { BPF_F_ZERO_SEED } from "../abi/constants.ts";
import type { BpfMap } from "../kernel/maps.ts";

/** Whether the order of a map's keys hangs on a random seed: with two keys or more, it shows. */
export function inRandomOrder({ contents, spec }: BpfMap): boolean {
  return contents.kind === "hash" && contents.count > 1 &&
    (spec.map_flags & BPF_F_ZERO_SEED) === 0;
}
