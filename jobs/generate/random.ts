/**
 * Seeded pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand). Integer arithmetic only, so the same
 * seeds give the same numbers on every machine.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Distinct lists of integers give unrelated sequences. */
  constructor(...seeds: readonly number[]) {
    let hash = 0x9e3779b9 | 0;
    for (const seed of seeds) hash = scrambled(scrambled(hash ^ seed) ^ Math.floor(seed / 2 ** 32));
    this.#a = scrambled(hash + 0x6d2b79f5);
    this.#b = scrambled(hash + 0x3c6ef372);
    this.#c = scrambled(hash + 0x1b873593);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform integer in [0, 2^32). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform integer in [0, limit); limit at most 2^20. */
  below(limit: number): number {
    return Math.floor((this.next() * limit) / 2 ** 32);
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return this.next() / 2 ** 32;
  }

  pick<T>(values: readonly T[]): T {
    // The index is below the length, and the lists here are never empty.
    return values[this.below(values.length)]!;
  }
}

/**
 * A table to draw indexes from with the given relative weights: a uniform draw from the table is a weighted draw
 * of an index. Every index with a weight has at least one place where the table is larger than the list.
 */
export function drawTable(weights: ArrayLike<number>, size: number): Uint16Array {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  const table = new Uint16Array(size);
  let sum = 0;
  let from = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    const to = i === weights.length - 1 ? size : Math.max(from + 1, Math.round((sum / total) * size));
    table.fill(i, from, to);
    from = to;
  }
  return table;
}

function scrambled(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
