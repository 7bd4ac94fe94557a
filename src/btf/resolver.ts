/** What the second pass knows of each type: whether it is resolved, to what, and to which size. */
import type { Rule } from "../kernel/rule.ts";
import { DELTA, has } from "../versions/deltas.ts";
import { type At, KIND, type Reader } from "./reader.ts";
import { RESOLVE } from "./resolve_rules.ts";

/** A type that has a size, and the size: itself, or what its modifiers lead to. */
export interface SizedAt {
  readonly id: number;
  readonly at: At;
  readonly size: number;
}

/** A type that is being resolved, and how far its members are. */
export interface Vertex {
  readonly id: number;
  readonly at: At;
  next: number;
}

/** What lies between a type and where its resolution may stop. */
type Mode = "open" | "pointer" | "inside";

const MAX_RESOLVE_DEPTH = 32;
const POINTER = 8;
const [NEW, SEEN, RESOLVED] = [0, 1, 2];

const MODIFIERS: ReadonlySet<number> = new Set([
  KIND.TYPEDEF,
  KIND.VOLATILE,
  KIND.CONST,
  KIND.RESTRICT,
  KIND.TYPE_TAG,
]);
const SIZED: ReadonlySet<number> = new Set([
  KIND.INT,
  KIND.STRUCT,
  KIND.UNION,
  KIND.ENUM,
  KIND.DATASEC,
  KIND.FLOAT,
  KIND.ENUM64,
]);
const SIZELESS: ReadonlySet<number> = new Set([
  KIND.UNKN,
  KIND.FWD,
  KIND.FUNC,
  KIND.FUNC_PROTO,
  KIND.DECL_TAG,
]);
const SOURCES: ReadonlySet<number> = new Set([KIND.VAR, KIND.DECL_TAG, KIND.DATASEC]);

export function isModifier(kind: number): boolean {
  return MODIFIERS.has(kind);
}

export function isStruct(kind: number): boolean {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

/** Whether nothing may refer to a type of the kind but a DATASEC or a DECL_TAG. */
export function isSourceOnly(kind: number): boolean {
  return SOURCES.has(kind);
}

export class Resolver {
  readonly #state: Uint8Array;
  readonly #ids: Uint32Array;
  readonly #sizes: Uint32Array;
  readonly stack: Vertex[] = [];
  mode: Mode = "open";

  constructor(readonly btf: Reader) {
    const count = btf.types.length;
    this.#state = new Uint8Array(count);
    this.#ids = new Uint32Array(count);
    this.#sizes = new Uint32Array(count);
  }

  isResolved(id: number): boolean {
    return this.#state[id] === RESOLVED;
  }

  /** What a type that is resolved leads to. */
  target(id: number): number {
    return this.#ids[id];
  }

  needsResolve(at: At): boolean {
    const kind = this.btf.kind(at);
    if (isModifier(kind) || isStruct(kind)) return true;
    if (kind === KIND.FUNC) return has(this.btf.version, DELTA.btf_func_resolve);
    return kind === KIND.PTR || kind === KIND.ARRAY || kind === KIND.VAR ||
      kind === KIND.DATASEC || kind === KIND.DECL_TAG;
  }

  /** Whether the resolution of what refers to this type may stop here. */
  isSink(at: At): boolean {
    const kind = this.btf.kind(at);
    if (this.mode === "open") return !this.needsResolve(at);
    if (isModifier(kind)) return false;
    return this.mode === "pointer" ? kind !== KIND.PTR : kind !== KIND.ARRAY && !isStruct(kind);
  }

  /** Whether a type is to be resolved before what refers to it. */
  isOpen(at: At, id: number): boolean {
    return !this.isSink(at) && !this.isResolved(id);
  }

  push(at: At, id: number): Rule | undefined {
    if (this.stack.length === MAX_RESOLVE_DEPTH) return RESOLVE.depth;
    if (this.#state[id] !== NEW) return RESOLVE.loop;
    this.#state[id] = SEEN;
    this.stack.push({ id, at, next: 0 });
    if (this.mode === "open") {
      const kind = this.btf.kind(at);
      if (kind === KIND.PTR) this.mode = "pointer";
      else if (kind === KIND.ARRAY || isStruct(kind)) this.mode = "inside";
    }
    return undefined;
  }

  /** The topmost type is resolved. */
  pop(target: number, size: number): undefined {
    const { id } = this.stack.pop()!;
    this.#ids[id] = target;
    this.#sizes[id] = size;
    this.#state[id] = RESOLVED;
    return undefined;
  }

  /** `btf_type_id_size`: undefined where there is no such type or it has no size. */
  sized(id: number): SizedAt | undefined {
    const at = this.btf.byId(id);
    if (at === undefined) return undefined;
    const kind = this.btf.kind(at);
    if (!isModifier(kind) && kind !== KIND.VAR) return this.#plain(id, at, kind);
    const target = this.target(id);
    const targetAt = this.btf.byId(target)!;
    return this.#plain(target, targetAt, this.btf.kind(targetAt));
  }

  #plain(id: number, at: At, kind: number): SizedAt | undefined {
    if (SIZED.has(kind)) return { id, at, size: this.btf.third(at) };
    if (kind === KIND.ARRAY) return { id, at, size: this.#sizes[id] };
    return kind === KIND.PTR ? { id, at, size: POINTER } : undefined;
  }

  /** `btf_type_nosize_or_null` */
  isSizeless(at: At | undefined): boolean {
    return at === undefined || SIZELESS.has(this.btf.kind(at));
  }
}

/** `btf_type_int_is_regular`: an INT of 1, 2, 4, 8 or 16 whole bytes. */
export function isRegularInt(btf: Reader, at: At): boolean {
  const data = btf.extra(at, 0);
  const bits = data & 255;
  return ((data >>> 16) & 255) === 0 && (bits === 8 || bits === 16 || bits === 32 ||
    bits === 64 || bits === 128);
}
