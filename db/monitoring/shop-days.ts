import type { Database } from 'better-sqlite3';
import { FIRST_KNOWN } from '../period.ts';
import { Statements } from '../statements.ts';

/** One day of a store or of a category. Money in 1/10,000 of the currency unit, quantities in 1/1,000. */
export interface DaySums {
  readonly day: number;
  readonly lines: number;
  readonly orders: number;
  readonly quantity: number;
  readonly revenue: number;
  readonly profit: number;
  readonly costed_revenue: number;
}

export interface StoreDay extends DaySums {
  readonly store_id: string;
  readonly region: string;
}

/** The first and the last known day with sales, the last being at most `to`; undefined if there is none. */
export function daysWithSales(db: Database, to: number): { readonly first: number; readonly last: number } | undefined {
  const sql = 'SELECT min(day) AS first, max(day) AS last FROM daily_store WHERE day BETWEEN ? AND ? AND lines > 0';
  const found = Statements.of(db).get(sql).get(FIRST_KNOWN, to) as { first: number | null; last: number | null };
  return found.first === null || found.last === null ? undefined : { first: found.first, last: found.last };
}

const SUMS = `sum(lines) AS lines, sum(quantity) AS quantity, sum(revenue) AS revenue, sum(profit) AS profit,
  sum(costed_revenue) AS costed_revenue`;

/** By day and store; a store whose region or currency differs from day to day is one. */
export function storeDays(db: Database, from: number, to: number): StoreDay[] {
  const sql = `
    SELECT day, store_id, region, ${SUMS}, sum(orders) AS orders FROM daily_store JOIN stores USING (store_key)
    WHERE day BETWEEN ? AND ? GROUP BY day, store_id, iif(store_id = '', region, '') ORDER BY day`;
  return Statements.of(db).get(sql).all(from, to) as StoreDay[];
}

export interface CategoryDay extends DaySums {
  readonly category: string;
}

/** By day and category. Orders are not known of categories: 0. */
export function categoryDays(db: Database, from: number, to: number): CategoryDay[] {
  const sql = `
    SELECT day, category, ${SUMS}, 0 AS orders FROM daily_category JOIN categories USING (category_key)
    WHERE day BETWEEN ? AND ? GROUP BY day, category_key ORDER BY day`;
  return Statements.of(db).get(sql).all(from, to) as CategoryDay[];
}

/** `[day, store_key, product_key, quantity, revenue]` of each cell, by day. */
export function cells(db: Database, from: number, to: number): IterableIterator<readonly number[]> {
  const sql = `
    SELECT day, store_key, product_key, quantity, revenue FROM daily_sales WHERE day BETWEEN ? AND ? AND quantity > 0 AND revenue > 0`;
  return db.prepare(sql).raw().iterate(from, to) as IterableIterator<readonly number[]>;
}

/** Keys to what they stand for. */
export function storeNames(db: Database): Map<number, { readonly store_id: string; readonly region: string }> {
  const rows = Statements.of(db).get('SELECT store_key, store_id, region FROM stores').all();
  return new Map(
    (rows as { store_key: number; store_id: string; region: string }[]).map((row) => [row.store_key, row]),
  );
}

export function productNames(db: Database): Map<number, { readonly product_id: string; readonly category: string }> {
  const rows = Statements.of(db).get('SELECT product_key, product_id, category FROM products').all();
  return new Map(
    (rows as { product_key: number; product_id: string; category: string }[]).map((row) => [row.product_key, row]),
  );
}

/** Of each product with sales in the days: the first and last of them, on how many it sold, and how many lines. */
export interface ProductSpan {
  readonly product_id: string;
  readonly first: number;
  readonly last: number;
  readonly days: number;
  readonly lines: number;
}

export function productSpans(db: Database, from: number, to: number): ProductSpan[] {
  const sql = `
    SELECT product_id, min(day) AS first, max(day) AS last, count(DISTINCT day) AS days, sum(lines) AS lines
    FROM daily_product JOIN products USING (product_key) WHERE day BETWEEN ? AND ? AND lines > 0 GROUP BY product_id`;
  return Statements.of(db).get(sql).all(from, to) as ProductSpan[];
}
