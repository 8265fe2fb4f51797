/**
 * Rows of integers in the leaves of SQLite's tables (https://www.sqlite.org/fileformat2.html#record_format): a record's length,
 * the row's key, then the record, which is a header with each column's serial type and the values.
 */

import { PageRows, type Range } from './page-rows.ts';

/** By serial type: 0 is NULL. There are types for the values 0 and 1 too, which are not used. */
const RANGES: readonly Range[] = [0, 1, 2, 3, 4, 6, 8].map((bytes) => {
  const half = bytes === 8 ? Number.POSITIVE_INFINITY : 2 ** (bytes * 8 - 1);
  return { bytes, above: -half - 1, below: half };
});
const SMALLEST = 1;

/** SQLite reads keys that take more bytes than they need, and copies them short. */
const KEY_BYTES = 8;
/** A page has to hold this much more than a record, or SQLite would keep its end elsewhere. */
const RESERVED = 35;

/**
 * How rows are laid out: each column has the smallest serial type that holds all its values, so that only NULLs need a look at
 * single ones. Which type that is shows when a value does not fit the one that the rows before needed.
 */
export class RowLayout {
  readonly #rows: PageRows;
  /** By column of the table: its serial type, and whether it has NULLs. */
  readonly #types: Uint8Array;
  readonly #hasNulls: Uint8Array;
  /** The record's header: its length, then the types. In front of it are zeros that make it whole words, which it is written as. */
  readonly #header: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array;
  readonly #headerBytes: number;
  #keys: Float64Array = new Float64Array(0);
  #columns: readonly Float64Array[] = [];
  #places: Int32Array = new Int32Array(0);
  #length = 0;
  /** Bytes of a record without NULLs, and by row how many fewer it has. */
  #recordBytes = 0;
  #spared = new Int32Array(0);

  /** Throws a RangeError if rows of the table could be too long for a page. */
  constructor(columns: number, pageBytes: number) {
    this.#headerBytes = columns + 1;
    if (columns >= 100 || this.#headerBytes + (columns - 1) * 8 > pageBytes - RESERVED) {
      throw new RangeError(`rows of ${columns} columns may not fit into pages of ${pageBytes} bytes`);
    }
    this.#rows = new PageRows(pageBytes >> 3);
    this.#types = new Uint8Array(columns).fill(SMALLEST);
    this.#hasNulls = new Uint8Array(columns);
    this.#words = new Int32Array((this.#headerBytes + 3) >> 2);
    this.#header = new Uint8Array(this.#words.length * 4);
  }

  /** Takes up rows. `columns[i]` has the values of the table's column `places[i]`; places ascend. */
  take(keys: Float64Array, columns: readonly Float64Array[], places: Int32Array, length: number): void {
    this.#keys = keys;
    this.#columns = columns;
    this.#places = places;
    this.#length = length;
    if (this.#spared.length < length) this.#spared = new Int32Array(length * 2);
    this.#arrange();
  }

  /** Puts rows from `from` on into a page, as many as it has room for between `list`, where the list of cells goes on, and `top`. Returns how many. */
  put(page: DataView, list: number, top: number, from: number): number {
    const lengthBytes = this.#recordBytes > 0x7f ? 2 : 1;
    const bytes = lengthBytes + KEY_BYTES + this.#recordBytes;
    const count = this.#rows.begin(page, top, top - list, from, this.#length, bytes, this.#spared);
    if (count === 0) return 0;
    if (!this.#putValues()) {
      this.#widen(from);
      return this.put(page, list, top, from);
    }
    this.#putHeader();
    this.#rows.keys(this.#recordBytes, this.#keys);
    this.#rows.lengths(this.#recordBytes + KEY_BYTES, list, this.#recordBytes, this.#spared);
    return count;
  }

  /** Forgets which types were needed. */
  clear(): void {
    this.#types.fill(SMALLEST);
    this.#hasNulls.fill(0);
  }

  /** Finds header and lengths of the records. */
  #arrange(): void {
    this.#spared.fill(0, 0, this.#length);
    const header = this.#header;
    const start = header.length - this.#headerBytes;
    header.fill(0);
    header[start] = this.#headerBytes;
    this.#recordBytes = this.#headerBytes;
    for (let i = 0; i < this.#columns.length; i++) {
      const place = this.#places[i]!;
      const type = this.#types[place]!;
      const { bytes } = RANGES[type]!;
      header[start + 1 + place] = type;
      this.#recordBytes += bytes;
      if (this.#hasNulls[place] === 1) spare(this.#spared, this.#columns[i]!, this.#length, bytes);
    }
    const view = new DataView(header.buffer);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = view.getInt32(i * 4);
  }

  /** Makes the types those that all rows from `from` on need, if they don't suffice. */
  #widen(from: number): void {
    for (let i = 0; i < this.#columns.length; i++) {
      const place = this.#places[i]!;
      const { type, hasNulls } = typeOf(this.#columns[i]!, from, this.#length);
      if (type > this.#types[place]!) this.#types[place] = type;
      if (hasNulls) this.#hasNulls[place] = 1;
    }
    this.#arrange();
  }

  /** Returns false if a value doesn't fit its column's type. */
  #putValues(): boolean {
    let after = 0;
    for (let i = this.#columns.length - 1; i >= 0; i--) {
      const range = RANGES[this.#types[this.#places[i]!]!]!;
      if (!this.#putColumn(this.#places[i]!, this.#columns[i]!, after, range)) return false;
      after += range.bytes;
    }
    return true;
  }

  #putColumn(place: number, values: Float64Array, after: number, range: Range): boolean {
    if (this.#hasNulls[place] === 1) return this.#rows.sparse(after, values, range);
    return range.bytes > 4 ? this.#rows.longs(after, values, range) : this.#rows.ints(after, values, range);
  }

  #putHeader(): void {
    this.#rows.words(this.#recordBytes - this.#headerBytes, this.#words);
    for (let i = 0; i < this.#columns.length; i++) {
      const place = this.#places[i]!;
      if (this.#hasNulls[place] === 1)
        this.#rows.types(this.#recordBytes - 2 - place, this.#columns[i]!, this.#types[place]!);
    }
  }
}

/** The smallest serial type that holds all values, and whether some are NaN. */
function typeOf(values: Float64Array, from: number, to: number): { type: number; hasNulls: boolean } {
  let least = 0;
  let most = 0;
  let hasNulls = false;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (value > most) most = value;
    else if (value < least) least = value;
    else if (Number.isNaN(value)) hasNulls = true;
  }
  const type = RANGES.findIndex(({ above, below }) => least > above && most < below);
  if (type < 0) throw new RangeError(`${most === Number.POSITIVE_INFINITY ? most : least} is no integer`);
  return { type: Math.max(type, SMALLEST), hasNulls };
}

/** Of each row that has NaN, adds so many bytes to those it is spared. */
function spare(spared: Int32Array, values: Float64Array, length: number, bytes: number): void {
  for (let row = 0; row < length; row++) spared[row] = spared[row]! + bytes * Number(Number.isNaN(values[row]!));
}
