import { int32s } from '../../engine/arrays.ts';

const UNSEEN = -1;
/** Entries that a table by both codes may have, 16 MiB; beyond, pairs are hashed. */
const MOST_ENTRIES = 4_194_304;
const KEPT_ENTRIES = 524_288;

/** Codes from -1 up to, and not including, `size`. */
export interface Codes {
  readonly codes: Int32Array;
  readonly size: number;
}

/**
 * Numbers pairs of codes in the order in which they appear. Keys that go together, such as a product and its category, have
 * hardly more pairs than the one has values, so a plain table indexed by both codes stays small and no hashing is needed.
 */
export class PairTable {
  /** How many pairs there are. */
  size = 0;
  #first = new Int32Array(256);
  #second = new Int32Array(256);
  /** Numbers of pairs: indexed by the first code's and then the second one's bits, or by hash. */
  #table = new Int32Array(1).fill(UNSEEN);
  #secondBits = 0;
  #isHashed = false;

  /** Writes the number of each row's pair to `into`. */
  number(first: Codes, second: Codes, into: Int32Array): void {
    if (!this.#isHashed) this.#reserve(first.size + 1, second.size + 1);
    const unseen = this.#isHashed
      ? lookUpHashed(into, this.#table, this.#first, this.#second, first.codes, second.codes)
      : lookUp(into, this.#table, this.#secondBits, first.codes, second.codes);
    for (let row = 0, left = unseen; left > 0; row++) {
      if (into[row] !== UNSEEN) continue;
      into[row] = this.#numberOf(first.codes[row]!, second.codes[row]!);
      left--;
    }
  }

  /** Forgets all pairs. Keeps a table of moderate size, for the next pairs will mostly need one as large. */
  clear(): void {
    this.size = 0;
    if (this.#table.length <= KEPT_ENTRIES) this.#table.fill(UNSEEN);
    else {
      this.#table = new Int32Array(1).fill(UNSEEN);
      this.#secondBits = 0;
      this.#isHashed = false;
    }
  }

  /** The first and second codes of the pairs. */
  split(pairs: Int32Array): { first: Int32Array; second: Int32Array } {
    return { first: codesOf(this.#first, pairs), second: codesOf(this.#second, pairs) };
  }

  /** The number of a pair that may be new. */
  #numberOf(first: number, second: number): number {
    const place = this.#placeOf(first, second);
    const known = this.#table[place]!;
    if (known !== UNSEEN) return known;
    const pair = this.size++;
    if (pair === this.#first.length) {
      this.#first = doubled(this.#first);
      this.#second = doubled(this.#second);
    }
    this.#first[pair] = first;
    this.#second[pair] = second;
    this.#table[place] = pair;
    if (this.#isHashed && this.size * 2 > this.#table.length) this.#rebuild(this.#table.length * 2);
    return pair;
  }

  /** Where the pair's number is, or would be. */
  #placeOf(first: number, second: number): number {
    if (!this.#isHashed) return ((first + 1) << this.#secondBits) + second + 1;
    const mask = this.#table.length - 1;
    let place = hash(first, second) & mask;
    for (;;) {
      const pair = this.#table[place]!;
      if (pair === UNSEEN || (this.#first[pair] === first && this.#second[pair] === second)) return place;
      place = (place + 1) & mask;
    }
  }

  /** Makes the table fit so many codes; hashes if it would be too large. */
  #reserve(firsts: number, seconds: number): void {
    const firstBits = Math.log2(this.#table.length) - this.#secondBits;
    if (firsts <= 2 ** firstBits && seconds <= 2 ** this.#secondBits) return;
    this.#secondBits = Math.max(this.#secondBits, bitsFor(seconds));
    const entries = 2 ** (Math.max(firstBits, bitsFor(firsts)) + this.#secondBits);
    this.#isHashed = entries > MOST_ENTRIES;
    this.#rebuild(this.#isHashed ? 2 ** bitsFor(Math.max(this.size * 4, 4096)) : entries);
  }

  #rebuild(entries: number): void {
    this.#table = new Int32Array(entries).fill(UNSEEN);
    for (let pair = 0; pair < this.size; pair++) {
      this.#table[this.#placeOf(this.#first[pair]!, this.#second[pair]!)] = pair;
    }
  }
}

// Loops that call nothing. Both return how many pairs are not known yet; their rows say so.

function lookUp(
  into: Int32Array,
  table: Int32Array,
  secondBits: number,
  first: Int32Array,
  second: Int32Array,
): number {
  let unseen = 0;
  for (let row = 0; row < into.length; row++) {
    const pair = table[((first[row]! + 1) << secondBits) + second[row]! + 1]!;
    into[row] = pair;
    if (pair === UNSEEN) unseen++;
  }
  return unseen;
}

function lookUpHashed(
  into: Int32Array,
  table: Int32Array,
  firsts: Int32Array,
  seconds: Int32Array,
  first: Int32Array,
  second: Int32Array,
): number {
  const mask = table.length - 1;
  let unseen = 0;
  for (let row = 0; row < into.length; row++) {
    const a = first[row]!;
    const b = second[row]!;
    let place = hash(a, b) & mask;
    let pair = table[place]!;
    while (pair !== UNSEEN && (firsts[pair] !== a || seconds[pair] !== b)) {
      place = (place + 1) & mask;
      pair = table[place]!;
    }
    into[row] = pair;
    if (pair === UNSEEN) unseen++;
  }
  return unseen;
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function codesOf(side: Int32Array, pairs: Int32Array): Int32Array {
  const codes = int32s(pairs.length);
  for (let i = 0; i < pairs.length; i++) codes[i] = side[pairs[i]!]!;
  return codes;
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Bits that so many codes take. */
function bitsFor(count: number): number {
  return Math.ceil(Math.log2(count));
}
