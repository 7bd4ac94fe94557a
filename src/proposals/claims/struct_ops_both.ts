/** A module and a struct_ops map side by side: the same is done to both until they differ. */
import { loadOps } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { type M, STRUCT_OPS_MAP, type Way, WAYS } from "../modules/ways.ts";
import { propose } from "../proposal.ts";
import type { Finding } from "./claim.ts";
import { ADMIN, FIRST, NAME, uses, usesIt } from "./struct_ops_moves.ts";

/** A run on two ways at once: what each move does on both. */
interface Both {
  readonly name: string;
  make(m: M, way: Way): M | undefined;
}

function removal(m: M, way: Way): M {
  const { m: found, handle } = way.search(m.as(ADMIN), NAME);
  if (handle === undefined) return found;
  const gone = way.remove(found, NAME, handle, true);
  return typeof handle === "number" ? gone.close(handle) : gone;
}

const BOTH: readonly Both[] = [
  {
    name: "the loader registers",
    make: (m, way) => {
      // A loader of its own each time: descriptors of an earlier one are no part of it.
      const child = m.as(2).fork();
      const fresh = loadOps(child.as(Number(child.result)));
      return way.steps.reduce((now, step) => step(now, FIRST, NAME), fresh).exit();
    },
  },
  { name: "a socket takes it", make: (m) => uses(m) },
  {
    name: "the socket takes another",
    make: (m) => m.as(ADMIN).call({ op: "set_congestion", fd: 3, name: "reno" }),
  },
  { name: "it is removed", make: removal },
];

/** What both ways show: whether a new socket gets it, what the old one has, how many programs. */
function observed(m: M): string {
  const next = m.as(ADMIN).call({ op: "tcp_socket" });
  const can = next.call({ op: "set_congestion", fd: Number(next.result), name: NAME }).result === 0;
  return `${can ? "to be had" : "not to be had"}, ${usesIt(m) ? "used" : "unused"}, ` +
    `${m.progIds.length} programs`;
}

/** Runs of both ways side by side, the shortest first, until they differ. */
export function sameAsUpdate(depth: number): Finding {
  const start = propose(MODULES, "6.18").call({ op: "tcp_socket" }).fork().fork().as(2).close(3);
  const [module, map] = [WAYS[0], STRUCT_OPS_MAP];
  let runs = [{ one: start, other: start, names: [] as readonly string[] }];
  let cases = 0;
  for (let length = 0; length <= depth; length++) {
    const longer: typeof runs = [];
    for (const { one, other, names } of runs) {
      cases++;
      const [a, b] = [observed(one), observed(other)];
      if (a !== b) {
        return { holds: false, cases, counterexample: [...names, `module: ${a}`, `map: ${b}`] };
      }
      for (const { name, make } of length < depth ? BOTH : []) {
        const [next, beside] = [make(one, module), make(other, map)];
        if (next === undefined || beside === undefined) continue;
        longer.push({ one: next, other: beside, names: [...names, name] });
      }
    }
    runs = longer;
  }
  return { holds: true, cases };
}
