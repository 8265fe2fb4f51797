import type { KeyNumbers } from './key-numbers.ts';
import { Scratch } from './scratch.ts';

/**
 * Sums of integers by key, by column. Entries are appended and joined later, all at once and without looking up any: see
 * {@link settle}. Sums are exact up to 2^53.
 */
export class SumColumns {
  /** The parts of the key and then the sums, an element an entry. They have room for more than {@link size}, and are replaced as it grows. */
  readonly columns: Float64Array[];
  readonly #keyWidth: number;
  readonly #numbers: KeyNumbers;
  readonly #joined = new Scratch();
  #size = 0;

  /** `numbers` is lent and may be shared. */
  constructor(keyWidth: number, sumWidth: number, numbers: KeyNumbers) {
    this.columns = Array.from({ length: keyWidth + sumWidth }, () => new Float64Array(256));
    this.#keyWidth = keyWidth;
    this.#numbers = numbers;
  }

  get size(): number {
    return this.#size;
  }

  /** Its columns that are parts of the key. */
  get keys(): Float64Array[] {
    return this.columns.slice(0, this.#keyWidth);
  }

  /** Appends that many entries, of the columns given; others are 0. */
  append(columns: readonly (Float64Array | undefined)[], length: number): void {
    const first = this.#appendEmpty(length);
    this.columns.forEach((column, i) => {
      const values = columns[i];
      if (values) column.set(values.length === length ? values : values.subarray(0, length), first);
      else column.fill(0, first, first + length);
    });
  }

  /** Appends one entry; columns beyond those of `sums` are 0. However many are added, they take little more room than their keys do. */
  add(key: ArrayLike<number>, sums: ArrayLike<number>): void {
    if (this.#size === this.#room) this.#makeRoom();
    const entry = this.#appendEmpty(1);
    for (let i = 0; i < this.columns.length; i++) {
      this.columns[i]![entry] = (i < this.#keyWidth ? key[i] : sums[i - this.#keyWidth]) ?? 0;
    }
  }

  /** Appends the sums of `from`, whose keys become `keys`, an entry a key and in their order. Columns beyond those of `from` are 0. */
  appendJoined(from: SumColumns, keys: readonly Float64Array[]): void {
    this.#numbers.assign(keys, from.size);
    const { numbers, size } = this.#numbers;
    const first = this.#appendEmpty(size);
    const sums = from.columns.slice(from.#keyWidth);
    for (let i = 0; i < this.columns.length; i++) {
      const into = this.columns[i]!.subarray(first, first + size);
      const sum = sums[i - this.#keyWidth];
      if (i < this.#keyWidth) pick(keys[i]!, numbers, from.size, into);
      else if (sum) addUp(sum, numbers, from.size, into);
      else into.fill(0);
    }
  }

  /** Appends how many rows have each key, as the only sum. */
  appendCounts(keys: readonly Float64Array[], length: number): void {
    this.#numbers.assign(keys, length);
    const { numbers, size } = this.#numbers;
    const first = this.#appendEmpty(size);
    for (let i = 0; i < this.#keyWidth; i++) pick(keys[i]!, numbers, length, this.columns[i]!.subarray(first));
    count(numbers, length, this.columns[this.#keyWidth]!.subarray(first, first + size));
  }

  /** Joins entries with the same key and brings them into the order of keys. */
  settle(): void {
    const length = this.#size;
    this.#numbers.assign(this.keys, length);
    const { numbers, size } = this.#numbers;
    const joined = this.#joined.take(size);
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i]!;
      if (i < this.#keyWidth) pick(column, numbers, length, joined);
      else addUp(column, numbers, length, joined);
      column.set(joined);
    }
    this.#size = size;
  }

  /** Removes entries whose sums are all 0. */
  removeZeros(): void {
    const first = this.columns[this.#keyWidth]!.subarray(0, this.#size);
    if (!first.includes(0)) return;
    let kept = 0;
    for (let entry = 0; entry < first.length; entry++) {
      if (first[entry] === 0 && this.#isZero(entry)) continue;
      for (const column of this.columns) column[kept] = column[entry]!;
      kept++;
    }
    this.#size = kept;
  }

  clear(): void {
    this.#size = 0;
  }

  #isZero(entry: number): boolean {
    for (let i = this.#keyWidth; i < this.columns.length; i++) if (this.columns[i]![entry] !== 0) return false;
    return true;
  }

  /** Appends that many entries and returns the first one; their columns have to be set. */
  #appendEmpty(count: number): number {
    const first = this.#size;
    if (first + count > this.#room) this.#grow(Math.max(this.#room * 2, first + count));
    this.#size += count;
    return first;
  }

  get #room(): number {
    return this.columns[0]!.length;
  }

  #makeRoom(): void {
    this.settle();
    // With little room left, all would soon have to be joined again.
    if (this.#size * 2 > this.#room) this.#grow(this.#room * 2);
  }

  #grow(room: number): void {
    this.columns.forEach((column, i) => {
      this.columns[i] = new Float64Array(room);
      this.columns[i].set(column.subarray(0, this.#size));
    });
  }
}

/** The value that rows with one number share, at that number. */
function pick(values: Float64Array, numbers: Int32Array, length: number, into: Float64Array): void {
  for (let row = 0; row < length; row++) into[numbers[row]!] = values[row]!;
}

/** The sum of the values of rows with one number, at that number. */
function addUp(values: Float64Array, numbers: Int32Array, length: number, into: Float64Array): void {
  into.fill(0);
  for (let row = 0; row < length; row++) into[numbers[row]!]! += values[row]!;
}

/** How many rows have each number, at that number. */
function count(numbers: Int32Array, length: number, into: Float64Array): void {
  into.fill(0);
  for (let row = 0; row < length; row++) into[numbers[row]!]!++;
}
