import { int32s } from '../../engine/arrays.ts';

const UNSEEN = -1;
const MISSING = -1;
/** Entries that a table by both codes may have, 16 MiB; beyond, pairs are looked up one by one. */
const MOST_ENTRIES = 4_194_304;
const KEPT_ENTRIES = 524_288;
const FACTOR = 2 ** 26;

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
  #first: Int32Array = new Int32Array(256);
  #second: Int32Array = new Int32Array(256);
  #table: Int32Array | null = new Int32Array(0);
  #stride = 0;
  readonly #looked = new Map<number, number>();

  /** Writes the number of each row's pair to `into`. */
  number({ codes: first, size: firstSize }: Codes, { codes: second, size: secondSize }: Codes, into: Int32Array): void {
    if (this.#table) this.#reserve(firstSize + 1, secondSize + 1);
    const table = this.#table;
    const stride = this.#stride;
    if (!table) {
      this.#lookUp(first, second, into);
      return;
    }
    for (let row = 0; row < into.length; row++) {
      const entry = (first[row]! + 1) * stride + second[row]! + 1;
      let pair = table[entry]!;
      if (pair === UNSEEN) {
        pair = this.#add(first[row]!, second[row]!);
        table[entry] = pair;
      }
      into[row] = pair;
    }
  }

  /** Forgets all pairs. Keeps a table of moderate size, for the next pairs will mostly need one as large. */
  clear(): void {
    this.size = 0;
    this.#looked.clear();
    if (this.#table && this.#table.length <= KEPT_ENTRIES) this.#table.fill(UNSEEN);
    else {
      this.#table = new Int32Array(0);
      this.#stride = 0;
    }
  }

  /** The first and second codes of the pairs. */
  split(pairs: Int32Array): { first: Int32Array; second: Int32Array } {
    return { first: codesOf(this.#first, pairs), second: codesOf(this.#second, pairs) };
  }

  #lookUp(first: Int32Array, second: Int32Array, into: Int32Array): void {
    for (let row = 0; row < into.length; row++) {
      const key = (first[row]! + 1) * FACTOR + second[row]! + 1;
      let pair = this.#looked.get(key);
      if (pair === undefined) {
        pair = this.#add(first[row]!, second[row]!);
        this.#looked.set(key, pair);
      }
      into[row] = pair;
    }
  }

  #add(first: number, second: number): number {
    const pair = this.size++;
    if (pair === this.#first.length) {
      this.#first = doubled(this.#first);
      this.#second = doubled(this.#second);
    }
    this.#first[pair] = first;
    this.#second[pair] = second;
    return pair;
  }

  /** Makes the table fit so many codes, or gives it up if it would be too large. */
  #reserve(firsts: number, seconds: number): void {
    const rows = this.#stride === 0 ? 0 : this.#table!.length / this.#stride;
    if (firsts <= rows && seconds <= this.#stride) return;
    const stride = Math.max(this.#stride, powerOfTwo(seconds));
    const entries = Math.max(rows, powerOfTwo(firsts)) * stride;
    if (entries > MOST_ENTRIES) {
      this.#table = null;
      for (let pair = 0; pair < this.size; pair++) {
        this.#looked.set((this.#first[pair]! + 1) * FACTOR + this.#second[pair]! + 1, pair);
      }
      return;
    }
    const table = new Int32Array(entries).fill(UNSEEN);
    for (let pair = 0; pair < this.size; pair++)
      table[(this.#first[pair]! + 1) * stride + this.#second[pair]! + 1] = pair;
    this.#table = table;
    this.#stride = stride;
  }
}

function codesOf(side: Int32Array, pairs: Int32Array): Int32Array {
  const codes = int32s(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i]!;
    codes[i] = pair === MISSING ? MISSING : side[pair]!;
  }
  return codes;
}

function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast));
}
