/**
 * What the package's declarations say of Immutable's maps, the one foreign kind of type that the state
 * shows: a consumer has not installed Immutable, and needs no more of it than this. The build puts
 * it beside the declarations; `package_test.ts` holds that Immutable's own are such.
 */
export interface Map<K, V> extends Iterable<[K, V]> {
  readonly size: number;
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): Map<K, V>;
  delete(key: K): Map<K, V>;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[K, V]>;
}

/** A map that keeps the order in which its keys came. */
export type OrderedMap<K, V> = Map<K, V>;
