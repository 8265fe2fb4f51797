import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE } from '../engine/decimal.ts';
import { integers } from './fact-rows.ts';
import type { Cell, Statements } from './statements.ts';

const COLUMNS = ['product_name', 'brand', 'cost_price'] as const;

/** Fills in what is not yet known of products: the first name, brand and list cost that any of their rows brings. */
export class ProductDescriptions {
  readonly #statements: Statements;
  /** By product key: which of COLUMNS are known, as bits. */
  #known = new Uint8Array(256);

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  clear(): void {
    this.#known.fill(0);
  }

  add(batch: Batch, productKeys: Float64Array): void {
    COLUMNS.forEach((name, index) => {
      const get = getter(batch, name);
      if (get) this.#addColumn(name, 1 << index, get, productKeys);
    });
  }

  #addColumn(name: string, bit: number, get: (row: number) => Cell, productKeys: Float64Array): void {
    for (let row = 0; row < productKeys.length; row++) {
      const key = productKeys[row]!;
      if (key < this.#known.length && this.#known[key]! & bit) continue;
      const value = get(row);
      if (value === null) continue;
      this.#statements.get(`UPDATE products SET ${name} = ? WHERE product_key = ? AND ${name} IS NULL`).run(value, key);
      this.#remember(key, bit);
    }
  }

  #remember(key: number, bit: number): void {
    if (key >= this.#known.length) {
      const larger = new Uint8Array(key * 2);
      larger.set(this.#known);
      this.#known = larger;
    }
    this.#known[key]! |= bit;
  }
}

function getter(batch: Batch, name: (typeof COLUMNS)[number]): ((row: number) => Cell) | null {
  const column = batch.columns.get(name);
  if (!column) return null;
  if (name !== 'cost_price') return (row) => column.get(row);
  const values = integers(column, MONEY_SCALE)!;
  return (row) => (Number.isNaN(values[row]) ? null : values[row]!);
}
