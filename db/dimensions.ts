import type { Statement } from 'better-sqlite3';
import type { Batch } from '../engine/batch.ts';
import { CodeCache } from './code-cache.ts';
import { type Coded, coded, textOf } from './coded.ts';
import { Scratch } from './scratch.ts';
import { placeholders, type Statements } from './statements.ts';

/** Rows of a dimension kept in memory; beyond these it starts anew. */
const MOST_KNOWN = 200_000;

/** Finds the keys of a dimension's rows by the texts that identify them, '' being a missing one, and adds rows that are new. */
export class Dimension {
  readonly #select: Statement<unknown[]>;
  readonly #insert: Statement<unknown[]>;
  readonly #columns: number;
  readonly #known = new Map<string, number>();

  constructor(statements: Statements, table: string, key: string, columns: readonly string[]) {
    const conditions = columns.map((column) => `${column} = ?`).join(' AND ');
    this.#select = statements.get(`SELECT ${key} FROM ${table} WHERE ${conditions}`).pluck();
    this.#insert = statements.get(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${placeholders(columns.length)}`,
    );
    this.#columns = columns.length;
  }

  keyOf(...texts: readonly [string, string, string]): number {
    const name = texts.join('\u0000');
    let key = this.#known.get(name);
    if (key === undefined) {
      const values = texts.slice(0, this.#columns);
      key = (this.#select.get(...values) as number | undefined) ?? Number(this.#insert.run(...values).lastInsertRowid);
      if (this.#known.size === MOST_KNOWN) this.#known.clear();
      this.#known.set(name, key);
    }
    return key;
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#known.clear();
  }
}

/** The dimensions of the warehouse. */
export class Dimensions {
  readonly store: Dimension;
  readonly product: Dimension;
  readonly payment: Dimension;
  readonly category: Dimension;

  constructor(statements: Statements) {
    this.store = new Dimension(statements, 'stores', 'store_key', ['store_id', 'region', 'currency']);
    this.product = new Dimension(statements, 'products', 'product_key', ['product_id', 'category']);
    this.payment = new Dimension(statements, 'payments', 'payment_key', ['payment_method']);
    this.category = new Dimension(statements, 'categories', 'category_key', ['category']);
  }

  clear(): void {
    for (const dimension of [this.store, this.product, this.payment, this.category]) dimension.clear();
  }
}

/** Of each code of the first text: the other two codes it was last seen with, and the key of the three. */
const RECENT = 3;
const NOTHING = -2;

/** The keys of one dimension for one stream of batches, found once per combination of dictionary codes. */
export class KeyColumn {
  readonly #names: readonly [string, string?, string?];
  readonly #dimension: Dimension;
  readonly #cache = new CodeCache();
  readonly #keys = new Scratch();
  /** Most first texts come with the same others all the time: products with their category. */
  #recent = new Int32Array(0);
  /** Codes of a text that the batch has not. */
  #absent = new Int32Array(0);
  #columns: readonly (Coded | null)[] = [];

  constructor(dimension: Dimension, ...names: readonly [string, string?, string?]) {
    this.#dimension = dimension;
    this.#names = names;
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#cache.clear();
    this.#recent.fill(NOTHING);
  }

  /** The key of each row, good until the next batch; with `missing`, that where the first text is missing. */
  keys(batch: Batch, missing?: number): Float64Array {
    this.#read(batch);
    const [a, b, c] = [this.#codes(0), this.#codes(1), this.#codes(2)];
    const keys = this.#keys.take(batch.length);
    for (let row = 0; ; row++) {
      row = putRecent(keys, row, this.#recent, a, b, c);
      if (row === keys.length) return keys;
      keys[row] = a[row]! < 0 && missing !== undefined ? missing : this.#key(a[row]!, b[row]!, c[row]!);
    }
  }

  #read(batch: Batch): void {
    const columns = this.#names.map((name) => coded(name === undefined ? undefined : batch.columns.get(name)));
    if (columns.some((column, i) => column?.values !== this.#columns[i]?.values)) this.clear();
    this.#columns = columns;
    this.#recent = reserved(this.#recent, ((columns[0]?.values.length ?? 0) + 1) * RECENT, NOTHING);
    this.#absent = reserved(this.#absent, batch.length, -1);
  }

  #codes(column: number): Int32Array {
    return this.#columns[column]?.codes ?? this.#absent;
  }

  #key(a: number, b: number, c: number): number {
    let key = this.#cache.get(a, b, c);
    if (key < 0) {
      const [first = null, second = null, third = null] = this.#columns;
      key = this.#dimension.keyOf(textOf(first, a), textOf(second, b), textOf(third, c));
      this.#cache.set(a, b, c, key);
    }
    this.#recent.set([b, c, key], (a + 1) * RECENT);
    return key;
  }
}

/** Sets keys from a row on, up to one that is not among the recent ones, which is returned. A loop that calls nothing takes half the time. */
function putRecent(
  keys: Float64Array,
  from: number,
  recent: Int32Array,
  a: Int32Array,
  b: Int32Array,
  c: Int32Array,
): number {
  const { length } = keys;
  for (let row = from; row < length; row++) {
    const at = (a[row]! + 1) * RECENT;
    if (recent[at] !== b[row] || recent[at + 1] !== c[row]) return row;
    keys[row] = recent[at + 2]!;
  }
  return length;
}

/** The same integers, and behind them `value`, where there are fewer than `length`. */
function reserved(integers: Int32Array<ArrayBuffer>, length: number, value: number): Int32Array<ArrayBuffer> {
  if (integers.length >= length) return integers;
  const more = new Int32Array(length * 2).fill(value);
  more.set(integers);
  return more;
}
