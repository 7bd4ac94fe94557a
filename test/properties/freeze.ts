/** Freezing states, and looking into them. */
import { isCollection, isMap, type Map as PMap } from "immutable";

/**
 * Freezes everything that a value leads to. Immutable's collections keep notes for themselves and
 * are left as they are; what they hold is frozen. What is frozen once is not walked again, so that
 * the states of a path, which share most of what they are, are frozen in little time.
 */
export class Freezer {
  readonly #seen = new WeakSet<object>();

  freeze(value: unknown): void {
    const rest: unknown[] = [value];
    while (rest.length > 0) {
      const at = rest.pop();
      if (typeof at !== "object" || at === null || this.#seen.has(at)) continue;
      this.#seen.add(at);
      if (isCollection(at)) {
        rest.push(...at.valueSeq());
        continue;
      }
      if (!isPlain(at)) throw new Error(`a state holds a ${at.constructor.name}, which can change`);
      rest.push(...Object.values(Object.freeze(at)));
    }
  }
}

/** Objects, arrays and the model's own classes; not what the language has for changing things. */
function isPlain(value: object): boolean {
  return !(ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map ||
    value instanceof Set || value instanceof Date || value instanceof Promise);
}

/** A value as plain objects, to be compared: without what collections keep for themselves. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isMap(value)) return Object.fromEntries([...(value as PMap<string, unknown>)].sort());
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
