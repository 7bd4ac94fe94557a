import { Map as PMap } from "immutable";
import { type Outcome, unmodelled } from "../../kernel/outcome.ts";
import { holdMap, holdProg } from "../../kernel/refs.ts";
import type { Call } from "../../machine/call.ts";
import { closedSince, noFiles } from "../own_files.ts";
import type { Proposal } from "../proposal.ts";
import type { AttributeCall } from "./calls.ts";
import { idsOf, type Kind } from "./facts.ts";
import { ATTRIBUTE_RULES } from "./rules.ts";
import { type AttributeFile, type Attributes, type K, withAttributes } from "./state.ts";
import { listSysfs, openAttribute, placeOf, readAttribute } from "./sysfs.ts";
import { getFact, listFacts, setFact } from "./xattrs.ts";

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
 *   .call({ op: "read_attribute", fd: 4 });
 * if ((m.out.text as Uint8Array)[0] !== 0x38) throw new Error("not 8");
 * ```
 */
export function attributes(reading: KobjectReading): Proposal<Attributes, AttributeCall> {
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

function stepAttributes(k: K, number: number, call: Call | AttributeCall): Outcome | undefined {
  const task = k.tasks.get(number);
  if (task === undefined || !task.alive) return unmodelled(k, "a call by a task that is not alive");
  switch (call.op) {
    case "get_fact":
      return getFact(k, task, call.path, call.name, call.size >>> 0);
    case "list_facts":
      return listFacts(k, task, call.path);
    case "set_fact":
      return setFact(k, task, call.path);
    case "list_sysfs":
      return listSysfs(k, placeOf(k, call.path));
    case "read_attribute":
      return readAttribute(k, task, call.fd);
    case "open": {
      const place = placeOf(k, call.path);
      return place === undefined ? undefined : openAttribute(k, task, place, call.flags);
    }
    default: {
      const { path } = call as { readonly path?: unknown };
      const isOurs = typeof path === "string" && placeOf(k, path) !== undefined;
      return isOurs ? unmodelled(k, `${call.op} below /sys/kernel/bpf`) : undefined;
    }
  }
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
