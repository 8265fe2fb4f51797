import type { Database } from 'better-sqlite3';
import { type KpiFilter, selectionOf, statementsOf } from './kpi-query.ts';
import { type MeasureSums, type Measures, measuresOf } from './measures.ts';
import { boundsOf } from './period.ts';

/** What only single sales know. There is no roll-up by these, so all sales of the period are read: not for the thread that serves. */
export const FACT_FIELDS = ['hour', 'weekday_hour', 'payment'] as const;
export type FactField = (typeof FACT_FIELDS)[number];

export interface FactGroup extends Measures {
  /** Hours 0 to 23, `5-14` for Fridays at 14, or the payment method; '' for sales that have none. */
  readonly key: string;
}

const HOUR = '(sold_at / 3600 % 24 + 24) % 24';
/** Days since 1970, a Thursday, as weekdays from 1, Monday, to 7. */
const WEEKDAY = '((sold_at - (sold_at % 86400 + 86400) % 86400) / 86400 % 7 + 10) % 7 + 1';

const KEYS: Readonly<Record<FactField, string>> = {
  hour: `CASE WHEN sold_at IS NULL THEN '' ELSE ${HOUR} END`,
  weekday_hour: `CASE WHEN sold_at IS NULL THEN '' ELSE (${WEEKDAY}) || '-' || (${HOUR}) END`,
  payment: "coalesce((SELECT payment_method FROM payments p WHERE p.payment_key = s.payment_key), '')",
};
const GROUPS: Readonly<Record<FactField, string>> = {
  hour: 'sold_at IS NULL, sold_at / 3600 % 24',
  weekday_hour: `sold_at IS NULL, ${WEEKDAY}, sold_at / 3600 % 24`,
  payment: 'payment_key',
};

/** Sales by hour, by weekday and hour, or by payment method, in no order. */
export function factBreakdown(db: Database, by: FactField, filter: KpiFilter = {}): FactGroup[] {
  const { period, stores, products } = selectionOf(db, filter);
  const sql = `
    SELECT ${KEYS[by]} AS key, count(*) AS lines, coalesce(sum(quantity), 0) AS quantity, coalesce(sum(revenue), 0) AS revenue,
      coalesce(sum(revenue - cost), 0) AS profit, coalesce(sum(iif(cost IS NULL, NULL, revenue)), 0) AS costed_revenue,
      count(cost) AS margin_lines, 0 AS cells, 0 AS cell_margin_sum, NULL AS orders
    FROM sales s
    WHERE day BETWEEN :from AND :to
      AND (:stores IS NULL OR store_key IN (SELECT value FROM json_each(:stores)))
      AND (:products IS NULL OR product_key IN (SELECT value FROM json_each(:products)))
    GROUP BY ${GROUPS[by]}`;
  const [from, to] = boundsOf(period);
  const bound = { from, to, stores: stores && JSON.stringify(stores), products: products && JSON.stringify(products) };
  const rows = statementsOf(db).get(sql).all(bound) as (MeasureSums & { key: string | number })[];
  return rows.map((row) => ({ key: String(row.key), ...measuresOf(row, true) }));
}
