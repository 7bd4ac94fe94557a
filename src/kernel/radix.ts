/**
 * A persistent, sparse, ordered table from unsigned 32-bit indices to values: what the kernel's own
 * radix trees (xarray, idr) are, without the mutation. It holds descriptor tables (lowest free
 * index), object ids (next id after), array elements and hash buckets (next used after). An index
 * that is not used costs nothing, however large the table claims to be.
 */
const BITS = 5;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

// A node's slots hold nodes above the lowest level and values on it.
type Node = readonly unknown[];

const BLANK: Node = Object.freeze(new Array(WIDTH).fill(undefined));

export class Radix<V> {
  private constructor(
    /** How far an index is shifted right at the root; 0 where the root holds values. */
    private readonly shift: number,
    /** Indices from here on are above what the root reaches. */
    private readonly reach: number,
    private readonly root: Node,
    /** The number of used indices. */
    readonly size: number,
  ) {}

  static readonly #none = new Radix<never>(0, WIDTH, BLANK, 0);

  static empty<V>(): Radix<V> {
    return Radix.#none as Radix<V>;
  }

  get(index: number): V | undefined {
    if (index >= this.reach) return undefined;
    let node = this.root;
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      const child = node[(index >>> shift) & MASK];
      if (child === undefined) return undefined;
      node = child as Node;
    }
    return node[index & MASK] as V | undefined;
  }

  /** The table with `value` (never undefined) at `index`. */
  set(index: number, value: V): Radix<V> {
    if (index >= this.reach) return this.raised().set(index, value);
    const root = this.root.slice();
    let node = root;
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      const slot = (index >>> shift) & MASK;
      const child = ((node[slot] ?? BLANK) as Node).slice();
      node[slot] = child;
      node = child;
    }
    const slot = index & MASK;
    const size = node[slot] === undefined ? this.size + 1 : this.size;
    node[slot] = value;
    return new Radix<V>(this.shift, this.reach, root, size);
  }

  /** The same table with one more level on top. */
  private raised(): Radix<V> {
    const root = this.size === 0 ? BLANK : withSlot(BLANK, 0, this.root);
    return new Radix<V>(this.shift + BITS, this.reach * WIDTH, root, this.size);
  }

  delete(index: number): Radix<V> {
    if (this.get(index) === undefined) return this;
    if (this.size === 1) return Radix.empty<V>();
    const root = clearIn(this.root, this.shift, index) ?? BLANK;
    return new Radix<V>(this.shift, this.reach, root, this.size - 1);
  }

  /** The smallest used index that is `from` or larger. */
  nextIndex(from: number): number | undefined {
    if (from >= this.reach) return undefined;
    const found = seek(this.root, this.shift, from, false);
    return found < 0 ? undefined : found;
  }

  /** The smallest unused index that is `from` or larger. */
  firstGap(from = 0): number {
    let index = from;
    while (this.get(index) !== undefined) index++;
    return index;
  }

  *entries(): Generator<[index: number, value: V]> {
    let index = this.nextIndex(0);
    while (index !== undefined) {
      yield [index, this.get(index) as V];
      index = index === 0xffffffff ? undefined : this.nextIndex(index + 1);
    }
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }
}

function withSlot(node: Node, slot: number, value: unknown): Node {
  const copy = node.slice();
  copy[slot] = value;
  return copy;
}

/** The node without `index`, or undefined where nothing is left in it. */
function clearIn(node: Node, shift: number, index: number): Node | undefined {
  const slot = (index >>> shift) & MASK;
  const left = shift === 0 ? undefined : clearIn(node[slot] as Node, shift - BITS, index);
  if (left === undefined && node.every((held, i) => i === slot || held === undefined)) {
    return undefined;
  }
  return withSlot(node, slot, left);
}

/** The smallest used index at or after `from` below this node (`free`: no lower bound), or -1. */
function seek(node: Node, shift: number, from: number, free: boolean): number {
  const first = free ? 0 : (from >>> shift) & MASK;
  for (let slot = first; slot < WIDTH; slot++) {
    const child = node[slot];
    if (child === undefined) continue;
    const at = slot * 2 ** shift;
    if (shift === 0) return at;
    const found = seek(child as Node, shift - BITS, from, free || slot > first);
    if (found >= 0) return at + found;
  }
  return -1;
}
