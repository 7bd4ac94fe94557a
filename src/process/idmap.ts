/** Writing /proc/PID/uid_map and gid_map. Source: kernel/user_namespace.c, map_write. */
import type { Extent } from "../kernel/capabilities.ts";
import { freeFd, withTask } from "../kernel/fds.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { done, type Outcome, refuse, unmodelled } from "../kernel/outcome.ts";
import { rules } from "../kernel/rule.ts";
import type { Task } from "../kernel/task.ts";
import { capableOver, nsCapable, outsideOf } from "../kernel/userns.ts";

/** A line of a map: so many ids inside, from one on, are as many of the parent's. */
export type MapLine = readonly [inside: number, outside: number, count: number];

export const IDMAP = rules("idmap", {
  open: ["EACCES", "the map belongs to another user, to root if the task changed its uid"],
  stranger: [
    "EPERM",
    "the caller is neither in the task's user namespace nor in the one above, or the task is in the initial one",
  ],
  twice: ["EPERM", "the map was written already"],
  capability: ["EPERM", "the caller has no CAP_SYS_ADMIN over the task's user namespace"],
  bad: [
    "EINVAL",
    "there is no line, or more than 340, an id is 0xffffffff, a count is 0, or lines overlap or wrap around",
  ],
  root: [
    "EPERM",
    "the parent's uid 0 is mapped, and CAP_SETFCAP was not had by who made the namespace (where the caller is in it) or is not had by the caller",
  ],
  others: [
    "EPERM",
    "other ids than the caller's own uid are mapped without CAP_SETUID (CAP_SETGID) over the parent namespace",
  ],
  unmapped: ["EPERM", "an id is not one of the parent namespace"],
});

const NO_ID = 0xffffffff;
const MOST_LINES = 340;

/** Writes a map of the user namespace that a task is in; `ret` is 0. */
export function idmap(
  k: Kernel,
  task: Task,
  of: number,
  which: "uid" | "gid",
  lines: readonly MapLine[],
): Outcome {
  const target = k.tasks.get(of);
  if (target === undefined || !target.alive) return unmodelled(k, "the map of a dead task");
  if (freeFd(task) === undefined) return unmodelled(k, "a map without a descriptor to open it by");
  if (target.dumpable === undefined) return unmodelled(k, "/proc files after execve");
  const file = {
    uid: target.dumpable ? target.cred.uid : 0,
    gid: target.dumpable ? target.cred.gid : 0,
  };
  if (task.cred.uid !== file.uid && !capableOver(task.cred, file, "CAP_DAC_OVERRIDE")) {
    return refuse(k, IDMAP.open);
  }
  const userns = target.cred.userns;
  const { parent, ids, owner, setfcap } = k.userns.get(userns)!;
  const own = task.cred.userns;
  if (parent === undefined || (own !== userns && own !== parent)) return refuse(k, IDMAP.stranger);
  if (ids[which].length > 0) return refuse(k, IDMAP.twice);
  if (!nsCapable(k, task.cred, userns, "CAP_SYS_ADMIN")) return refuse(k, IDMAP.capability);
  if (!areWellMade(lines)) return refuse(k, IDMAP.bad);
  const mapsRoot = which === "uid" && lines.some(([, outside]) => outside === 0);
  const mayMapRoot = own === userns ? setfcap : nsCapable(k, task.cred, parent, "CAP_SETFCAP");
  if (mapsRoot && !mayMapRoot) return refuse(k, IDMAP.root);
  const above = k.userns.get(parent)!.ids[which];
  const isOwn = which === "uid" && lines.length === 1 && lines[0][2] === 1 &&
    owner === task.cred.uid && outsideOf(above, lines[0][1]) === task.cred.uid;
  const cap = which === "uid" ? "CAP_SETUID" : "CAP_SETGID";
  if (!isOwn && !nsCapable(k, task.cred, parent, cap)) return refuse(k, IDMAP.others);
  const map = lines.map(([inside, outside, count]) => ({ inside, outside, count }));
  const extents = map.map((extent) => within(above, extent));
  if (extents.includes(undefined)) return refuse(k, IDMAP.unmapped);
  return done(withMap(k, userns, which, extents as readonly Extent[]));
}

function areWellMade(lines: readonly MapLine[]): boolean {
  if (lines.length === 0 || lines.length > MOST_LINES) return false;
  const isWhole = (n: number) => Number.isInteger(n) && n >= 0 && n <= NO_ID;
  return lines.every(([inside, outside, count], i) =>
    [inside, outside, count].every(isWhole) && inside !== NO_ID && outside !== NO_ID &&
    count > 0 && inside + count <= NO_ID && outside + count <= NO_ID &&
    lines.slice(0, i).every(([a, b, n]) =>
      (inside + count <= a || a + n <= inside) && (outside + count <= b || b + n <= outside)
    )
  );
}

/** An extent of the parent's ids as one of the initial namespace's (`map_id_range_down`). */
function within(above: readonly Extent[], { inside, outside, count }: Extent): Extent | undefined {
  const found = above.find((each) =>
    outside >= each.inside && outside + count <= each.inside + each.count
  );
  if (found === undefined) return undefined;
  return { inside, outside: found.outside + (outside - found.inside), count };
}

/** The namespace has the ids, and so have the credentials of all tasks in it. */
function withMap(k: Kernel, userns: number, which: "uid" | "gid", map: readonly Extent[]): Kernel {
  const namespace = k.userns.get(userns)!;
  const ids = { ...namespace.ids, [which]: map };
  const mapped: Kernel = { ...k, userns: k.userns.set(userns, { ...namespace, ids }) };
  return Array.from(k.tasks.values()).reduce(
    (now, task) =>
      task.cred.userns === userns ? withTask(now, { ...task, cred: { ...task.cred, ids } }) : now,
    mapped,
  );
}
