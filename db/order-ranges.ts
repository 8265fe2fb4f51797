import { ordersOfSales } from './orders-of-sales.ts';
import type { SaleSpan } from './sale-sequence.ts';
import type { Statements } from './statements.ts';

/** Orders that follow each other, and the sales that are their lines: see the migration that makes the table. */
export interface OrderRange {
  readonly firstRef: number;
  readonly lastRef: number;
  readonly firstSale: number;
  readonly lastSale: number;
  readonly orders: number;
  readonly lines: number;
}

/** How many orders of a range count on a day in a store. */
export type OrderCount = readonly [day: number, store: number, orders: number];

const SELECT = `
  SELECT first_ref AS firstRef, last_ref AS lastRef, first_sale AS firstSale, last_sale AS lastSale, orders, lines
  FROM order_ranges`;
const OF_SPAN = ordersOfSales('sale_id BETWEEN ? AND ?');

/** The table `order_ranges`. What the single orders of a range are can be read from its sales. */
export class OrderRanges {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  add({ firstRef, lastRef, firstSale, lastSale, orders, lines }: OrderRange): void {
    this.#statements
      .get(
        'INSERT INTO order_ranges (last_ref, first_ref, first_sale, last_sale, orders, lines) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(lastRef, firstRef, firstSale, lastSale, orders, lines);
  }

  /** Is no order known whose ref is among these? */
  isFree(firstRef: number, lastRef: number): boolean {
    const range = this.#from(firstRef);
    if (range && range.firstRef <= lastRef) return false;
    const sql = 'SELECT 1 FROM single_orders WHERE order_ref BETWEEN ? AND ? LIMIT 1';
    return this.#statements.get(sql).get(firstRef, lastRef) === undefined;
  }

  /** Makes single orders of the ranges that have any of these refs, which have to ascend, among theirs. */
  dissolve(refs: Float64Array): void {
    for (let i = 0; i < refs.length; ) {
      const range = this.#from(refs[i]!);
      if (!range) return;
      const isAmong = range.firstRef <= refs[i]!;
      if (isAmong) this.#dissolve(range);
      while (i < refs.length && (isAmong ? refs[i]! <= range.lastRef : refs[i]! < range.firstRef)) i++;
    }
  }

  /** Makes single orders of the ranges whose sales are from one id to another. */
  dissolveSales(span: SaleSpan): void {
    for (const range of this.ofSales(span)) this.#dissolve(range);
  }

  /** The ranges whose sales are from one id to another, in the order of the sales. */
  ofSales(span: SaleSpan): OrderRange[] {
    return this.#statements
      .get(`${SELECT} WHERE first_sale BETWEEN ? AND ? ORDER BY first_sale`)
      .all(...span) as OrderRange[];
  }

  /** What the orders of a range count as. */
  counts({ firstSale, lastSale }: OrderRange): OrderCount[] {
    const sql = `SELECT day, store_key, count(*) FROM (${OF_SPAN}) GROUP BY day, store_key`;
    return this.#statements.get(sql).raw().all(firstSale, lastSale) as unknown[] as OrderCount[];
  }

  remove({ lastRef }: OrderRange): void {
    this.#statements.get('DELETE FROM order_ranges WHERE last_ref = ?').run(lastRef);
  }

  /** The first range that ends at this ref or beyond. */
  #from(ref: number): OrderRange | undefined {
    const sql = `${SELECT} WHERE last_ref >= ? ORDER BY last_ref LIMIT 1`;
    return this.#statements.get(sql).get(ref) as OrderRange | undefined;
  }

  #dissolve(range: OrderRange): void {
    this.#statements
      .get(
        `INSERT INTO single_orders (order_ref, day, store_key, lines) SELECT order_ref, day, store_key, lines FROM (${OF_SPAN})`,
      )
      .run(range.firstSale, range.lastSale);
    this.remove(range);
  }
}
