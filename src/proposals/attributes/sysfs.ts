/** Facts of every object as files below /sys/kernel/bpf, one value a file. */
import { O_ACCMODE } from "../../abi/file_flags.ts";
import { OPEN } from "../../bpffs/open.ts";
import { freeFd } from "../../kernel/fds.ts";
import { done, type Outcome, refuse, unmodelled } from "../../kernel/outcome.ts";
import type { Task } from "../../kernel/task.ts";
import { numberAt, openOwn, ownAt } from "../own_files.ts";
import { factNames, factOf, idsOf, type Kind } from "./facts.ts";
import { KOBJECT } from "./rules.ts";
import { type K, withAttributes } from "./state.ts";

const ROOT = "/sys/kernel/bpf";
const FOLDERS: Readonly<Record<string, Kind>> = { maps: "map", progs: "prog" };

/** What a path below /sys/kernel/bpf names; undefined where it is another path. */
export type Place =
  | { readonly at: "root" }
  | { readonly at: "folder"; readonly kind: Kind }
  | { readonly at: "object"; readonly kind: Kind; readonly id: number }
  | { readonly at: "attribute"; readonly kind: Kind; readonly id: number; readonly name: string }
  | { readonly at: "nowhere" };

export function placeOf(k: K, path: string): Place | undefined {
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return undefined;
  const [folder, id, name, ...more] = path.slice(ROOT.length).split("/").filter((part) => part);
  if (folder === undefined) return { at: "root" };
  const kind = Object.hasOwn(FOLDERS, folder) ? FOLDERS[folder] : undefined;
  if (kind === undefined || more.length > 0) return { at: "nowhere" };
  if (id === undefined) return { at: "folder", kind };
  if (!k.proposed.kobjects.has(`${kind}/${id}`)) return { at: "nowhere" };
  if (name === undefined) return { at: "object", kind, id: Number(id) };
  if (!factNames(k, kind).includes(name)) return { at: "nowhere" };
  return { at: "attribute", kind, id: Number(id), name };
}

/** The names in a directory, which everybody may read. */
export function listSysfs(k: K, place: Place): Outcome {
  switch (place.at) {
    case "root":
      return names(k, Object.keys(FOLDERS));
    case "folder":
      return names(k, idsOf(k, place.kind).map(String));
    case "object":
      return names(k, factNames(k, place.kind));
    case "attribute":
      return refuse(k, KOBJECT.not_dir);
    default:
      return refuse(k, KOBJECT.absent);
  }
}

function names(k: K, list: readonly string[]): Outcome {
  const bytes = list.toSorted().map((name) => `${name}\0`).join("");
  return done(k, list.length, [{ field: "names", offset: 0, bytes }]);
}

/** open(2) of an attribute. A directory is listed by its path here, without a descriptor. */
export function openAttribute(k: K, task: Task, place: Place, flags: number): Outcome {
  if (freeFd(task) === undefined) return refuse(k, OPEN.fd_limit);
  const writes = (flags & O_ACCMODE) !== 0;
  if (place.at === "nowhere") return refuse(k, KOBJECT.absent);
  if (place.at !== "attribute") {
    return writes ? refuse(k, KOBJECT.is_dir) : unmodelled(k, "descriptors of sysfs directories");
  }
  if (writes) return refuse(k, KOBJECT.write);
  const { kind, id, name } = place;
  const serial = k.proposed.kobjects.get(`${kind}/${id}`)!;
  const made = openOwn(k, task, k.proposed.files, { kind, id, serial, name, pos: 0 })!;
  return done(withAttributes(made.k, { files: made.files }), made.fd);
}

/** read(2) of an attribute: its object's value now, as long as there is the object. */
export function readAttribute(k: K, task: Task, fd: number, n: number): Outcome | undefined {
  const file = ownAt(k, task, k.proposed.files, fd);
  if (file === undefined || file === "other") return undefined;
  const { kind, id, serial, name, pos } = file;
  if (k.proposed.kobjects.get(`${kind}/${id}`) !== serial) return refuse(k, KOBJECT.gone);
  const bytes = `${factOf(k, kind, id, name)}\n`.slice(pos, pos + n);
  const files = k.proposed.files.set(numberAt(task, fd), { ...file, pos: pos + bytes.length });
  const now = withAttributes(k, { files });
  return done(now, bytes.length, [{ field: "buf", offset: 0, bytes }]);
}
