import type { Database } from 'better-sqlite3';
import { divideHalfEven, MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import { type KpiFilter, onSnapshot, type Selection, selectionOf } from './kpi-query.ts';
import { dayText, mondayOf, monthText } from './period.ts';
import { Statements } from './statements.ts';
import { type SumName, sumsQuery } from './sums-query.ts';

/** What a set of sales earned. Money in currency units; the number is the one nearest to the exact sum. */
export interface Earnings {
  readonly revenue: number;
  /** Of the sales whose cost is known; null where none is. */
  readonly profit: number | null;
  /** Profit in per cent of the revenue whose cost is known, two decimals; null where none is. */
  readonly margin: number | null;
}

/** The measures of a set of sales. */
export interface Measures extends Earnings {
  /** Null where single products are asked for: an order spans products. */
  readonly orders: number | null;
  readonly lines: number;
  readonly units: number;
  /** Revenue per order, two decimals. */
  readonly average_basket: number | null;
}

/** With what only the Python original's answers show. */
export interface FullMeasures extends Measures {
  /** Per cent, two decimals: the mean over day, store and product of their mean margins; null where no cost is known. */
  readonly avg_margin: number | null;
}

/** Sums as they come from roll-ups: money in 1/10,000, quantities in 1/1,000. */
export interface EarningsSums {
  readonly lines: number;
  readonly revenue: number;
  readonly profit: number;
  readonly costed_revenue: number;
  readonly margin_lines: number;
}

export interface MeasureSums extends EarningsSums {
  readonly quantity: number;
  readonly orders: number | null;
}

export interface FullSums extends MeasureSums {
  readonly cells: number;
  readonly cell_margin_sum: number;
}

/** What {@link EarningsSums}, {@link MeasureSums} and {@link FullSums} are made of: each sum takes its time. */
export const EARNINGS_SUMS = [
  'lines',
  'revenue',
  'profit',
  'costed_revenue',
  'margin_lines',
] as const satisfies readonly SumName[];
export const SUMS = [...EARNINGS_SUMS, 'quantity', 'orders'] as const satisfies readonly SumName[];
export const FULL_SUMS = [...SUMS, 'cells', 'cell_margin_sum'] as const satisfies readonly SumName[];

/** Columns that add up such sums. */
export function sumColumns(names: readonly SumName[]): string {
  return names.map((name) => `sum(${name}) AS ${name}`).join(', ');
}

export function fullMeasuresOf(sums: FullSums, ofProducts: boolean): FullMeasures {
  const { cells, cell_margin_sum } = sums;
  return {
    ...measuresOf(sums, ofProducts),
    avg_margin: cells === 0 ? null : divideHalfEven(cell_margin_sum, cells * 100) / 100,
  };
}

export function measuresOf(sums: MeasureSums, ofProducts: boolean): Measures {
  const { lines, quantity, revenue } = sums;
  const orders = ofProducts ? null : (sums.orders ?? 0);
  return {
    ...earningsOf(sums),
    orders,
    lines,
    units: quantity / QUANTITY_SCALE,
    average_basket: orders ? divideHalfEven(revenue, orders * 100) / 100 : null,
  };
}

export function earningsOf({ lines, revenue, profit, costed_revenue, margin_lines }: EarningsSums): Earnings {
  const isCosted = costed_revenue !== 0 || margin_lines !== 0;
  return {
    revenue: revenue / MONEY_SCALE,
    profit: isCosted || lines === 0 ? profit / MONEY_SCALE : null,
    margin: costed_revenue === 0 ? null : percent(profit, costed_revenue),
  };
}

/** part / whole in per cent with two decimals, ties to even. */
function percent(part: number, whole: number): number {
  const scaled = part * 10_000;
  return (Number.isSafeInteger(scaled) ? divideHalfEven(scaled, whole) : Math.round((part / whole) * 10_000)) / 100;
}

/** All sales that the filter lets through, as one set of measures. */
export function totalMeasures(db: Database, filter: KpiFilter = {}): FullMeasures {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const { sql, values } = sumsQuery(selection, null, FULL_SUMS);
    const row = Statements.of(db)
      .get(`SELECT ${sumColumns(FULL_SUMS)} FROM (${sql})`)
      .get(...values) as FullSums;
    const filled = Object.fromEntries(FULL_SUMS.map((name) => [name, row[name] ?? 0])) as unknown as FullSums;
    return fullMeasuresOf(filled, selection.products !== null);
  });
}

