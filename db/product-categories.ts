import type { Dimension } from './dimensions.ts';
import { Scratch } from './scratch.ts';
import type { Statements } from './statements.ts';

/** The category of each product, by their keys. */
export class ProductCategories {
  readonly #statements: Statements;
  readonly #categories: Dimension;
  /** By product key; 0 is not yet known. */
  #known = new Int32Array(256);
  readonly #categoryKeys = new Scratch();

  constructor(statements: Statements, categories: Dimension) {
    this.#statements = statements;
    this.#categories = categories;
  }

  /** The category of each product, good until the next call. */
  of(productKeys: Float64Array, length: number): Float64Array {
    const categories = this.#categoryKeys.take(length);
    for (let i = 0; i < length; i++) {
      const product = productKeys[i]!;
      categories[i] = this.#known[product] || this.#find(product);
    }
    return categories;
  }

  /** Forgets all keys: they may have been rolled back. */
  clear(): void {
    this.#known.fill(0);
  }

  #find(productKey: number): number {
    const sql = 'SELECT category FROM products WHERE product_key = ?';
    const category = this.#statements.get(sql).pluck().get(productKey) as string;
    if (productKey >= this.#known.length) {
      const larger = new Int32Array(productKey * 2);
      larger.set(this.#known);
      this.#known = larger;
    }
    const key = this.#categories.keyOf(category, '', '');
    this.#known[productKey] = key;
    return key;
  }
}
