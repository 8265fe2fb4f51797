/**
 * Records of integers as SQLite keeps them (https://www.sqlite.org/fileformat2.html#record_format).
 */

/** Serial types of a record's header. */
const NULL = 0;
const INT48 = 5;
const INT64 = 6;

/** Bytes of a value by its serial type. */
const LENGTHS = Uint8Array.of(0, 1, 2, 3, 4, 6, 8);

/**
 * How rows of one batch are laid out: each column has the smallest serial type that holds all its values, so that only NULLs
 * need a look at single values, and values can be written column by column.
 */
export class RowLayout {
  /** The record's header: its length, then a serial type for each column. */
  readonly #header: Uint8Array;
  /** The same, four bytes at a time, but for what is left over. */
  readonly #words: Int32Array;
  /** Where the next value of a page's n-th new row goes. */
  readonly #cursors: Int32Array;
  #columns: readonly Float64Array[] = [];
  #types = new Uint8Array(0);
  /** Columns with NULLs, and their places. */
  #sparse: readonly { readonly values: Float64Array; readonly place: number; readonly length: number }[] = [];
  #payload = 0;

  constructor(columns: number, pageBytes: number) {
    this.#header = new Uint8Array(columns + 1);
    this.#header[0] = columns + 1;
    this.#words = new Int32Array(this.#header.length >> 2);
    this.#cursors = new Int32Array(pageBytes);
  }

  plan(columns: readonly Float64Array[], places: Int32Array, length: number): void {
    const found = columns.map((values) => rangeOf(values, length));
    this.#columns = columns;
    this.#types = Uint8Array.from(found, ({ type }) => type);
    this.#header.fill(NULL, 1);
    this.#types.forEach((type, i) => {
      this.#header[1 + places[i]!] = type;
    });
    const header = new DataView(this.#header.buffer);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = header.getInt32(i * 4);
    this.#sparse = columns
      .map((values, i) => ({
        values,
        place: places[i]!,
        length: LENGTHS[this.#types[i]!]!,
        hasNulls: found[i]!.hasNulls,
      }))
      .filter(({ hasNulls }) => hasNulls);
    this.#payload = this.#types.reduce((sum, type) => sum + LENGTHS[type]!, this.#header.length);
  }

  /** Bytes of a row's record. */
  payloadOf(row: number): number {
    let payload = this.#payload;
    for (const { values, length } of this.#sparse) if (Number.isNaN(values[row])) payload -= length;
    return payload;
  }

  /** Writes the header of a row's record; the values come later, with those of the other rows of the page. */
  putHeader(page: DataView, start: number, slot: number, row: number): void {
    const header = this.#header;
    const words = this.#words;
    for (let i = 0; i < words.length; i++) page.setInt32(start + i * 4, words[i]!);
    for (let i = words.length * 4; i < header.length; i++) page.setUint8(start + i, header[i]!);
    for (const { values, place } of this.#sparse) if (Number.isNaN(values[row])) page.setUint8(start + 1 + place, NULL);
    this.#cursors[slot] = start + header.length;
  }

  /** Writes the values of the rows whose headers are in the page. */
  putValues(page: DataView, from: number, to: number): void {
    this.#columns.forEach((values, i) => {
      putColumn(page, this.#cursors, values, from, to, this.#types[i]!);
    });
  }
}

/** The smallest serial type that holds all values, and whether some are NaN. 0 and 1 have types of their own, which are not used. */
function rangeOf(values: Float64Array, length: number): { type: number; hasNulls: boolean } {
  let least = 0;
  let most = 0;
  let hasNulls = false;
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (value > most) most = value;
    else if (value < least) least = value;
    else if (Number.isNaN(value)) hasNulls = true;
  }
  // A negative number -n needs the bits of n - 1.
  return { type: typeOf(Math.max(most, -least - 1)), hasNulls };
}

function typeOf(most: number): number {
  if (most < 0x80) return 1;
  if (most < 0x8000) return 2;
  if (most < 0x80_0000) return 3;
  if (most < 0x8000_0000) return 4;
  return most < 0x8000_0000_0000 ? INT48 : INT64;
}

/** Writes one column of rows, big-endian in two's complement, each at its cursor, which moves on. NaN is not written. */
function putColumn(
  page: DataView,
  cursors: Int32Array,
  values: Float64Array,
  from: number,
  to: number,
  type: number,
): void {
  if (type < INT48) putInts(page, cursors, values, from, to, LENGTHS[type]!);
  else putLongs(page, cursors, values, from, to, LENGTHS[type]!);
}

/** One to four bytes each. */
function putInts(
  page: DataView,
  cursors: Int32Array,
  values: Float64Array,
  from: number,
  to: number,
  length: number,
): void {
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const bits = value | 0;
    const at = cursors[row - from]!;
    cursors[row - from] = at + length;
    if (length === 4) page.setInt32(at, bits);
    else if (length === 2) page.setInt16(at, bits);
    else if (length === 1) page.setInt8(at, bits);
    else {
      page.setInt16(at, bits >> 8);
      page.setInt8(at + 2, bits);
    }
  }
}

/** Six or eight bytes each. */
function putLongs(
  page: DataView,
  cursors: Int32Array,
  values: Float64Array,
  from: number,
  to: number,
  length: number,
): void {
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const high = Math.floor(value / 4_294_967_296);
    const end = cursors[row - from]! + length;
    cursors[row - from] = end;
    // Bits beyond 32 are cut off.
    page.setInt32(end - 4, value | 0);
    if (length === 6) page.setInt16(end - 6, high);
    else page.setInt32(end - 8, high);
  }
}
