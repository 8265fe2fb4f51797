import type { Database } from 'better-sqlite3';
import { divideHalfEven, MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import { type KpiFilter, onSnapshot, type Page, pageValues, type Selection, selectionOf } from './kpi-query.ts';
import { dayText } from './period.ts';
import { Statements } from './statements.ts';
import { edgeDay, sumsQuery } from './sums-query.ts';

export type { KpiFilter, Page } from './kpi-query.ts';
export { type TrendOptions, type TrendPoint, trend } from './trend.ts';

/**
 * Money is given in currency units as a number. Sums are integers in 1/10,000 up to here, so the number is the one nearest to
 * the exact sum and prints as it up to 900,000,000,000.
 */
interface Totals {
  readonly total_revenue: number;
  /** Of the sales whose cost is known. */
  readonly total_profit: number;
  /** Per cent, two decimals: the mean over day, store and product of their mean margins; null where no cost is known. */
  readonly avg_margin: number | null;
}

export interface RegionRevenue extends Totals {
  readonly region: string;
}

export interface ProductRevenue extends Totals {
  readonly product_id: string;
}

export interface Summary extends SoldSpan {
  readonly revenue: number;
  readonly profit: number;
  /** Profit in per cent of the revenue whose cost is known, two decimals. */
  readonly margin: number | null;
  /** Null when a product or category is asked for: an order spans products. */
  readonly orders: number | null;
  readonly lines: number;
  readonly units: number;
  /** Revenue per order, two decimals. */
  readonly average_basket: number | null;
}

const TOTALS =
  'sum(revenue) AS revenue, sum(profit) AS profit, sum(cells) AS cells, sum(cell_margin_sum) AS cell_margin_sum';

interface TotalsRow {
  readonly name: string;
  readonly revenue: number;
  readonly profit: number;
  readonly cells: number;
  readonly cell_margin_sum: number;
}

/** Counts up with every change; the same number means the same answers. */
export function warehouseVersion(db: Database): number {
  return Statements.of(db).get('SELECT version FROM warehouse').pluck().get() as number;
}

/** Revenue by region, the highest first. */
export function revenue(db: Database, filter: KpiFilter = {}, page: Page = {}): RegionRevenue[] {
  const rows = totalsBy(db, filter, page, { key: 'store_key', table: 'stores', name: 'region' });
  return rows.map((row) => ({ region: row.name, ...totalsOf(row) }));
}

/** Revenue by product, the highest first. */
export function topProducts(db: Database, filter: KpiFilter = {}, page: Page = { limit: 5 }): ProductRevenue[] {
  const rows = totalsBy(db, filter, page, { key: 'product_key', table: 'products', name: 'product_id' });
  return rows.map((row) => ({ product_id: row.name, ...totalsOf(row) }));
}

interface By {
  readonly key: 'store_key' | 'product_key';
  readonly table: string;
  readonly name: string;
}

function totalsBy(db: Database, filter: KpiFilter, page: Page, { key, table, name }: By): TotalsRow[] {
  return onSnapshot(db, () => {
    const sums = sumsQuery(selectionOf(db, filter), key, ['lines', 'revenue', 'profit', 'cells', 'cell_margin_sum']);
    const sql = `
      SELECT ${name} AS name, ${TOTALS}
      FROM (SELECT ${key}, sum(lines) AS lines, ${TOTALS} FROM (${sums.sql}) GROUP BY ${key}) JOIN ${table} USING (${key})
      GROUP BY ${name} HAVING sum(lines) <> 0 ORDER BY sum(revenue) DESC, ${name} LIMIT ? OFFSET ?`;
    return Statements.of(db)
      .get(sql)
      .all(...sums.values, ...pageValues(page)) as TotalsRow[];
  });
}

function totalsOf({ revenue, profit, cells, cell_margin_sum }: TotalsRow): Totals {
  return { total_revenue: units(revenue), total_profit: units(profit), avg_margin: percent(cell_margin_sum, cells) };
}

/** One line of totals. */
export function summary(db: Database, filter: KpiFilter = {}): Summary {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const sums = sumsQuery(selection, null, ['lines', 'quantity', 'revenue', 'profit', 'costed_revenue', 'orders']);
    const sql = `
      SELECT
        coalesce(sum(lines), 0) AS lines, coalesce(sum(quantity), 0) AS quantity, coalesce(sum(revenue), 0) AS revenue,
        coalesce(sum(profit), 0) AS profit, coalesce(sum(costed_revenue), 0) AS costed_revenue, sum(orders) AS orders
      FROM (${sums.sql})`;
    const row = Statements.of(db)
      .get(sql)
      .get(...sums.values) as Record<string, number>;
    return { ...summaryOf(row, selection), ...edgesOf(db, selection) };
  });
}

/** First and last day with sales that the filter lets through; null where there are none. */
export interface SoldSpan {
  readonly first_day: string | null;
  readonly last_day: string | null;
}

export function soldSpan(db: Database, filter: KpiFilter = {}): SoldSpan {
  return onSnapshot(db, () => edgesOf(db, selectionOf(db, filter)));
}

/** The first of the two alone, which takes half the time. */
export function firstSoldDay(db: Database, filter: KpiFilter): string | null {
  return onSnapshot(db, () => dayText(edgeDay(db, selectionOf(db, filter), 'first')));
}

function edgesOf(db: Database, selection: Selection): SoldSpan {
  return {
    first_day: dayText(edgeDay(db, selection, 'first')),
    last_day: dayText(edgeDay(db, selection, 'last')),
  };
}

function summaryOf(row: Record<string, number>, { products }: Selection): Omit<Summary, keyof SoldSpan> {
  const { lines = 0, quantity = 0, revenue = 0, profit = 0, costed_revenue = 0 } = row;
  const orders = products ? null : (row.orders ?? 0);
  return {
    revenue: units(revenue),
    profit: units(profit),
    margin: ratio(profit, costed_revenue),
    orders,
    lines,
    units: quantity / QUANTITY_SCALE,
    average_basket: orders ? divideHalfEven(revenue, orders * 100) / 100 : null,
  };
}

/** Currency units of an amount in 1/10,000. */
export function units(amount: number): number {
  return amount / MONEY_SCALE;
}

/** The mean of margins in millionths, in per cent with two decimals, ties to even. */
function percent(marginSum: number, count: number): number | null {
  return count === 0 ? null : divideHalfEven(marginSum, count * 100) / 100;
}

/** part / whole in per cent with two decimals, ties to even. */
function ratio(part: number, whole: number): number | null {
  if (whole === 0) return null;
  const scaled = part * 10_000;
  return (Number.isSafeInteger(scaled) ? divideHalfEven(scaled, whole) : Math.round((part / whole) * 10_000)) / 100;
}
