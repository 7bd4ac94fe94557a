/**
 * Whether an example's value is the expected one: by structure, not by identity or class.
 *
 * NaN equals NaN and 0 equals -0. Byte arrays compare by their bytes, other typed arrays by kind and
 * elements, arrays by position, Maps and Sets by their entries in any order, errors by name and
 * message, dates by time, everything else by its own enumerable fields; a field that is undefined
 * is not a field that is missing.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

type Pairs = Map<object, Set<object>>;

function compare(a: unknown, b: unknown, open: Pairs): boolean {
  if (a === b || Number.isNaN(a) && Number.isNaN(b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // A pair that is being compared further up is equal if nothing else differs.
  const others = open.get(a) ?? new Set();
  if (others.has(b)) return true;
  open.set(a, others.add(b));
  const equal = compareObjects(a, b, open);
  others.delete(b);
  return equal;
}

const KINDS = [Array, Map, Set, Date, RegExp, Error, ArrayBuffer] as const;

function compareObjects(a: object, b: object, open: Pairs): boolean {
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return compareViews(a, b);
  if (KINDS.some((kind) => a instanceof kind !== b instanceof kind)) return false;
  if (a instanceof Map && b instanceof Map) return compareMaps(a, b, open);
  if (a instanceof Set && b instanceof Set) return compareSets(a, b, open);
  if (a instanceof Date) return compare(a.getTime(), (b as Date).getTime(), open);
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof ArrayBuffer) {
    return compareViews(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof Error) {
    return a.name === (b as Error).name && a.message === (b as Error).message;
  }
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return compareFields(a, b, open);
}

function compareViews(a: object, b: object): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b)) return false;
  const isBytes = a instanceof Uint8Array && b instanceof Uint8Array;
  if (!isBytes && a.constructor !== b.constructor) return false;
  if (a.byteLength !== b.byteLength) return false;
  const [left, right] = [a, b].map((view) =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  );
  return left.every((byte, i) => byte === right[i]);
}

function compareMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  open: Pairs,
): boolean {
  return compareEntries(Array.from(a), Array.from(b), open);
}

function compareSets(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>, open: Pairs): boolean {
  return compareEntries(Array.from(a), Array.from(b), open);
}

/** Whether each of `a` has a partner of its own in `b`. */
function compareEntries(a: readonly unknown[], b: readonly unknown[], open: Pairs): boolean {
  if (a.length !== b.length) return false;
  const left = Array.from(b);
  return a.every((each) => {
    const at = left.findIndex((other) => compare(each, other, open));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function compareFields(a: object, b: object, open: Pairs): boolean {
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (keys.length !== others.length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) &&
    compare(a[key as keyof typeof a], b[key as keyof typeof b], open)
  );
}
