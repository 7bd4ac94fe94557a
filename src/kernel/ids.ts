import { Radix } from "./radix.ts";

/** The largest object id is one less: the kernel allocates ids in [1, INT_MAX). */
const ID_END = 0x7fffffff;

/**
 * The ids of one kind of object, allocated in a cycle as `idr_alloc_cyclic` does: an id is not used
 * again before the counter has gone round.
 */
export interface IdTable<V> {
  /** Where the search for the next free id starts. */
  readonly cursor: number;
  readonly table: Radix<V>;
}

export function idTable<V>(first: number): IdTable<V> {
  return { cursor: first, table: Radix.empty<V>() };
}

/** The id that the next object gets; undefined where all are taken. */
export function nextFreeId<V>(ids: IdTable<V>): number | undefined {
  const after = ids.table.firstGap(Math.max(ids.cursor, 1));
  if (after < ID_END) return after;
  const wrapped = ids.table.firstGap(1);
  return wrapped < ID_END ? wrapped : undefined;
}

export function insert<V>(ids: IdTable<V>, id: number, value: V): IdTable<V> {
  return { cursor: id + 1, table: ids.table.set(id, value) };
}

/** Puts a changed object back under the id it has. */
export function replace<V>(ids: IdTable<V>, id: number, value: V): IdTable<V> {
  return { cursor: ids.cursor, table: ids.table.set(id, value) };
}

export function remove<V>(ids: IdTable<V>, id: number): IdTable<V> {
  return { cursor: ids.cursor, table: ids.table.delete(id) };
}
