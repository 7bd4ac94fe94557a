import type { ModuleCall } from "../modules/calls.ts";
import { loadOps, TCP_MEMBERS } from "../modules/load.ts";
import { MODULES } from "../modules/proposal.ts";
import type { Way } from "../modules/ways.ts";
import { propose } from "../proposal.ts";
import type { Design } from "./design.ts";

/** What Linux has in the place of modules: the object is the programs, the name what is registered. */
export function structOpsDesign(way: Way): Design<ModuleCall> {
  const first = (fd: number) => fd - TCP_MEMBERS.length + 1;
  return {
    id: way.id,
    title: way.id,
    added: way.added,
    boot: (options) => propose(MODULES, "6.18", options).fork(),
    create: (m) => loadOps(m),
    naming: way.steps.map((step) => (m, fd, name) => step(m, first(fd), name)),
    share: (m, name) => way.path === undefined ? m : m.chmod(way.path(name), 0o666),
    find: (from, name) => {
      const { m, handle } = way.search(from, name);
      return { m, fd: typeof handle === "number" ? handle : undefined };
    },
    unname: (from, name) => {
      if (way.path !== undefined) return from.unlink(way.path(name));
      const { m, handle } = way.search(from, name);
      return handle === undefined ? m : way.remove(m, name, handle, true).close(Number(handle));
    },
    names: ({ kernel }) =>
      kernel.congestion.filter(({ map }) => map !== undefined).map(({ name }) => name),
    alive: (m) => m.progIds.length > 0,
    own: ({ kernel }) => ({ map: kernel.maps.table.size, link: kernel.links.table.size }),
  };
}
