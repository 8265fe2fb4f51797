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

/** The keys of one dimension for one stream of batches, found once per combination of dictionary codes. */
export class KeyColumn {
  readonly #names: readonly [string, string?, string?];
  readonly #dimension: Dimension;
  readonly #cache = new CodeCache();
  readonly #keys = new Scratch();
  #columns: readonly (Coded | null)[] = [];

  constructor(dimension: Dimension, ...names: readonly [string, string?, string?]) {
    this.#dimension = dimension;
    this.#names = names;
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#cache.clear();
  }

  /** The key of each row, good until the next batch; with `missing`, that where the first text is missing. */
  keys(batch: Batch, missing?: number): Float64Array {
    const columns = this.#read(batch);
    const keys = this.#keys.take(batch.length);
    const [a, b, c] = columns.map((column) => column?.codes);
    for (let row = 0; row < keys.length; row++) {
      const codeA = a ? a[row]! : -1;
      if (codeA < 0 && missing !== undefined) keys[row] = missing;
      else keys[row] = this.#key(codeA, b ? b[row]! : -1, c ? c[row]! : -1);
    }
    return keys;
  }

  #read(batch: Batch): readonly (Coded | null)[] {
    const columns = this.#names.map((name) => coded(name === undefined ? undefined : batch.columns.get(name)));
    const same = columns.every((column, i) => column?.values === this.#columns[i]?.values);
    if (!same) this.#cache.clear();
    this.#columns = columns;
    return columns;
  }

  #key(a: number, b: number, c: number): number {
    const known = this.#cache.get(a, b, c);
    if (known >= 0) return known;
    const [first = null, second = null, third = null] = this.#columns;
    const key = this.#dimension.keyOf(textOf(first, a), textOf(second, b), textOf(third, c));
    this.#cache.set(a, b, c, key);
    return key;
  }
}
