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
