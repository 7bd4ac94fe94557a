import { Map as PMap } from "immutable";
import type { Target } from "../../bpffs/attributes.ts";
import { type Outcome, unmodelled } from "../../kernel/outcome.ts";
import { holdMap, holdProg } from "../../kernel/refs.ts";
import type { Task } from "../../kernel/task.ts";
import type { Call } from "../../machine/call.ts";
import { closedSince, noFiles } from "../own_files.ts";
import type { Proposal } from "../proposal.ts";
import { idsOf, type Kind } from "./facts.ts";
import { ATTRIBUTE_RULES } from "./rules.ts";
import { type AttributeFile, type Attributes, type K, withAttributes } from "./state.ts";
import { listSysfs, openAttribute, type Place, placeOf, readAttribute } from "./sysfs.ts";
import { getFact, isFact, listFacts, setFact } from "./xattrs.ts";

/**
 * What a kobject does with the object that it shows: it holds it, as a kobject would that is told
 * of no end, or it goes when the object goes.
 */
export type KobjectReading = "follows" | "holds";

/**
 * Attributes: what an object is, told by extended attributes of its pin and by files of sysfs.
 *
 * @example
 * ```ts
 * import { attributes, propose } from "bpfspec";
 * const m = propose(attributes("follows"), "6.18")
 *   .bpf("MAP_CREATE", { map_type: 1, key_size: 4, value_size: 8, max_entries: 8 })
 *   .open("/sys/kernel/bpf/maps/1/value_size")
 *   .read(4, 9);
 * if (m.text !== "8\n") throw new Error("not 8");
 * ```
 */
export function attributes(reading: KobjectReading): Proposal<Attributes, never> {
  return {
    name: `attributes, kobjects that ${reading === "holds" ? "hold" : "follow"}`,
    rules: ATTRIBUTE_RULES,
    added: [],
    begin: (kernel) => ({
      ...kernel,
      proposed: {
        kobjects: PMap<string, number>(),
        nextSerial: 0,
        files: noFiles<AttributeFile>(),
      },
    }),
    step: stepAttributes,
    settle: (before, after) => settle(reading, before, after),
  };
}

function stepAttributes(k: K, task: Task, call: Call): Outcome | undefined {
  const place = "path" in call ? placeOf(k, call.path) : undefined;
  if (place !== undefined) return stepSysfs(k, task, call, place);
  switch (call.op) {
    case "getxattr":
    case "lgetxattr":
    case "fgetxattr":
      if (!isFact(call.name)) return undefined;
      return getFact(k, task, targetOf(call), call.name, call.size);
    case "listxattr":
    case "llistxattr":
    case "flistxattr":
      return listFacts(k, task, targetOf(call), call.size);
    case "setxattr":
    case "lsetxattr":
    case "fsetxattr":
    case "removexattr":
    case "lremovexattr":
    case "fremovexattr":
      return isFact(call.name) ? setFact(k, task, targetOf(call)) : undefined;
    case "read":
      return readAttribute(k, task, call.fd, call.n);
    default:
      return undefined;
  }
}

/** What is done by path below /sys/kernel/bpf. */
function stepSysfs(k: K, task: Task, call: Call, place: Place): Outcome {
  if (call.op === "open") return openAttribute(k, task, place, call.flags);
  if (call.op === "getdents") return listSysfs(k, place);
  return unmodelled(k, `${call.op} below /sys/kernel/bpf`);
}

/** What a call of extended attributes is on: those with an `l` do not follow a symlink. */
function targetOf(
  call: { readonly op: string } & ({ readonly path: string } | { readonly fd: number }),
): Target {
  return "fd" in call ? call : { path: call.path, follows: !call.op.startsWith("l") };
}

/** Objects that were made get a kobject; those that are gone lose it. */
function settle(reading: KobjectReading, before: K, after: K): K {
  let now = withAttributes(after, { files: closedSince(after, after.proposed.files).files });
  for (const kind of ["map", "prog"] as const) {
    const [was, is] = [idsOf(before, kind), idsOf(after, kind)];
    for (const id of was) if (!is.includes(id)) now = vanished(now, kind, id);
    for (const id of is) if (!was.includes(id)) now = appeared(now, kind, id, reading);
  }
  return now;
}

function vanished(k: K, kind: Kind, id: number): K {
  return withAttributes(k, { kobjects: k.proposed.kobjects.delete(`${kind}/${id}`) });
}

function appeared(k: K, kind: Kind, id: number, reading: KobjectReading): K {
  const { kobjects, nextSerial } = k.proposed;
  const shown = withAttributes(k, {
    kobjects: kobjects.set(`${kind}/${id}`, nextSerial),
    nextSerial: nextSerial + 1,
  });
  if (reading === "follows") return shown;
  return (kind === "map" ? holdMap(shown, id, false) : holdProg(shown, id)) as K;
}
