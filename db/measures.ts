import type { Database } from 'better-sqlite3';
import { divideHalfEven, MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import { type KpiFilter, onSnapshot, selectionOf, statementsOf } from './kpi-query.ts';
import { dayText, mondayOf, monthText } from './period.ts';
import { sumsQuery } from './sums-query.ts';

/** The measures of a set of sales. Money in currency units; the number is the one nearest to the exact sum. */
export interface Measures {
  readonly revenue: number;
  /** Of the sales whose cost is known; null where none is. */
  readonly profit: number | null;
  /** Profit in per cent of the revenue whose cost is known, two decimals; null where none is. */
  readonly margin: number | null;
  /** Null where single products are asked for: an order spans products. */
  readonly orders: number | null;
  readonly lines: number;
  readonly units: number;
  /** Revenue per order, two decimals. */
  readonly average_basket: number | null;
  /** Per cent, two decimals: the mean over day, store and product of their mean margins; null where no cost is known. */
  readonly avg_margin: number | null;
}

/** Sums as they come from roll-ups: money in 1/10,000, quantities in 1/1,000. */
export interface MeasureSums {
  readonly lines: number;
  readonly quantity: number;
  readonly revenue: number;
  readonly profit: number;
  readonly costed_revenue: number;
  readonly margin_lines: number;
  readonly cells: number;
  readonly cell_margin_sum: number;
  readonly orders: number | null;
}

const ADDED = [
  'lines',
  'quantity',
  'revenue',
  'profit',
  'costed_revenue',
  'margin_lines',
  'cells',
  'cell_margin_sum',
] as const;
const NAMES = [...ADDED, 'orders'] as const;

/** Columns of a query that gives {@link MeasureSums}. */
export const SUMS = NAMES.map((name) => `sum(${name}) AS ${name}`).join(', ');

export function measuresOf(sums: MeasureSums, ofProducts: boolean): Measures {
  const { lines, quantity, revenue, profit, costed_revenue, margin_lines, cells, cell_margin_sum } = sums;
  const orders = ofProducts ? null : (sums.orders ?? 0);
  const isCosted = costed_revenue !== 0 || margin_lines !== 0;
  return {
    revenue: revenue / MONEY_SCALE,
    profit: isCosted || lines === 0 ? profit / MONEY_SCALE : null,
    margin: costed_revenue === 0 ? null : percent(profit, costed_revenue),
    orders,
    lines,
    units: quantity / QUANTITY_SCALE,
    average_basket: orders ? divideHalfEven(revenue, orders * 100) / 100 : null,
    avg_margin: cells === 0 ? null : divideHalfEven(cell_margin_sum, cells * 100) / 100,
  };
}

/** part / whole in per cent with two decimals, ties to even. */
function percent(part: number, whole: number): number {
  const scaled = part * 10_000;
  return (Number.isSafeInteger(scaled) ? divideHalfEven(scaled, whole) : Math.round((part / whole) * 10_000)) / 100;
}

export interface PeriodMeasures extends Measures {
  /** The day, the week's Monday (`YYYY-MM-DD`) or the month (`YYYY-MM`). */
  readonly period: string;
}

/** All sales that the filter lets through, as one set of measures. */
export function totalMeasures(db: Database, filter: KpiFilter = {}): Measures {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const { sql, values } = sumsQuery(selection, null);
    const row = statementsOf(db)
      .get(`SELECT ${SUMS} FROM (${sql})`)
      .get(...values) as MeasureSums;
    const filled = Object.fromEntries(NAMES.map((name) => [name, row[name] ?? 0])) as unknown as MeasureSums;
    return measuresOf(filled, selection.products !== null);
  });
}

/** Measures by day, week or month, the earliest first; periods without sales and sales of unknown day are left out. */
export function measuresByPeriod(
  db: Database,
  filter: KpiFilter,
  granularity: 'day' | 'week' | 'month',
): PeriodMeasures[] {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const { sql, values } = sumsQuery(selection, 'period', granularity === 'month' ? 'month' : 'day');
    const rows = statementsOf(db)
      .get(
        `SELECT period, ${SUMS} FROM (${sql}) WHERE period > 0 GROUP BY period HAVING sum(lines) <> 0 ORDER BY period`,
      )
      .all(...values) as (MeasureSums & { period: number })[];
    const text = granularity === 'month' ? monthText : (day: number) => dayText(day) ?? '';
    const periods = granularity === 'week' ? weeks(rows) : rows;
    return periods.map((row) => ({ period: text(row.period), ...measuresOf(row, selection.products !== null) }));
  });
}

function weeks(days: readonly (MeasureSums & { period: number })[]): (MeasureSums & { period: number })[] {
  const found = new Map<number, Record<string, number | null> & { period: number }>();
  for (const day of days) {
    const period = mondayOf(day.period);
    const week = found.get(period);
    if (!week) found.set(period, { ...day, period });
    else for (const name of NAMES) week[name] = day[name] === null ? null : (week[name] ?? 0) + day[name];
  }
  return [...found.values()] as unknown as (MeasureSums & { period: number })[];
}

/** Currencies of the stores that the filter lets through. */
export function currenciesOf(db: Database, filter: KpiFilter = {}): string[] {
  const { stores } = selectionOf(db, filter);
  const sql = `
    SELECT DISTINCT currency FROM stores
    WHERE currency <> '' AND (:stores IS NULL OR store_key IN (SELECT value FROM json_each(:stores))) ORDER BY currency`;
  return statementsOf(db)
    .get(sql)
    .pluck()
    .all({ stores: stores && JSON.stringify(stores) }) as string[];
}

/** What sales can be filtered by: texts there are, in their order. */
export interface FilterChoices {
  readonly regions: readonly string[];
  readonly stores: readonly string[];
  readonly categories: readonly string[];
}

export function filterChoices(db: Database): FilterChoices {
  const texts = (table: string, column: string) =>
    statementsOf(db).get(`SELECT DISTINCT ${column} FROM ${table} ORDER BY ${column}`).pluck().all() as string[];
  return {
    regions: texts('stores', 'region'),
    stores: texts('stores', 'store_id'),
    categories: texts('products', 'category'),
  };
}
