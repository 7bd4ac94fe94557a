/** What struct-ops-maps.txt claims of modules. */
import type { Machine } from "../../machine/machine.ts";
import type { ModuleCall } from "../modules/calls.ts";
import { BPF_F_MODULE_DEFER } from "../modules/calls.ts";
import { loadOps } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { STRUCT_OPS_MAP } from "../modules/ways.ts";
import { bpftoolModules, listModules } from "../modules/tool.ts";
import { propose, proposedOf } from "../proposal.ts";
import { type Move, search } from "../search.ts";
import type { Claim, Finding } from "./claim.ts";

type ModuleMachine = Machine<ModuleCall>;

const SOURCE = "struct-ops-maps";

const REGISTER = {
  op: "MODULE_REGISTER",
  ops: "tcp_congestion_ops",
  progs: { ssthresh: 3, undo_cwnd: 4, cong_avoid: 5 },
} as const;

/** A loader, task 1, with its programs; a user, task 0, with a socket; nothing is shared. */
function loader(): ModuleMachine {
  return loadOps(propose(MODULES, "6.18").fork().call({ op: "tcp_socket" }).as(1));
}

const loaderLives = (m: ModuleMachine) => m.kernel.tasks.get(1)!.alive;

const MOVES: readonly Move<ModuleCall>[] = [
  ...["one", "two"].map((name): Move<ModuleCall> => ({
    name: `MODULE_REGISTER ${name}`,
    make: (m) => loaderLives(m) ? m.as(1).call({ ...REGISTER, name }) : undefined,
  })),
  {
    name: "the loader crashes",
    make: (m) => loaderLives(m) ? m.as(1).exit() : undefined,
  },
  {
    name: "a socket takes it",
    make: (m) => m.as(0).call({ op: "set_congestion", fd: 3, name: "one" }),
  },
  {
    name: "MODULE_UNREGISTER one, deferred",
    make: (m) => m.as(0).call({ op: "MODULE_UNREGISTER", name: "one", flags: BPF_F_MODULE_DEFER }),
  },
];

const DEPTH = 5;

function all(m: ModuleMachine) {
  return Array.from(proposedOf(MODULES, m).modules.table.values());
}

/** Whatever there is of modules is in the list, and the list says what is so. */
function listed(): Finding {
  return search(loader(), MOVES, DEPTH, (m) => {
    const { modules } = listModules(m.as(0));
    const same = JSON.stringify(modules.map(({ id, state, users }) => [id, state, users])) ===
      JSON.stringify(all(m).map(({ id, state, users }) => [id, state, users]));
    return same ? undefined : `bpftool modules shows:\n${bpftoolModules(m.as(0))}`;
  });
}

/** After a crash, and whenever: who reads the list can remove all of it, and nothing is left. */
function removable(): Finding {
  return search(loader(), MOVES, DEPTH, (m) => {
    if (loaderLives(m)) return undefined;
    const freed = m.as(0).close(3);
    const { modules } = listModules(freed);
    const empty = modules.reduce(
      (now, { name }) => now.call({ op: "MODULE_UNREGISTER", name }),
      freed,
    );
    return all(empty).length === 0 && empty.progIds.length === 0 ? undefined : "something stays";
  });
}

/** A live module that nobody uses is removed by its name in one call, with no look at the list. */
function removedByName(): Finding {
  return search(loader(), MOVES, DEPTH, (m) => {
    const idle = all(m).find(({ state, users }) => state === "live" && users === 0);
    if (idle === undefined) return undefined;
    const removed = m.as(0).call({ op: "MODULE_UNREGISTER", name: idle.name });
    return removed.result === 0 ? undefined : `${idle.name} cannot be removed by its name`;
  });
}

/** Programs of a module live and go together. */
function oneCollection(): Finding {
  return search(loader(), MOVES, DEPTH, (m) => {
    if (loaderLives(m)) return undefined;
    const held = new Set(all(m).flatMap(({ progs }) => progs.map(([, prog]) => prog)));
    const same = held.size === m.progIds.length && (held.size === 0 || held.size === 3);
    return same ? undefined : `${m.progIds.length} programs are there, ${held.size} in modules`;
  });
}

/** Calls of a search that no Linux has. */
function strange(before: ModuleMachine, after: ModuleMachine): readonly string[] {
  const ops = after.trail.slice(before.trail.length).map(({ call }) => call.op);
  return Array.from(new Set(ops.filter((op) => op.startsWith("MODULE_"))));
}

/** What finds a module of a loader that is gone, against what finds a struct_ops map. */
function needsInfrastructure(): Finding {
  const module = loader().call({ ...REGISTER, name: "one" }).exit().as(0);
  const map = STRUCT_OPS_MAP.steps.reduce((m, step) => step(m, 3, "one"), loader()).exit().as(0);
  const [list, found] = [listModules(module), STRUCT_OPS_MAP.search(map, "one")];
  const [needed, none] = [strange(module, list.machine), strange(map, found.m)];
  const isFound = list.modules.length === 1 && found.handle !== undefined;
  if (isFound && needed.length > 0 && none.length === 0) return { holds: true, cases: 2 };
  const told = `a module by ${needed.length} new commands, a map by ${none.length}`;
  return { holds: false, cases: 2, counterexample: ["the loader crashes", told] };
}

export const MODULES_CLAIMS: readonly Claim[] = [
  {
    id: `${SOURCE}/modules-listed`,
    source: SOURCE,
    says: "a list of modules shows all that are loaded, whoever loaded them",
    verdict: "holds",
    check: listed,
  },
  {
    id: `${SOURCE}/modules-removed-by-name`,
    source: SOURCE,
    says: "a module is removed by its name, as rmmod does, with no search before",
    verdict: "holds",
    check: removedByName,
  },
  {
    id: `${SOURCE}/modules-after-crash`,
    source: SOURCE,
    says: "what a loader that crashed left behind can be listed and removed, to the last program",
    verdict: "holds",
    check: removable,
  },
  {
    id: `${SOURCE}/modules-are-collections`,
    source: SOURCE,
    says: "a module is a collection: its programs live together and go together",
    verdict: "holds",
    check: oneCollection,
  },
  {
    id: `${SOURCE}/new-kind-needs-more`,
    source: SOURCE,
    says:
      "a new kind of object needs ids, descriptors and an info of its own, where a type of map has them",
    verdict: "holds",
    check: needsInfrastructure,
  },
];
