import type { Database } from 'better-sqlite3';
import { type Page, pageValues, type Query, type Selection } from './kpi-query.ts';
import { sumColumns } from './measures.ts';
import { Statements } from './statements.ts';
import { type SumName, sumsQuery } from './sums-query.ts';

/** What sales can be grouped by without looking at single ones. */
export const BREAKDOWN_FIELDS = ['region', 'store', 'category', 'product', 'weekday'] as const;
export type BreakdownField = (typeof BREAKDOWN_FIELDS)[number];

/** What a list can be ordered by; `-` before it turns it round. The highest come first, keys in their own order. */
const BREAKDOWN_ORDERS = ['revenue', 'profit', 'margin', 'units', 'key'] as const;
export type BreakdownOrder = (typeof BREAKDOWN_ORDERS)[number] | `-${(typeof BREAKDOWN_ORDERS)[number]}`;

/** A row of a query for a breakdown, besides its sums. */
export interface Group {
  readonly key: string | number;
  readonly label: string | null;
  readonly revenue: number;
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

/** Rows with sales, a page of them in that order; by default the highest revenue first, and weekdays in theirs. */
export function findGroups<Sums>(
  db: Database,
  by: BreakdownField,
  selection: Selection,
  names: readonly SumName[],
  options: Page & { readonly order?: BreakdownOrder },
): { items: (Sums & Group)[]; total: number } {
  const groups = groupQuery(by, selection, names);
  const order = orderSql(options.order ?? (by === 'weekday' ? 'key' : 'revenue'));
  const sql = `
    SELECT *, sum(revenue) OVER () AS all_revenue, count(*) OVER () AS total FROM (${groups.sql}) WHERE lines <> 0
    ORDER BY ${order}, key LIMIT ? OFFSET ?`;
  const items = Statements.of(db)
    .get(sql)
    .all(...groups.values, ...pageValues(options)) as (Sums & Group)[];
  // A page behind the last row knows of none.
  const isBehind = items.length === 0 && options.offset;
  return { items, total: isBehind ? findGroups(db, by, selection, names, { limit: 1 }).total : (items[0]?.total ?? 0) };
}

function orderSql(order: BreakdownOrder): string {
  const turned = order.startsWith('-');
  const [term, highestFirst] = ORDER_SQL[(turned ? order.slice(1) : order) as keyof typeof ORDER_SQL];
  return `${term} ${highestFirst === turned ? 'ASC' : 'DESC'} NULLS LAST`;
}

/** A row for each key, with its names and those sums. */
export function groupQuery(by: BreakdownField, selection: Selection, names: readonly SumName[]): Query {
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
