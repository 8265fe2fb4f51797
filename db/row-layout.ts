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
  putHeader(page: Uint8Array, start: number, slot: number, row: number): void {
    const header = this.#header;
    for (let i = 0; i < header.length; i++) page[start + i] = header[i]!;
    for (const { values, place } of this.#sparse) if (Number.isNaN(values[row])) page[start + 1 + place] = NULL;
    this.#cursors[slot] = start + header.length;
  }

  /** Writes the values of the rows whose headers are in the page. */
  putValues(page: Uint8Array, from: number, to: number): void {
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
  page: Uint8Array,
  cursors: Int32Array,
  values: Float64Array,
  from: number,
  to: number,
  type: number,
): void {
  if (type === 1) putBytes(page, cursors, values, from, to);
  else if (type < INT48) putInts(page, cursors, values, from, to, LENGTHS[type]!);
  else putLongs(page, cursors, values, from, to, LENGTHS[type]!);
}

function putBytes(page: Uint8Array, cursors: Int32Array, values: Float64Array, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value)) page[cursors[row - from]!++] = value;
  }
}

/** Two to four bytes each. */
function putInts(
  page: Uint8Array,
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
    const end = cursors[row - from]! + length;
    cursors[row - from] = end;
    page[end - 1] = bits;
    page[end - 2] = bits >> 8;
    if (length === 2) continue;
    page[end - 3] = bits >> 16;
    if (length === 4) page[end - 4] = bits >> 24;
  }
}

/** Six or eight bytes each. */
function putLongs(
  page: Uint8Array,
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
    // Bits beyond 32 are cut off.
    const low = value | 0;
    const end = cursors[row - from]! + length;
    cursors[row - from] = end;
    page[end - 1] = low;
    page[end - 2] = low >> 8;
    page[end - 3] = low >> 16;
    page[end - 4] = low >> 24;
    page[end - 5] = high;
    page[end - 6] = high >> 8;
    if (length === 6) continue;
    page[end - 7] = high >> 16;
    page[end - 8] = high >> 24;
  }
}
