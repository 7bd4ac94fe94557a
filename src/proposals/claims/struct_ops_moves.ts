/** Machines with a struct_ops map as the claims about it set them up, and what can happen next. */
import { u32 } from "../../abi/make.ts";
import { latin1 } from "../../abi/memory.ts";
import type { Version } from "../../kernel/version.ts";
import { structOps } from "../../maps/struct_ops/shape.ts";
import { structOpsValue } from "../../maps/struct_ops/value.ts";
import type { ModuleCall } from "../modules/calls.ts";
import { loadOps } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import { type M, STRUCT_OPS_MAP, type Way } from "../modules/ways.ts";
import { propose } from "../proposal.ts";
import type { Move } from "../search.ts";

export const NAME = "mytcp";
export const [ADMIN, LOADER] = [0, 1];
/** Descriptors of the loader: three programs, BTF, the map. */
export const [FIRST, MAP_FD] = [3, 7];

export const ZERO = u32(0);

/** An administrator with a socket at descriptor 3, and a loader with its programs. */
export function begin(version: Version = "6.18"): M {
  return loadOps(propose(MODULES, version).fork().call({ op: "tcp_socket" }).as(LOADER));
}

/** The loader goes through some of the steps of a way, all where nothing else is said. */
export function taken(way: Way, m: M, steps = way.steps.length): M {
  return way.steps.slice(0, steps).reduce((now, step) => step(now.as(LOADER), FIRST, NAME), m);
}

export const registered = (version?: Version) => taken(STRUCT_OPS_MAP, begin(version));

export function uses(m: M): M {
  return m.as(ADMIN).call({ op: "set_congestion", fd: 3, name: NAME });
}

export function updated(m: M): M {
  const shape = structOps(m.kernel, "tcp_congestion_ops")!;
  const value = structOpsValue(shape, {
    name: NAME,
    ssthresh: FIRST,
    undo_cwnd: FIRST + 1,
    cong_avoid: FIRST + 2,
  });
  return m.bpf("MAP_UPDATE_ELEM", { map_fd: MAP_FD, key: ZERO, value });
}

export const alive = (m: M, task: number) => m.kernel.tasks.get(task)!.alive;

const PIN = "/sys/fs/bpf/ops";

export const MOVES: readonly Move<ModuleCall>[] = [
  { name: "a socket takes it", make: (m) => uses(m).as(LOADER) },
  {
    name: "the socket takes another",
    make: (m) => m.as(ADMIN).call({ op: "set_congestion", fd: 3, name: "reno" }).as(LOADER),
  },
  {
    name: "MAP_DELETE_ELEM",
    make: (m) =>
      alive(m, LOADER) ? m.bpf("MAP_DELETE_ELEM", { map_fd: MAP_FD, key: ZERO }) : undefined,
  },
];

/** What lets go of a map, in every way but a delete. */
export const LETTING_GO: readonly Move<ModuleCall>[] = [
  {
    name: "OBJ_PIN",
    make: (m) => alive(m, LOADER) ? m.bpf("OBJ_PIN", { pathname: PIN, bpf_fd: MAP_FD }) : undefined,
  },
  { name: "unlink", make: (m) => m.as(ADMIN).unlink(PIN).as(LOADER) },
  { name: "close the map", make: (m) => alive(m, LOADER) ? m.close(MAP_FD) : undefined },
  { name: "close a program", make: (m) => alive(m, LOADER) ? m.close(FIRST) : undefined },
  { name: "the loader crashes", make: (m) => alive(m, LOADER) ? m.exit() : undefined },
];

export const usesIt = (m: M) => {
  const { name } = m.as(ADMIN).call({ op: "get_congestion", fd: 3 }).out;
  return name instanceof Uint8Array && latin1(name) === NAME;
};
