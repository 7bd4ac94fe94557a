/**
 * Object ids are the kernel's to give. A script learns the real id of an object from an earlier
 * step's output, and later steps refer to that.
 */
import { encodeAttr, type Step as ModelStep } from "bpfspec";
import type { Reference, Step } from "./script.ts";

type Kind = "map" | "prog";

/** An id that no real kernel has given: it is as far away as ids go. */
export const NOBODY = 0x60000000;

const OBJ_GET_INFO_BY_FD = 15;
const INFO_ROOM = 80;

export class Ids {
  readonly #known: Record<Kind, Map<number, Reference>> = { map: new Map(), prog: new Map() };

  /** Takes note of a model's step that told an id, or made an object. */
  seen(model: ModelStep, index: number, areas: Readonly<Record<string, number>>): void {
    const { call, writes, answer } = model;
    if (call.op !== "bpf") return;
    for (const { field, bytes, ids } of answer.kind === "value" ? writes : []) {
      const at = field === "next_id" ? { area: 0, offset: 4 } : { area: areas[field], offset: 0 };
      for (const id of at.area === undefined ? [] : ids ?? []) {
        if (id.at + 4 > bytes.length) continue;
        this.#learn(id.kind, u32(bytes, id.at), index, at.area, at.offset + id.at);
      }
    }
  }

  #learn(kind: Kind, id: number, step: number, area: number, offset: number): void {
    if (!this.#known[kind].has(id)) this.#known[kind].set(id, { step, area, offset });
  }

  /** A step that asks for the id of the object that a step has just made, if it made one. */
  question(model: ModelStep, index: number): Step | undefined {
    const { answer, task, made } = model;
    if (answer.kind !== "value" || made === undefined) return undefined;
    this.#learn(made.kind, made.id, index, 1, 4);
    return {
      task,
      op: "bpf",
      args: { cmd: OBJ_GET_INFO_BY_FD, size: 16 },
      areas: {
        0: encodeAttr("OBJ_GET_INFO_BY_FD", { bpf_fd: answer.ret, info_len: INFO_ROOM }).slice(
          0,
          16,
        ),
        1: new Uint8Array(INFO_ROOM),
      },
      patches: [{ area: 0, offset: 8, value: { address: 1 } }],
    };
  }

  /** Where the real id of a model's id is told. */
  exactly(kind: Kind, id: number): Reference | undefined {
    return this.#known[kind].get(id);
  }

  /** Where the real id of the largest known id is told that is `id` at the most. */
  atMost(kind: Kind, id: number): Reference | undefined {
    if (id >= NOBODY) return undefined;
    const below = [...this.#known[kind].keys()].filter((known) => known <= id);
    return below.length === 0 ? undefined : this.#known[kind].get(Math.max(...below));
  }

  /** A start id for which no own object is known below it. */
  startFor(id: number): number {
    return id >= NOBODY ? id : 0;
  }

  /** An id that no object has. */
  absent(id: number): number {
    return id === 0 || id >= NOBODY ? id : id + NOBODY;
  }
}

function u32(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) |
    (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}
