import type { Database } from 'better-sqlite3';
import { dayOf, type Period } from './period.ts';
import { type Cell, placeholders, Statements } from './statements.ts';

/** What a KPI is asked for. Texts are compared exactly; '' is a missing one. Several values of a field are alternatives. */
export interface KpiFilter {
  /** First day, `YYYY-MM-DD`. With `from` or `to`, sales of unknown day are left out. */
  readonly from?: string;
  /** Last day, included. */
  readonly to?: string;
  readonly region?: string | readonly string[];
  readonly store?: string | readonly string[];
  readonly category?: string | readonly string[];
  readonly product?: string | readonly string[];
}

/** Which part of the answers to return. */
export interface Page {
  readonly limit?: number;
  readonly offset?: number;
}

/** A filter as keys: null is any. */
export interface Selection {
  readonly period: Period;
  readonly stores: readonly number[] | null;
  /** The stores that are not meant, where they are fewer than those that are. */
  readonly otherStores: readonly number[] | null;
  readonly products: readonly number[] | null;
  /** Set where the products are all those of some categories. */
  readonly categories?: readonly number[] | null;
}

/** SQL and what is bound to it. */
export interface Query {
  readonly sql: string;
  readonly values: readonly Cell[];
}

/** Runs several queries on one snapshot of the database. */
export function onSnapshot<T>(db: Database, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work)();
}

export function selectionOf(db: Database, filter: KpiFilter): Selection {
  const { from, to, region, store, category, product } = filter;
  const stores = keysOf(db, 'stores', 'store_key', { region, store_id: store });
  return {
    period: { from: from === undefined ? null : dayOf(from), to: to === undefined ? null : dayOf(to) },
    stores,
    otherStores: stores && othersIfFewer(db, stores),
    products: keysOf(db, 'products', 'product_key', { category, product_id: product }),
    categories: product === undefined ? keysOf(db, 'categories', 'category_key', { category }) : null,
  };
}

type Texts = string | readonly string[] | undefined;

function keysOf(db: Database, table: string, key: string, wanted: Record<string, Texts>): number[] | null {
  const conditions: string[] = [];
  const values: string[] = [];
  for (const [column, texts] of Object.entries(wanted)) {
    if (texts === undefined) continue;
    const list = typeof texts === 'string' ? [texts] : texts;
    conditions.push(`${column} IN ${placeholders(list.length)}`);
    values.push(...list);
  }
  if (conditions.length === 0) return null;
  const sql = `SELECT ${key} FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY ${key}`;
  return Statements.of(db)
    .get(sql)
    .pluck()
    .all(...values) as number[];
}

function othersIfFewer(db: Database, stores: readonly number[]): number[] | null {
  const meant = new Set(stores);
  const all = Statements.of(db).get('SELECT store_key FROM stores').pluck().all() as number[];
  return stores.length * 2 > all.length ? all.filter((key) => !meant.has(key)) : null;
}

/** LIMIT and OFFSET for a page, to be bound. */
export function pageValues({ limit, offset }: Page): [limit: number, offset: number] {
  return [limit ?? -1, offset ?? 0];
}
