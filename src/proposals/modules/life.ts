/** What holds a module, and what becomes of it when that lets go. */
import { remove, replace } from "../../kernel/ids.ts";
import { holdMap, putMap, putProg } from "../../kernel/refs.ts";
import { type BpfModule, type K, type Used, withModules } from "./state.ts";

export function moduleAt(k: K, id: number): BpfModule {
  return k.proposed.modules.table.get(id)!;
}

/** The module of a name that new users find. */
export function liveNamed(k: K, name: string): BpfModule | undefined {
  return named(k, name, ["live"]);
}

/** The module that keeps a name from being taken: one that is going still does. */
export function holderOf(k: K, name: string): BpfModule | undefined {
  return named(k, name, ["live", "going"]);
}

function named(k: K, name: string, states: readonly string[]): BpfModule | undefined {
  for (const module of k.proposed.modules.table.values()) {
    if (module.name === name && states.includes(module.state)) return module;
  }
  return undefined;
}

/**
 * Puts back a module that changed. One that is going and has no user left is gone: its programs are
 * let go. One that is gone and that nobody has open leaves the table.
 */
export function settleModule(k: K, module: BpfModule): K {
  if (module.state === "going" && module.users === 0) {
    const left = module.progs.reduce((now, [, prog]) => putProg(now, prog) as K, k);
    return settleModule(left, { ...module, state: "gone", progs: [] });
  }
  const { modules } = k.proposed;
  const stays = module.state !== "gone" || module.opens > 0;
  return withModules(k, {
    modules: stays ? replace(modules, module.id, module) : remove(modules, module.id),
  });
}

/** A socket takes a congestion control, and lets go of the one before. */
export function useCongestion(k: K, socket: number, next: Used): K {
  const before = k.proposed.sockets.get(socket);
  const taken = held(k, next);
  const sockets = new Map(taken.proposed.sockets).set(socket, next);
  const now = withModules(taken, { sockets });
  return before === undefined ? now : put(now, before);
}

/** A socket is closed. */
export function dropSocket(k: K, socket: number): K {
  const used = k.proposed.sockets.get(socket);
  const sockets = new Map(k.proposed.sockets);
  sockets.delete(socket);
  const now = withModules(k, { sockets });
  return used === undefined ? now : put(now, used);
}

/** A socket holds what it uses: a module as its user, a struct_ops map by a reference. */
function held(k: K, used: Used): K {
  if ("module" in used) return counted(k, used.module, 1);
  return "map" in used ? holdMap(k, used.map, false) as K : k;
}

function put(k: K, used: Used): K {
  if ("module" in used) return counted(k, used.module, -1);
  return "map" in used ? putMap(k, used.map, false) as K : k;
}

function counted(k: K, id: number, by: number): K {
  const module = moduleAt(k, id);
  return settleModule(k, { ...module, users: module.users + by });
}

/** An open file of a module is made or closed. */
export function opened(k: K, id: number, by: number): K {
  const module = moduleAt(k, id);
  return settleModule(k, { ...module, opens: module.opens + by });
}
