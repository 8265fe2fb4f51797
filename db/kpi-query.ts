import type { Database } from 'better-sqlite3';
import { boundsOf, dayOf, FIRST_KNOWN, type Period, type Span, spansOf } from './period.ts';
import { CELL_MEASURES, MEASURES } from './roll-up-tables.ts';
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
  readonly products: readonly number[] | null;
  /** Set where the products are all those of some categories. */
  readonly categories?: readonly number[] | null;
}

/** SQL and what is bound to it. */
export interface Query {
  readonly sql: string;
  readonly values: readonly Cell[];
}

/** More keys than these are bound as one JSON array. */
const MOST_BOUND = 1_000;

const prepared = new WeakMap<Database, Statements>();

/** Statements kept for a connection. */
export function statementsOf(db: Database): Statements {
  let statements = prepared.get(db);
  if (!statements) {
    statements = new Statements(db);
    prepared.set(db, statements);
  }
  return statements;
}

/** Runs several queries on one snapshot of the database. */
export function onSnapshot<T>(db: Database, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work)();
}

export function selectionOf(db: Database, filter: KpiFilter): Selection {
  const { from, to, region, store, category, product } = filter;
  return {
    period: { from: from === undefined ? null : dayOf(from), to: to === undefined ? null : dayOf(to) },
    stores: keysOf(db, 'stores', 'store_key', { region, store_id: store }),
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
  return statementsOf(db)
    .get(sql)
    .pluck()
    .all(...values) as number[];
}

/** What sums are grouped by. */
export type Grouping = 'store_key' | 'product_key' | 'period' | null;

/**
 * The sums of the smallest roll-ups that can answer, as rows of a subquery with a column for each measure and,
 * unless grouping is null, one named like it. Rows may come several times for one group: the query around adds them up.
 */
export function sumsQuery(selection: Selection, grouping: Grouping, grain: 'day' | 'month' = 'month'): Query {
  const spans = grain === 'month' ? spansOf(selection.period) : daysOnly(selection.period);
  const parts = spans.map((span) => spanQuery(span, selection, grouping, grain));
  if (parts.length === 0) return sumsQuery({ ...selection, period: { from: 0, to: 0 }, stores: [] }, grouping, 'day');
  return { sql: parts.map(({ sql }) => sql).join(' UNION ALL '), values: parts.flatMap(({ values }) => values) };
}

function daysOnly(period: Period): Span[] {
  const [from, to] = boundsOf(period);
  return [{ grain: 'day', from, to, sign: 1 }];
}

function spanQuery(span: Span, selection: Selection, grouping: Grouping, grain: 'day' | 'month'): Query {
  const level = levelOf(selection, grouping);
  const table = `${span.grain === 'day' ? 'daily' : 'month'}_${level}` as const;
  const group = grouping === 'period' ? `${periodSql(span, grain)} AS period` : grouping;
  const groupBy = level === 'sales' ? groupingSql(table, grouping) : null;
  const columns = measureColumns(table !== 'daily_sales', level === 'store', span.sign, level === 'sales');
  const { sql: where, values } = conditionsOf(table, span, selection);
  const sql = `SELECT ${group ? `${group}, ` : ''}${columns} FROM ${table} WHERE ${where}${groupBy ? ` GROUP BY ${groupBy}` : ''}`;
  return { sql, values };
}

/** Which roll-up has what is asked for: the least detailed one. */
function levelOf(
  { stores, products, categories }: Selection,
  grouping: Grouping,
): 'store' | 'product' | 'category' | 'sales' {
  const byStore = grouping === 'store_key' || stores !== null;
  const byProduct = grouping === 'product_key' || products !== null;
  if (!byProduct) return 'store';
  if (!byStore) return 'product';
  return categories && grouping !== 'product_key' ? 'category' : 'sales';
}

/** What to group by so that, as far as possible, rows are summed in the order of the table's key, which needs no sorting. */
function groupingSql(table: string, grouping: Grouping): string | null {
  if (grouping === null) return null;
  if (table === 'month_sales')
    return grouping === 'product_key' ? 'store_key, product_key' : grouping.replace('period', 'month');
  return { store_key: 'day, store_key', product_key: 'product_key', period: 'day' }[grouping];
}

function conditionsOf(table: string, { grain, from, to }: Span, { stores, products, categories }: Selection): Query {
  const values: Cell[] = [from, to];
  const conditions = [`${grain} BETWEEN ? AND ?`];
  // With every part of the key given as a list, SQLite goes to the rows wanted instead of reading all.
  if (table === 'daily_sales' || table === 'daily_category') {
    conditions[0] = 'day IN (SELECT DISTINCT day FROM daily_store WHERE day BETWEEN ? AND ?)';
  }
  const isByStore = table.endsWith('_sales') || table.endsWith('_category');
  if (isByStore && !stores) conditions.push('store_key IN (SELECT store_key FROM stores)');
  const isByCategory = table.endsWith('_category');
  for (const [column, keys] of [
    ['store_key', stores],
    ['product_key', isByCategory ? null : products],
    ['category_key', isByCategory ? categories : null],
  ] as const) {
    if (!keys) continue;
    const many = keys.length > MOST_BOUND;
    conditions.push(`${column} IN ${many ? '(SELECT value FROM json_each(?))' : placeholders(keys.length)}`);
    if (many) values.push(JSON.stringify(keys));
    else values.push(...keys);
  }
  return { sql: conditions.join(' AND '), values };
}

function periodSql(span: Span, grain: 'day' | 'month'): string {
  return span.grain === 'day' && grain === 'month' ? 'day / 100' : span.grain;
}

function measureColumns(hasCells: boolean, hasOrders: boolean, sign: 1 | -1, summed: boolean): string {
  const cell = hasCells ? CELL_MEASURES : ['(margin_lines > 0)', 'coalesce(margin_sum / margin_lines, 0)'];
  const terms: [string, string][] = MEASURES.map((name) => [name, name]);
  terms.push(['cells', cell[0]!], ['cell_margin_sum', cell[1]!], ['orders', hasOrders ? 'orders' : 'NULL']);
  return terms.map(([name, term]) => `${sign < 0 ? '-' : ''}${summed ? `sum(${term})` : term} AS ${name}`).join(', ');
}

/** The first or last known day of the selection that has sales; 0 if there is none. */
export function edgeDay(db: Database, selection: Selection, edge: 'first' | 'last'): number {
  const [from, to] = boundsOf(selection.period);
  const span: Span = { grain: 'day', from: Math.max(from, FIRST_KNOWN), to, sign: 1 };
  const table = `daily_${levelOf(selection, null)}`;
  const { sql: where, values } = conditionsOf(table, span, selection);
  const sql = `SELECT day FROM ${table} WHERE ${where} ORDER BY day ${edge === 'first' ? 'ASC' : 'DESC'} LIMIT 1`;
  return (
    (statementsOf(db)
      .get(sql)
      .pluck()
      .get(...values) as number | undefined) ?? 0
  );
}

/** LIMIT and OFFSET for a page, to be bound. */
export function pageValues({ limit, offset }: Page): [limit: number, offset: number] {
  return [limit ?? -1, offset ?? 0];
}
