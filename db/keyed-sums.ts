import { hash } from './code-cache.ts';

const EMPTY = -1;

/** Sums of integers by a key of three integers: a hash table over typed arrays. Sums are exact up to 2^53. */
export class KeyedSums {
  readonly width: number;
  #keys = new Int32Array(64 * 3);
  #sums: Float64Array;
  #table = new Int32Array(256).fill(EMPTY);
  #size = 0;

  constructor(width: number) {
    this.width = width;
    this.#sums = new Float64Array(64 * width);
  }

  get size(): number {
    return this.#size;
  }

  /** Three integers an entry. */
  get keys(): Int32Array {
    return this.#keys;
  }

  /** `width` sums an entry. Replaced when the table grows: read it anew after {@link entry}. */
  get sums(): Float64Array {
    return this.#sums;
  }

  /** The entry of that key, made with sums of 0 if it is new. */
  entry(a: number, b: number, c: number): number {
    const slot = this.#slot(a, b, c);
    const found = this.#table[slot]!;
    return found === EMPTY ? this.#add(slot, a, b, c) : found;
  }

  /** The entry of that key, or -1. */
  find(a: number, b: number, c: number): number {
    return this.#table[this.#slot(a, b, c)]!;
  }

  /** Adds `width` values that begin at `from[at]` to the entry of that key. */
  add(a: number, b: number, c: number, from: Float64Array, at: number): void {
    const base = this.entry(a, b, c) * this.width;
    const sums = this.#sums;
    for (let i = 0; i < this.width; i++) sums[base + i] = sums[base + i]! + from[at + i]!;
  }

  clear(): void {
    if (this.#size === 0) return;
    this.#table.fill(EMPTY);
    this.#sums.fill(0, 0, this.#size * this.width);
    this.#size = 0;
  }

  /** Entries in the order of their keys. */
  sorted(): Int32Array {
    let order = Int32Array.from({ length: this.#size }, (_, entry) => entry);
    // A stable sort by each part, the last one first (radix sort); comparing keys takes ten times as long.
    for (const part of [2, 1, 0]) order = countingSort(order, this.#keys, part);
    return order;
  }

  /** Are all sums of the entry 0? */
  isZero(entry: number): boolean {
    for (let i = entry * this.width; i < (entry + 1) * this.width; i++) if (this.#sums[i] !== 0) return false;
    return true;
  }

  #slot(a: number, b: number, c: number): number {
    const mask = this.#table.length - 1;
    let slot = hash(a, b, c) & mask;
    for (;;) {
      const entry = this.#table[slot]!;
      if (entry === EMPTY) return slot;
      const key = entry * 3;
      if (this.#keys[key] === a && this.#keys[key + 1] === b && this.#keys[key + 2] === c) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #add(slot: number, a: number, b: number, c: number): number {
    const entry = this.#size++;
    if ((entry + 1) * 3 > this.#keys.length) {
      this.#keys = doubled(this.#keys);
      this.#sums = doubled(this.#sums);
    }
    this.#keys[entry * 3] = a;
    this.#keys[entry * 3 + 1] = b;
    this.#keys[entry * 3 + 2] = c;
    this.#table[slot] = entry;
    if (this.#size * 2 > this.#table.length) this.#rehash();
    return entry;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2).fill(EMPTY);
    const mask = this.#table.length - 1;
    for (let entry = 0; entry < this.#size; entry++) {
      const key = entry * 3;
      let slot = hash(this.#keys[key]!, this.#keys[key + 1]!, this.#keys[key + 2]!) & mask;
      while (this.#table[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#table[slot] = entry;
    }
  }
}

function doubled<T extends Int32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}

/** Beyond this many distinct values a table of counts takes more time than comparing. */
const COUNTABLE = 1 << 22;

/** `order` sorted by the part of its entries' keys, those that are equal in the order they had. */
function countingSort(order: Int32Array<ArrayBuffer>, keys: Int32Array, part: number): Int32Array<ArrayBuffer> {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const entry of order) {
    const key = keys[entry * 3 + part]!;
    if (key < least) least = key;
    if (key > most) most = key;
  }
  if (most - least > COUNTABLE) return order.sort((x, y) => keys[x * 3 + part]! - keys[y * 3 + part]!);
  if (!(most > least)) return order;
  const starts = new Int32Array(most - least + 2);
  for (const entry of order) starts[keys[entry * 3 + part]! - least + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i] = starts[i]! + starts[i - 1]!;
  const sorted = new Int32Array(order.length);
  for (const entry of order) sorted[starts[keys[entry * 3 + part]! - least]!++] = entry;
  return sorted;
}
