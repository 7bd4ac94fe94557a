/** Exhaustive search over short runs of a machine, the shortest first. */
import type { Machine } from "../machine/machine.ts";
import type { Finding } from "./claims/claim.ts";

/** One thing that can happen next. */
export interface Move<C extends { readonly op: string } = never> {
  /** How a counterexample calls it. */
  readonly name: string;
  /** The machine after it; undefined where it cannot happen. */
  make(machine: Machine<C>): Machine<C> | undefined;
}

/**
 * Tries every run of at most `depth` moves from a start, breadth first, so that what is found is as
 * short as can be. `wrong` says what contradicts the claim in a machine; undefined where nothing does.
 *
 * @example
 * ```ts
 * import { boot, search } from "bpfspec";
 * const start = boot("6.18")
 *   .bpf("MAP_CREATE", { map_type: 2, key_size: 4, value_size: 4, max_entries: 1 });
 * // "A map outlives its descriptors": not without a pin.
 * const finding = search(
 *   start,
 *   [
 *     { name: "pin", make: (m) => m.bpf("OBJ_PIN", { pathname: "/sys/fs/bpf/m", bpf_fd: 3 }) },
 *     { name: "close", make: (m) => m.close(3) },
 *   ],
 *   2,
 *   (m) => m.mapIds.length === 0 ? "the map is gone" : undefined,
 * );
 * if (finding.holds || finding.counterexample.join() !== "close,the map is gone") {
 *   throw new Error("it lives on");
 * }
 * ```
 */
export function search<C extends { readonly op: string } = never>(
  start: Machine<C>,
  moves: readonly Move<C>[],
  depth: number,
  wrong: (machine: Machine<C>) => string | undefined,
): Finding {
  interface Run {
    readonly machine: Machine<C>;
    readonly names: readonly string[];
  }
  let runs: readonly Run[] = [{ machine: start, names: [] }];
  let cases = 0;
  for (let length = 0; length <= depth; length++) {
    const longer: Run[] = [];
    for (const { machine, names } of runs) {
      cases++;
      const why = wrong(machine);
      if (why !== undefined) return { holds: false, cases, counterexample: [...names, why] };
      for (const { name, make } of length < depth ? moves : []) {
        const next = make(machine);
        if (next !== undefined) longer.push({ machine: next, names: [...names, name] });
      }
    }
    runs = longer;
  }
  return { holds: true, cases };
}
