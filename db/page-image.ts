/**
 * Builds pages of SQLite's file format (https://www.sqlite.org/fileformat2.html) in memory: b-trees of rows of integers, in key order.
 * Rows that SQLite finds in a file it can copy; that takes a third of the time of binding them value by value.
 */

const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;
const TABLE_LEAF = 0x0d;
const TABLE_INTERIOR = 0x05;

/** Serial types of a record's header. */
const NULL = 0;
const INT48 = 5;
const INT64 = 6;
const ZERO = 8;
const ONE = 9;

/** Where pages are kept: numbers are given out in order, and a page's bytes are lent until the next one is asked for. */
export interface PageStore {
  readonly pageBytes: number;
  add(): { readonly number: number; readonly bytes: Uint8Array };
  /** Puts a page at a number that was set aside for it. */
  put(number: number, bytes: Uint8Array): void;
}

/** A page that an interior page points to, and the highest key below it. */
interface Child {
  readonly page: number;
  readonly key: number;
}

/** The b-tree of a table with an INTEGER PRIMARY KEY, whose other columns are integers. */
export class TableImage {
  readonly #store: PageStore;
  readonly #root: number;
  /** Bytes of a record's header; its types follow the first one, which is this length. */
  readonly #header: number;
  readonly #types: Uint8Array;
  #leaves: Child[] = [];
  #page: Uint8Array | null = null;
  #number = 0;
  #cells = 0;
  /** Where the cells begin: they grow down from the end of the page. */
  #top = 0;
  #lastKey = Number.NEGATIVE_INFINITY;
  #rows = 0;

  /** `columns`: how many the table has, its key included, which must be fewer than 100. `root`: the page set aside for the root. */
  constructor(store: PageStore, root: number, columns: number) {
    this.#store = store;
    this.#root = root;
    this.#header = columns + 1;
    this.#types = new Uint8Array(columns);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Can these keys go on where the last ones ended? They have to ascend, and be from 0 to 2^53. */
  accepts(keys: Float64Array, length: number): boolean {
    let last = Math.max(this.#lastKey, -1);
    for (let row = 0; row < length; row++) {
      const key = keys[row]!;
      if (!(key > last)) return false;
      last = key;
    }
    return true;
  }

  /** Adds rows. `columns[i]` has the values of the table's column `places[i]`, NaN for NULL; columns not named are NULL. */
  add(keys: Float64Array, columns: readonly Float64Array[], places: Int32Array, length: number): void {
    this.#types.fill(NULL);
    for (let row = 0; row < length; row++) this.#addRow(keys[row]!, columns, places, row);
    this.#rows += length;
  }

  #addRow(key: number, columns: readonly Float64Array[], places: Int32Array, row: number): void {
    const types = this.#types;
    const header = this.#header;
    let payload = header;
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i]![row]!;
      const type = typeOf(value);
      types[places[i]!] = type;
      payload += LENGTHS[type]!;
    }
    const size = payload + (payload < 128 ? 1 : 2) + varintLength(key);
    if (this.#page === null || LEAF_HEADER + this.#cells * 2 + 2 + size > this.#top) this.#turnPage();
    const page = this.#page!;
    this.#top -= size;
    let at = this.#top;
    const pointer = LEAF_HEADER + this.#cells++ * 2;
    page[pointer] = at >>> 8;
    page[pointer + 1] = at;
    at = putVarint(page, at, payload);
    at = putVarint(page, at, key);
    page[at++] = header;
    for (let i = 0; i < types.length; i++) page[at++] = types[i]!;
    for (let i = 0; i < columns.length; i++) at = putInteger(page, at, columns[i]![row]!, types[places[i]!]!);
    this.#lastKey = key;
  }