export interface PeriodMeasures extends Measures {
  /** The day, the week's Monday (`YYYY-MM-DD`) or the month (`YYYY-MM`). */
  readonly period: string;
}

/** Measures by day, week or month, the earliest first; periods without sales and sales of unknown day are left out. */
export function measuresByPeriod(db: Database, filter: KpiFilter, granularity: Granularity): PeriodMeasures[] {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const rows = sumsByPeriod(db, selection, granularity, SUMS) as (MeasureSums & PeriodRow)[];
    const text = periodText(granularity);
    return rows.map((row) => ({ period: text(row.period), ...measuresOf(row, selection.products !== null) }));
  });
}

/** The same, of the revenue alone: where nothing else is asked for, there is less to add up. */
export function revenueByPeriod(db: Database, filter: KpiFilter, granularity: Granularity): PeriodRevenue[] {
  return onSnapshot(db, () => {
    const rows = sumsByPeriod(db, selectionOf(db, filter), granularity, ['lines', 'revenue']);
    const text = periodText(granularity);
    return rows.map(({ period, revenue }) => ({ period: text(period), revenue: (revenue ?? 0) / MONEY_SCALE }));
  });
}

export type PeriodRevenue = Pick<PeriodMeasures, 'period' | 'revenue'>;
type Granularity = 'day' | 'week' | 'month';
type PeriodRow = { period: number } & Partial<Record<SumName, number | null>>;

function sumsByPeriod(
  db: Database,
  selection: Selection,
  granularity: Granularity,
  names: readonly SumName[],
): PeriodRow[] {
  const { sql, values } = sumsQuery(selection, 'period', names, granularity === 'month' ? 'month' : 'day');
  const rows = Statements.of(db)
    .get(
      `SELECT period, ${sumColumns(names)} FROM (${sql}) WHERE period > 0 GROUP BY period HAVING sum(lines) <> 0 ORDER BY period`,
    )
    .all(...values) as PeriodRow[];
  return granularity === 'week' ? weeks(rows, names) : rows;
}

function periodText(granularity: Granularity): (period: number) => string {
  return granularity === 'month' ? monthText : (day) => dayText(day) ?? '';
}

function weeks(days: readonly PeriodRow[], names: readonly SumName[]): PeriodRow[] {
  const found = new Map<number, PeriodRow>();
  for (const day of days) {
    const period = mondayOf(day.period);
    const week = found.get(period);
    if (!week) found.set(period, { ...day, period });
    else for (const name of names) week[name] = added(week[name], day[name]);
  }
  return [...found.values()];
}

/** A sum that one row does not have, none has. */
function added(sum: number | null | undefined, more: number | null | undefined): number | null {
  return sum == null || more == null ? null : sum + more;
}

/** Currencies of the stores that the filter lets through. */
export function currenciesOf(db: Database, filter: KpiFilter = {}): string[] {
  const { stores } = selectionOf(db, filter);
  const sql = `
    SELECT DISTINCT currency FROM stores
    WHERE currency <> '' AND (:stores IS NULL OR store_key IN (SELECT value FROM json_each(:stores))) ORDER BY currency`;
  return Statements.of(db)
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
    Statements.of(db).get(`SELECT DISTINCT ${column} FROM ${table} ORDER BY ${column}`).pluck().all() as string[];
  return {
    regions: texts('stores', 'region'),
    stores: texts('stores', 'store_id'),
    categories: texts('products', 'category'),
  };
}
