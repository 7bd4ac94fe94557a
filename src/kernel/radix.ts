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
    private readonly root: Node,
    /** The number of used indices. */
    readonly size: number,
  ) {}

  static readonly #none = new Radix<never>(0, BLANK, 0);

  static empty<V>(): Radix<V> {
    return Radix.#none as Radix<V>;
  }

  private covers(index: number): boolean {
    return this.shift + BITS > 31 || index >>> (this.shift + BITS) === 0;
  }

  get(index: number): V | undefined {
    if (!this.covers(index)) return undefined;
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
    let { shift, root } = this;
    while (!(shift + BITS > 31 || index >>> (shift + BITS) === 0)) {
      root = this.size === 0 ? BLANK : withSlot(BLANK, 0, root);
      shift += BITS;
    }
    const grown = this.get(index) === undefined ? this.size + 1 : this.size;
    return new Radix<V>(shift, setIn(root, shift, index, value), grown);
  }

  delete(index: number): Radix<V> {
    if (this.get(index) === undefined) return this;
    if (this.size === 1) return Radix.empty<V>();
    return new Radix<V>(this.shift, clearIn(this.root, this.shift, index) ?? BLANK, this.size - 1);
  }

  /** The smallest used index that is `from` or larger. */
  nextIndex(from: number): number | undefined {
    if (from > 0xffffffff || !this.covers(from)) return undefined;
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

function setIn(node: Node, shift: number, index: number, value: unknown): Node {
  if (shift === 0) return withSlot(node, index & MASK, value);
  const slot = (index >>> shift) & MASK;
  const child = (node[slot] ?? BLANK) as Node;
  return withSlot(node, slot, setIn(child, shift - BITS, index, value));
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
