import type { Database } from 'better-sqlite3';
import { type KpiFilter, selectionOf } from './kpi-query.ts';
import { type MeasureSums, type Measures, measuresOf } from './measures.ts';
import { boundsOf } from './period.ts';
import { Statements } from './statements.ts';

/** What only single sales know. There is no roll-up by these, so all sales of the period are read: not for the thread that serves. */
export const FACT_FIELDS = ['hour', 'weekday_hour', 'payment'] as const;
export type FactField = (typeof FACT_FIELDS)[number];

export interface FactGroup extends Measures {
  /** Hours 0 to 23, `5-14` for Fridays at 14, or the payment method; '' for sales that have none. */
  readonly key: string;
}

/** Columns that SQLite groups by: small integers sort quickest. Hours are counted since 1970. */
const GROUPED: Readonly<Record<FactField, string>> = {
  hour: 'sold_at / 3600 % 24',
  weekday_hour: 'sold_at / 3600',
  payment: 'payment_key',
};

const SUMMED = [
  'count(*) AS lines',
  'coalesce(sum(quantity), 0) AS quantity',
  'coalesce(sum(revenue), 0) AS revenue',
  'coalesce(sum(revenue - cost), 0) AS profit',
  'coalesce(sum(iif(cost IS NULL, NULL, revenue)), 0) AS costed_revenue',
  'count(cost) AS margin_lines',
].join(', ');

type Row = Omit<MeasureSums, 'orders'> & { readonly part: number | null };

/** Sales by hour, by weekday and hour, or by payment method, in no order. */
export function factBreakdown(db: Database, by: FactField, filter: KpiFilter = {}): FactGroup[] {
  const { period, stores, products } = selectionOf(db, filter);
  const conditions = [
    ...(period.from === null && period.to === null ? [] : ['day BETWEEN :from AND :to']),
    ...(stores ? ['store_key IN (SELECT value FROM json_each(:stores))'] : []),
    ...(products ? ['product_key IN (SELECT value FROM json_each(:products))'] : []),
  ];
  const sql = `
    SELECT ${GROUPED[by]} AS part, ${SUMMED} FROM sales
    ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} GROUP BY 1`;
  const [from, to] = boundsOf(period);
  const bound = { from, to, stores: JSON.stringify(stores), products: JSON.stringify(products) };
  const keyOf = by === 'payment' ? paymentNames(db) : by === 'hour' ? hourKey : weekdayHourKey;
  return grouped(Statements.of(db).get(sql).all(bound) as Row[], keyOf);
}

function grouped(rows: readonly Row[], keyOf: (part: number) => string): FactGroup[] {
  const groups = new Map<string, { -readonly [Name in keyof MeasureSums]: MeasureSums[Name] }>();
  for (const { part, ...sums } of rows) {
    const key = part === null ? '' : keyOf(part);
    const group = groups.get(key);
    if (!group) groups.set(key, { ...sums, orders: null });
    else for (const [name, amount] of Object.entries(sums)) group[name as keyof typeof sums] += amount;
  }
  return [...groups].map(([key, sums]) => ({ key, ...measuresOf(sums, true) }));
}

function paymentNames(db: Database): (part: number) => string {
  const rows = Statements.of(db).get('SELECT payment_key, payment_method FROM payments').raw().all() as [
    number,
    string,
  ][];
  const names = new Map(rows);
  return (key) => names.get(key) ?? '';
}

/** Hours before 1970 count down. */
function hourKey(hour: number): string {
  return String((hour + 24) % 24);
}

/** 1970 began on a Thursday. */
function weekdayHourKey(hours: number): string {
  const day = Math.floor(hours / 24);
  return `${((((day + 3) % 7) + 7) % 7) + 1}-${hours - day * 24}`;
}