  #turnPage(): void {
    this.#closeLeaf();
    const { number, bytes } = this.#store.add();
    this.#page = bytes;
    this.#number = number;
    this.#cells = 0;
    this.#top = this.#store.pageBytes;
  }

  #closeLeaf(): void {
    if (!this.#page) return;
    putHeader(this.#page, TABLE_LEAF, this.#cells, this.#top);
    this.#leaves.push({ page: this.#number, key: this.#lastKey });
  }

  /** Completes the tree; its root is then in the page set aside, and the image is empty again. */
  finish(): void {
    if (this.#page === null) this.#turnPage();
    this.#closeLeaf();
    if (this.#leaves.length === 1) this.#store.put(this.#root, this.#page!);
    else this.#finishInterior(this.#leaves);
    this.clear();
  }

  #finishInterior(children: readonly Child[]): void {
    const parents: Child[] = [];
    for (let from = 0; from < children.length; ) {
      const { number, bytes } = this.#store.add();
      const count = putInterior(bytes, this.#store.pageBytes, children, from);
      from += count;
      if (count === children.length) this.#store.put(this.#root, bytes);
      parents.push({ page: number, key: children[from - 1]!.key });
    }
    if (parents.length > 1) this.#finishInterior(parents);
  }

  clear(): void {
    this.#leaves = [];
    this.#page = null;
    this.#lastKey = Number.NEGATIVE_INFINITY;
    this.#rows = 0;
  }
}

/** Bytes of a value by its serial type. */
const LENGTHS = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 0, 0, 0);

/** The smallest serial type that holds an integer; NaN is NULL. */
function typeOf(value: number): number {
  if (value === (value | 0)) {
    if (value < 128 && value >= -128) return value === 0 ? ZERO : value === 1 ? ONE : 1;
    if (value < 32_768 && value >= -32_768) return 2;
    return value < 8_388_608 && value >= -8_388_608 ? 3 : 4;
  }
  if (Number.isNaN(value)) return NULL;
  return value < 140_737_488_355_328 && value >= -140_737_488_355_328 ? INT48 : INT64;
}

/** Writes an integer, big-endian in two's complement, and returns where it ends. */
function putInteger(page: Uint8Array, at: number, value: number, type: number): number {
  switch (type) {
    case 4:
      page[at++] = value >> 24;
      page[at++] = value >> 16;
      page[at++] = value >> 8;
      page[at++] = value;
      return at;
    case 3:
      page[at++] = value >> 16;
      page[at++] = value >> 8;
      page[at++] = value;
      return at;
    case 2:
      page[at++] = value >> 8;
      page[at++] = value;
      return at;
    case 1:
      page[at++] = value;
      return at;
    case INT48:
    case INT64:
      return putLong(page, at, value, LENGTHS[type]!);
    default:
      return at;
  }
}

function putLong(page: Uint8Array, start: number, value: number, length: number): number {
  const high = Math.floor(value / 4_294_967_296);
  let at = start;
  if (length === 8) {
    page[at++] = high >> 24;
    page[at++] = high >> 16;
  }
  page[at++] = high >> 8;
  page[at++] = high;
  page[at++] = value >> 24;
  page[at++] = value >> 16;
  page[at++] = value >> 8;
  page[at++] = value;
  return at;
}

function varintLength(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  let length = 2;
  for (let limit = 16_384; value >= limit; limit *= 128) length++;
  return length;
}

/** Writes an integer from 0 to 2^56 as a varint, and returns where it ends. */
function putVarint(page: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    page[at] = value;
    return at + 1;
  }
  const end = at + varintLength(value);
  let low = value % 268_435_456;
  let high = (value - low) / 268_435_456;
  let place = end - 1;
  for (let i = 0; i < 4 && place >= at; i++, place--) {
    page[place] = (low & 0x7f) | 0x80;
    low >>>= 7;
  }
  for (; place >= at; place--) {
    page[place] = (high & 0x7f) | 0x80;
    high >>>= 7;
  }
  page[end - 1]! &= 0x7f;
  return end;
}

function putHeader(page: Uint8Array, type: number, cells: number, top: number): void {
  page[0] = type;
  page[1] = 0;
  page[2] = 0;
  page[3] = cells >>> 8;
  page[4] = cells;
  page[5] = top >>> 8;
  page[6] = top;
  page[7] = 0;
}

/** Fills an interior page with as many children as it holds, from `from` on; returns how many those are. */
function putInterior(page: Uint8Array, pageBytes: number, children: readonly Child[], from: number): number {
  let top = pageBytes;
  let cells = 0;
  let next = from;
  // The last child of the page is its rightmost pointer and needs no cell; a page never is left with that one alone.
  for (; next < children.length - 1; next++) {
    const { page: child, key } = children[next]!;
    const size = 4 + varintLength(key);
    if (INTERIOR_HEADER + cells * 2 + 2 + size > top) break;
    top -= size;
    putNumber(page, top, child);
    putVarint(page, top + 4, key);
    const pointer = INTERIOR_HEADER + cells++ * 2;
    page[pointer] = top >>> 8;
    page[pointer + 1] = top;
  }
  putHeader(page, TABLE_INTERIOR, cells, top);
  putNumber(page, 8, children[next]!.page);
  return next - from + 1;
}

/** A 32-bit number as the file format has them. */
export function putNumber(page: Uint8Array, at: number, value: number): void {
  page[at] = value >>> 24;
  page[at + 1] = value >>> 16;
  page[at + 2] = value >>> 8;
  page[at + 3] = value;
}
