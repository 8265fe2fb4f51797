/**
 * Builds pages of SQLite's file format (https://www.sqlite.org/fileformat2.html) in memory: b-trees of rows of integers, in key order.
 * Rows that SQLite finds in a file it can copy; that takes a third of the time of binding them value by value.
 */

import { ascends } from './ascending.ts';
import { putHeader, putVarint, varintLength } from './page-bytes.ts';
import { RowLayout } from './row-layout.ts';

const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;
const TABLE_LEAF = 0x0d;
const TABLE_INTERIOR = 0x05;

/** A page, to be filled. */
export interface Page {
  readonly number: number;
  readonly bytes: DataView;
}

/** Where pages are kept: numbers are given out in order, and a page is lent until the next one is asked for. */
export interface PageStore {
  readonly pageBytes: number;
  add(): Page;
  /** Puts a page at a number that was set aside for it. */
  put(number: number, bytes: DataView): void;
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
  readonly #layout: RowLayout;
  #leaves: Child[] = [];
  #page: Page | null = null;
  #cells = 0;
  /** Where the cells begin: they grow down from the end of the page. */
  #top = 0;
  #lastKey = Number.NEGATIVE_INFINITY;
  #rows = 0;

  /** `columns`: how many the table has, its key included, which must be fewer than 100. `root`: the page set aside for the root. */
  constructor(store: PageStore, root: number, columns: number) {
    this.#store = store;
    this.#root = root;
    this.#layout = new RowLayout(columns, store.pageBytes);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Can these keys go on where the last ones ended? They have to ascend, and be from 0 to 2^53. */
  accepts(keys: Float64Array, length: number): boolean {
    return ascends(keys, length, Math.max(this.#lastKey, -1));
  }

  /**
   * Adds rows. `columns[i]` has the values of the table's column `places[i]`, NaN for NULL; columns not named are NULL. Places ascend.
   * Throws a RangeError for infinity.
   */
  add(keys: Float64Array, columns: readonly Float64Array[], places: Int32Array, length: number): void {
    this.#layout.take(keys, columns, places, length);
    let page = this.#page ?? this.#turnPage();
    for (let row = 0; ; page = this.#turnPage()) {
      const list = LEAF_HEADER + this.#cells * 2;
      const count = this.#layout.put(page.bytes, list, this.#top, row);
      row += count;
      this.#cells += count;
      if (count > 0) this.#top = page.bytes.getUint16(list + count * 2 - 2);
      if (row > 0) this.#lastKey = keys[row - 1]!;
      if (row === length) break;
    }
    this.#rows += length;
  }

  #turnPage(): Page {
    this.#closeLeaf();
    this.#page = this.#store.add();
    this.#cells = 0;
    this.#top = this.#store.pageBytes;
    return this.#page;
  }

  #closeLeaf(): void {
    if (!this.#page) return;
    putHeader(this.#page.bytes, TABLE_LEAF, this.#cells, this.#top);
    this.#leaves.push({ page: this.#page.number, key: this.#lastKey });
  }

  /** Completes the tree; its root is then in the page set aside, and the image is empty again. */
  finish(): void {
    const { bytes } = this.#page ?? this.#turnPage();
    this.#closeLeaf();
    if (this.#leaves.length === 1) this.#store.put(this.#root, bytes);
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
    this.#layout.clear();
    this.#leaves = [];
    this.#page = null;
    this.#lastKey = Number.NEGATIVE_INFINITY;
    this.#rows = 0;
  }
}

/** Fills an interior page with as many children as it holds, from `from` on; returns how many those are. */
function putInterior(page: DataView, pageBytes: number, children: readonly Child[], from: number): number {
  let top = pageBytes;
  let cells = 0;
  const last = lastOf(pageBytes, children, from);
  for (let next = from; next < last; next++) {
    const { page: child, key } = children[next]!;
    top -= 4 + varintLength(key);
    page.setUint32(top, child);
    putVarint(page, top + 4, key);
    page.setUint16(INTERIOR_HEADER + cells++ * 2, top);
  }
  putHeader(page, TABLE_INTERIOR, cells, top);
  page.setUint32(8, children[last]!.page);
  return last - from + 1;
}

/**
 * The last child of an interior page that begins with the one at `from`. It is the page's rightmost pointer and needs no cell; as a
 * page without any cell is malformed, none is left alone for the next page.
 */
function lastOf(pageBytes: number, children: readonly Child[], from: number): number {
  const end = children.length - 1;
  let room = pageBytes - INTERIOR_HEADER;
  let last = from;
  for (; last < end; last++) {
    room -= 2 + 4 + varintLength(children[last]!.key);
    if (room < 0) break;
  }
  return last === end - 1 ? last - 1 : last;
}
