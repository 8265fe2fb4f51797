import type { Database } from 'better-sqlite3';
import { MONEY_SCALE } from '../engine/decimal.ts';
import {
  type KpiFilter,
  onSnapshot,
  type Page,
  pageValues,
  type Query,
  type Selection,
  selectionOf,
  statementsOf,
} from './kpi-query.ts';
import { FULL_SUMS, type FullSums, fullMeasuresOf, type Measures, measuresOf, SUMS, sumColumns } from './measures.ts';
import { type SumName, sumsQuery } from './sums-query.ts';

/** What sales can be grouped by without looking at single ones. */
export const BREAKDOWN_FIELDS = ['region', 'store', 'category', 'product', 'weekday'] as const;
export type BreakdownField = (typeof BREAKDOWN_FIELDS)[number];

/** What a list can be ordered by; `-` before it turns it round. The highest come first, keys in their own order. */
export const BREAKDOWN_ORDERS = ['revenue', 'profit', 'margin', 'units', 'key'] as const;
export type BreakdownOrder = (typeof BREAKDOWN_ORDERS)[number] | `-${(typeof BREAKDOWN_ORDERS)[number]}`;

export interface BreakdownOptions extends Page {
  readonly order?: BreakdownOrder;
  /** Rows also have the mean margin that the Python original's answers show, which takes more sums. */
  readonly meanMargins?: boolean;
}

export interface BreakdownRow extends Measures {
  /** The region, store_id, category or product_id; '' where a sale has none. Weekdays from 1, Monday, to 7. */
  readonly key: string;
  /** A product by its name; otherwise the key. */
  readonly label: string;
  /** Of the revenue of all rows; null where that is not positive. */
  readonly share: number | null;
  /** Only where {@link BreakdownOptions.meanMargins} asks for it. */
  readonly avg_margin?: number | null;
}

export interface Breakdown {
  readonly items: readonly BreakdownRow[];
  /** Rows there are, on this page and others. */
  readonly total: number;
}

interface Row extends FullSums {
  readonly key: string | number;
  readonly label: string | null;
  readonly all_revenue: number;
  readonly total: number;
}

/** SQL by which rows are ordered: a list of our own, so that nothing given from outside becomes SQL. */
const ORDER_SQL: Readonly<Record<(typeof BREAKDOWN_ORDERS)[number], readonly [term: string, highestFirst: boolean]>> = {
  revenue: ['revenue', true],
  profit: ['profit', true],
  margin: ['1.0 * profit / nullif(costed_revenue, 0)', true],
  units: ['quantity', true],
  key: ['key', false],
};

/** Sales by region, store, category, product or weekday. Rows without sales are left out. */
export function breakdown(
  db: Database,
  by: BreakdownField,
  filter: KpiFilter = {},
  options: BreakdownOptions = {},
): Breakdown {
  return onSnapshot(db, () => {
    const selection = selectionOf(db, filter);
    const { meanMargins = false } = options;
    const groups = groupQuery(by, selection, meanMargins ? FULL_SUMS : SUMS);
    const sql = `
      SELECT *, sum(revenue) OVER () AS all_revenue, count(*) OVER () AS total FROM (${groups.sql}) WHERE lines <> 0
      ORDER BY ${orderSql(options.order ?? (by === 'weekday' ? 'key' : 'revenue'))}, key LIMIT ? OFFSET ?`;
    const rows = statementsOf(db)
      .get(sql)
      .all(...groups.values, ...pageValues(options)) as Row[];
    const items = rows.map((row) => ({
      key: String(row.key),
      label: row.label || String(row.key),
      ...(meanMargins ? fullMeasuresOf : measuresOf)(
        row,
        selection.products !== null || by === 'category' || by === 'product',
      ),
      share: row.all_revenue > 0 ? row.revenue / row.all_revenue : null,
    }));
    return { items, total: rows[0]?.total ?? (options.offset ? breakdown(db, by, filter, { limit: 1 }).total : 0) };
  });
}

/** The revenue of each row of a breakdown, by its key: where nothing else is asked for, there is less to add up. */
export function revenueBy(db: Database, by: BreakdownField, filter: KpiFilter): Map<string, number> {
  return onSnapshot(db, () => {
    const { sql, values } = groupQuery(by, selectionOf(db, filter), ['revenue']);
    const rows = statementsOf(db)
      .get(sql)
      .all(...values) as Pick<Row, 'key' | 'revenue'>[];
    return new Map(rows.map(({ key, revenue }) => [String(key), revenue / MONEY_SCALE]));
  });
}

function orderSql(order: BreakdownOrder): string {
  const turned = order.startsWith('-');
  const [term, highestFirst] = ORDER_SQL[(turned ? order.slice(1) : order) as keyof typeof ORDER_SQL];
  return `${term} ${highestFirst === turned ? 'ASC' : 'DESC'} NULLS LAST`;
}

function groupQuery(by: BreakdownField, selection: Selection, names: readonly SumName[]): Query {
  if (by === 'weekday') return weekdayQuery(selection, names);
  const [grouping, table] = partsOf(by, selection);
  const name = by === 'store' || by === 'product' ? `${by}_id` : by;
  const label = by === 'product' ? 'max(product_name)' : 'NULL';
  const { sql, values } = sumsQuery(selection, grouping, names);
  const sums = sumColumns(names);
  return {
    sql: `
      SELECT ${name} AS key, ${label} AS label, ${sums} FROM (SELECT ${grouping}, ${sums} FROM (${sql}) GROUP BY ${grouping})
      JOIN ${table} USING (${grouping}) GROUP BY ${name}`,
    values,
  };
}

/** What the roll-ups are summed by, and the table that has the names. */
function partsOf(by: BreakdownField, { products, categories }: Selection) {
  if (by === 'region' || by === 'store') return ['store_key', 'stores'] as const;
  const bySingleProducts = by === 'product' || (products && !categories);
  return bySingleProducts ? (['product_key', 'products'] as const) : (['category_key', 'categories'] as const);
}

/** Days of YYYYMMDD to weekdays; sales of unknown day have none, and are left out. */
function weekdayQuery(selection: Selection, names: readonly SumName[]): Query {
  const { sql, values } = sumsQuery(selection, 'period', names, 'day');
  const sums = sumColumns(names);
  const date = "format('%04d-%02d-%02d', period / 10000, period / 100 % 100, period % 100)";
  return {
    sql: `
      SELECT (strftime('%w', ${date}) + 6) % 7 + 1 AS key, NULL AS label, ${sums}
      FROM (SELECT period, ${sums} FROM (${sql}) GROUP BY period) WHERE period > 0 GROUP BY 1`,
    values,
  };
}
