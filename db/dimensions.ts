import type { Batch } from '../engine/batch.ts';
import { CodeCache } from './code-cache.ts';
import { type Coded, coded, textOf } from './coded.ts';
import type { Statements } from './statements.ts';

/** Finds the key of a dimension's row by its texts, and adds the row if it is new. */
export type FindKey = (a: string, b: string, c: string) => number;

/** Keys of stores, products and payment methods, for the texts that identify them; '' is a missing text. */
export class Dimensions {
  readonly store: FindKey;
  readonly product: FindKey;
  readonly payment: FindKey;

  constructor(statements: Statements) {
    this.store = finder(statements, 'stores', 'store_key', ['store_id', 'region', 'currency']);
    this.product = finder(statements, 'products', 'product_key', ['product_id', 'category']);
    this.payment = finder(statements, 'payments', 'payment_key', ['payment_method']);
  }
}

function finder(statements: Statements, table: string, key: string, columns: readonly string[]): FindKey {
  const select = `SELECT ${key} FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}`;
  const insert = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  return (...texts) => {
    const values = texts.slice(0, columns.length);
    const found = statements
      .get(select)
      .pluck()
      .get(...values) as number | undefined;
    return found ?? Number(statements.get(insert).run(...values).lastInsertRowid);
  };
}

/** The keys of one dimension for one stream of batches, found once per combination of dictionary codes. */
export class KeyColumn {
  readonly #names: readonly [string, string?, string?];
  readonly #find: FindKey;
  readonly #cache = new CodeCache();
  #columns: readonly (Coded | null)[] = [];

  constructor(find: FindKey, ...names: readonly [string, string?, string?]) {
    this.#find = find;
    this.#names = names;
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#cache.clear();
  }

  /** The key of each row; with `missing`, that where the first text is missing. */
  keys(batch: Batch, missing?: number): Float64Array {
    const columns = this.#read(batch);
    const keys = new Float64Array(batch.length);
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
    const key = this.#find(textOf(first, a), textOf(second, b), textOf(third, c));
    this.#cache.set(a, b, c, key);
    return key;
  }
}
