/**
 * Object ids are the kernel's to give. A script learns the real id of an object from an earlier
 * step's output, and later steps refer to that.
 */
import { BPF_OBJ_GET_INFO_BY_FD, encodeAttr, type IdKind, type Step as ModelStep } from "bpfspec";
import type { Reference, Step } from "./script.ts";

/** An id that no real kernel has given: it is as far away as ids go. */
export const NOBODY = 0x60000000;

const INFO_ROOM = 80;
const BTF_ROOM = 16;
/** Where the info of an object has its id. */
export const ID_AT: Readonly<Record<IdKind, number>> = { map: 4, prog: 4, btf: 12, link: 4 };

export class Ids {
  readonly #known: Readonly<Record<IdKind, Map<number, Reference>>> = {
    map: new Map(),
    prog: new Map(),
    btf: new Map(),
    link: new Map(),
  };

  /** Takes note of a model's step that told an id, or made an object. */
  seen(model: ModelStep, index: number, areas: Readonly<Record<string, number>>): void {
    if (model.call.op !== "bpf" || model.answer.kind !== "value") return;
    for (const { field, bytes, ids = [] } of model.writes) {
      const [area, from] = field === "next_id" ? [0, 4] : [areas[field], 0];
      for (const { kind, offset } of ids) {
        if (offset + 4 > bytes.length) continue;
        this.#learn(kind, u32(bytes, offset), index, area, from + offset);
      }
    }
  }

  #learn(kind: IdKind, id: number, step: number, area: number, offset: number): void {
    if (!this.#known[kind].has(id)) this.#known[kind].set(id, { step, area, offset });
  }

  /** A step that asks for the id of the object that a step has just made, if it made one. */
  question(model: ModelStep, index: number): Step | undefined {
    const { answer, task, made } = model;
    if (answer.kind !== "value" || made === undefined) return undefined;
    const room = made.kind === "btf" ? BTF_ROOM : INFO_ROOM;
    this.#learn(made.kind, made.id, index, 1, ID_AT[made.kind]);
    return {
      task,
      op: "bpf",
      args: { cmd: BPF_OBJ_GET_INFO_BY_FD, size: 16 },
      areas: {
        0: encodeAttr("OBJ_GET_INFO_BY_FD", { bpf_fd: answer.ret, info_len: room }).slice(
          0,
          16,
        ),
        1: new Uint8Array(room),
      },
      patches: [{ area: 0, offset: 8, value: { address: 1 } }],
    };
  }

  /** Where the real id of a model's id is told. */
  exactly(kind: IdKind, id: number): Reference | undefined {
    return this.#known[kind].get(id);
  }

  /** Where the real id of the largest known id is told that is `id` at the most. */
  atMost(kind: IdKind, id: number): Reference | undefined {
    if (id >= NOBODY) return undefined;
    const below = [...this.#known[kind].keys()].filter((known) => known <= id);
    return below.length === 0 ? undefined : this.#known[kind].get(Math.max(...below));
  }

  /** A start id for which no object of ours is known below it; `own` is one that always is. */
  startFor(id: number, own: number): number {
    return id >= NOBODY ? id : Math.min(id, own);
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
