import type { Database } from 'better-sqlite3';
import { MONEY_SCALE } from '../engine/decimal.ts';
import { type BreakdownField, type BreakdownOrder, findGroups, type Group, groupQuery } from './breakdown-query.ts';
import { type KpiFilter, onSnapshot, type Page, selectionOf } from './kpi-query.ts';
import {
  EARNINGS_SUMS,
  type Earnings,
  type EarningsSums,
  earningsOf,
  FULL_SUMS,
  type FullSums,
  fullMeasuresOf,
  type Measures,
  measuresOf,
  SUMS,
} from './measures.ts';
import { Statements } from './statements.ts';

export { BREAKDOWN_FIELDS, type BreakdownField, type BreakdownOrder } from './breakdown-query.ts';

export interface BreakdownOptions extends Page {
  readonly order?: BreakdownOrder;
  /** Rows also have the mean margin that the Python original's answers show, which takes more sums. */
  readonly meanMargins?: boolean;
}

/** What the sales of a row earned. */
export interface EarningsRow extends Earnings {
  /** The region, store_id, category or product_id; '' where a sale has none. Weekdays from 1, Monday, to 7. */
  readonly key: string;
  /** A product by its name; otherwise the key. */
  readonly label: string;
  /** Of the revenue of all rows; null where that is not positive. */
  readonly share: number | null;
}

export interface BreakdownRow extends EarningsRow, Measures {
  /** Only where {@link BreakdownOptions.meanMargins} asks for it. */
  readonly avg_margin?: number | null;
}

export interface Breakdown<Row = BreakdownRow> {
  readonly items: readonly Row[];
  /** Rows there are, on this page and others. */
  readonly total: number;
}

/** Sales by region, store, category, product or weekday. Rows without sales are left out. */
export function breakdown(
  db: Database,
  by: BreakdownField,
  filter: KpiFilter = {},
  options: BreakdownOptions = {},
): Breakdown {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const ofProducts = selection.products !== null || by === 'category' || by === 'product';
    const { meanMargins = false } = options;
    const { items, total } = findGroups<FullSums>(db, by, selection, meanMargins ? FULL_SUMS : SUMS, options);
    const measures = meanMargins ? fullMeasuresOf : measuresOf;
    return {
      items: items.map((row) => ({ ...namesOf(row), ...measures(row, ofProducts), share: shareOf(row) })),
      total,
    };
  });
}

/** What the best selling so many rows of a breakdown earned: there is less to add up than for all measures. */
export function earningsBy(db: Database, by: BreakdownField, filter: KpiFilter, limit: number): Breakdown<EarningsRow> {
  return onSnapshot(db, () => {
    const { items, total } = findGroups<EarningsSums>(db, by, selectionOf(db, filter), EARNINGS_SUMS, { limit });
    return { items: items.map((row) => ({ ...namesOf(row), ...earningsOf(row), share: shareOf(row) })), total };
  });
}

function namesOf({ key, label }: Group): Pick<EarningsRow, 'key' | 'label'> {
  return { key: String(key), label: label || String(key) };
}

function shareOf({ revenue, all_revenue }: Group): number | null {
  return all_revenue > 0 ? revenue / all_revenue : null;
}

/** The revenue of each row of a breakdown, by its key: where nothing else is asked for, there is less to add up. */
export function revenueBy(db: Database, by: BreakdownField, filter: KpiFilter): Map<string, number> {
  return onSnapshot(db, () => {
    const { sql, values } = groupQuery(by, selectionOf(db, filter), ['revenue']);
    const rows = Statements.of(db)
      .get(sql)
      .all(...values) as Group[];
    return new Map(rows.map(({ key, revenue }) => [String(key), revenue / MONEY_SCALE]));
  });
}
