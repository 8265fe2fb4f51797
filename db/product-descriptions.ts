import type { Batch } from '../engine/batch.ts';
import { MONEY_SCALE } from '../engine/decimal.ts';
import { integers } from './fact-rows.ts';
import type { Cell, Statements } from './statements.ts';

const COLUMNS = ['product_name', 'brand', 'cost_price'] as const;

type Getter = (row: number) => Cell;

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
    const getters = COLUMNS.map((name) => getter(batch, name));
    const bits = getters.reduce((sum, get, index) => (get ? sum | (1 << index) : sum), 0);
    if (bits === 0) return;
    const next = (from: number) => firstUnknown(productKeys, from, this.#known, bits);
    for (let row = next(0); row < productKeys.length; row = next(row + 1)) {
      this.#describe(productKeys[row]!, getters, row);
    }
  }

  /** Keeps what a row says of its product, as far as it is not known. */
  #describe(key: number, getters: readonly (Getter | null)[], row: number): void {
    getters.forEach((get, index) => {
      if (!get || (key < this.#known.length && this.#known[key]! & (1 << index))) return;
      const value = get(row);
      if (value === null) return;
      const name = COLUMNS[index]!;
      this.#statements.get(`UPDATE products SET ${name} = ? WHERE product_key = ? AND ${name} IS NULL`).run(value, key);
      this.#remember(key, 1 << index);
    });
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

/** The first row, from one on, whose product is not known in all that the bits stand for. */
function firstUnknown(productKeys: Float64Array, from: number, known: Uint8Array, bits: number): number {
  const { length } = productKeys;
  for (let row = from; row < length; row++) {
    const key = productKeys[row]!;
    if (key >= known.length || (known[key]! & bits) !== bits) return row;
  }
  return length;
}

function getter(batch: Batch, name: (typeof COLUMNS)[number]): Getter | null {
  const column = batch.columns.get(name);
  if (!column) return null;
  if (name !== 'cost_price') return (row) => column.get(row);
  const values = integers(column, MONEY_SCALE)!;
  return (row) => (Number.isNaN(values[row]) ? null : values[row]!);
}
