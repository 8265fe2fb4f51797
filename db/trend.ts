import type { Database } from 'better-sqlite3';
import { divideHalfEven, MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import { type KpiFilter, onSnapshot, type Page, type Selection, selectionOf } from './kpi-query.ts';
import { dayText, FIRST_KNOWN, mondayOf, monthText, plusDays } from './period.ts';
import { Statements } from './statements.ts';
import { edgeDay, sumsQuery } from './sums-query.ts';

export type Granularity = 'day' | 'week' | 'month';

export interface TrendOptions extends Page {
  readonly granularity?: Granularity;
}

/** What was sold in a day, a week or a month. Those without sales are left out. */
export interface TrendPoint {
  /** The day, the week's Monday (`YYYY-MM-DD`) or the month (`YYYY-MM`). */
  readonly period: string;
  readonly revenue: number;
  readonly profit: number;
  /** Null when a product or category is asked for. */
  readonly orders: number | null;
  readonly units: number;
  /**
   * By day: mean revenue of the seven days that end with this one, two decimals; days without sales count as 0.
   * Null for the first six days there are, and for weeks and months.
   */
  readonly rolling_average: number | null;
}

interface Row {
  period: number;
  revenue: number;
  profit: number;
  quantity: number;
  orders: number | null;
}

const WINDOW_DAYS = 7;

/** Sales over time, the earliest first; sales of unknown day are left out. */
export function trend(db: Database, filter: KpiFilter = {}, options: TrendOptions = {}): TrendPoint[] {
  const { granularity = 'day', limit, offset = 0 } = options;
  const points = onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    if (granularity === 'day') return dailyTrend(db, selection);
    const rows = granularity === 'month' ? rowsOf(db, selection, 'month') : weeks(rowsOf(db, selection, 'day'));
    const text = granularity === 'month' ? monthText : dayText;
    return rows.map((row) => pointOf(row, text(row.period)!, null, selection));
  });
  return points.slice(offset, limit === undefined ? undefined : offset + limit);
}

function rowsOf(db: Database, selection: Selection, grain: 'day' | 'month'): Row[] {
  const { from, to } = selection.period;
  const known = { ...selection, period: { from: from ?? FIRST_KNOWN, to } };
  const sums = sumsQuery(known, 'period', ['lines', 'revenue', 'profit', 'quantity', 'orders'], grain);
  const sql = `
    SELECT period, sum(revenue) AS revenue, sum(profit) AS profit, sum(quantity) AS quantity, sum(orders) AS orders
    FROM (${sums.sql}) GROUP BY period HAVING sum(lines) <> 0 ORDER BY period`;
  return Statements.of(db)
    .get(sql)
    .all(...sums.values) as Row[];
}

function weeks(days: readonly Row[]): Row[] {
  const found = new Map<number, Row>();
  for (const day of days) {
    const period = mondayOf(day.period);
    const week = found.get(period);
    found.set(period, week ? added(week, day) : { ...day, period });
  }
  return [...found.values()];
}

function added(to: Row, row: Row): Row {
  to.revenue += row.revenue;
  to.profit += row.profit;
  to.quantity += row.quantity;
  if (row.orders !== null) to.orders = (to.orders ?? 0) + row.orders;
  return to;
}

function dailyTrend(db: Database, selection: Selection): TrendPoint[] {
  const { from, to } = selection.period;
  // The first days' averages look back beyond the period.
  const earlier = from === null ? null : plusDays(from, 1 - WINDOW_DAYS);
  const rows = rowsOf(db, { ...selection, period: { from: earlier, to } }, 'day');
  const first = edgeDay(db, { ...selection, period: { from: null, to: null } }, 'first');
  const complete = first === 0 ? 0 : plusDays(first, WINDOW_DAYS - 1);
  const points: TrendPoint[] = [];
  let behind = 0;
  let sum = 0;
  for (const row of rows) {
    sum += row.revenue;
    const oldest = plusDays(row.period, 1 - WINDOW_DAYS);
    while (rows[behind]!.period < oldest) sum -= rows[behind++]!.revenue;
    if (from !== null && row.period < from) continue;
    const average = row.period >= complete ? divideHalfEven(sum, WINDOW_DAYS * 100) / 100 : null;
    points.push(pointOf(row, dayText(row.period)!, average, selection));
  }
  return points;
}

function pointOf(row: Row, period: string, average: number | null, { products }: Selection): TrendPoint {
  return {
    period,
    revenue: row.revenue / MONEY_SCALE,
    profit: row.profit / MONEY_SCALE,
    orders: products ? null : row.orders,
    units: row.quantity / QUANTITY_SCALE,
    rolling_average: average,
  };
}
