import type { Database } from 'better-sqlite3';
import type { Query, Selection } from './kpi-query.ts';
import { boundsOf, FIRST_KNOWN, type Period, type Span, spansOf } from './period.ts';
import type { CELL_MEASURES, MEASURES } from './roll-up-tables.ts';
import { type Cell, placeholders, Statements } from './statements.ts';

/** More keys than these are bound as one JSON array. */
const MOST_BOUND = 1_000;

/** A sum that roll-ups hold, or that can be made of what they hold. */
export type SumName = (typeof MEASURES)[number] | (typeof CELL_MEASURES)[number] | 'orders';

/** What sums are grouped by; by category only where no single products are asked for. */
export type Grouping = 'store_key' | 'product_key' | 'category_key' | 'period' | null;

interface Asked {
  readonly grouping: Grouping;
  readonly names: readonly SumName[];
  /** Of the periods that sums are grouped by. */
  readonly grain: 'day' | 'month';
}

/**
 * The sums of the smallest roll-ups that can answer, as rows of a subquery with a column for each name and,
 * unless grouping is null, one named like it. Rows may come several times for one group: the query around adds them up.
 */
export function sumsQuery(
  selection: Selection,
  grouping: Grouping,
  names: readonly SumName[],
  grain: 'day' | 'month' = 'month',
): Query {
  const asked: Asked = { grouping, names, grain };
  const parts = differenceOf(selection, grouping).flatMap((part) => partQueries(part, asked));
  if (parts.length === 0) return sumsQuery(nothing(selection), grouping, names, 'day');
  return { sql: parts.map(({ sql }) => sql).join(' UNION ALL '), values: parts.flatMap(({ values }) => values) };
}

function nothing(selection: Selection): Selection {
  return { ...selection, period: { from: 0, to: 0 }, stores: [], otherStores: null };
}

interface Part {
  readonly selection: Selection;
  readonly sign: 1 | -1;
}

/** Where most stores are meant, all stores' sums less those of the others: that takes fewer of the most detailed rows. */
function differenceOf(selection: Selection, grouping: Grouping): Part[] {
  const { otherStores } = selection;
  const isDetailed = levelOf(selection, grouping) === 'sales' || levelOf(selection, grouping) === 'category';
  if (!otherStores || grouping === 'store_key' || !isDetailed) return [{ selection, sign: 1 }];
  const all: Part = { selection: { ...selection, stores: null }, sign: 1 };
  return otherStores.length === 0 ? [all] : [all, { selection: { ...selection, stores: otherStores }, sign: -1 }];
}

function partQueries({ selection, sign }: Part, asked: Asked): Query[] {
  const level = levelOf(selection, asked.grouping);
  const spans = asked.grain === 'day' ? daysOnly(selection.period) : spansOf(selection.period, level === 'sales');
  return spans.map((span) => spanQuery({ ...span, sign: span.sign === sign ? 1 : -1 }, selection, asked));
}

function daysOnly(period: Period): Span[] {
  const [from, to] = boundsOf(period);
  return [{ grain: 'day', from, to, sign: 1 }];
}

function spanQuery(span: Span, selection: Selection, { grouping, names, grain }: Asked): Query {
  const level = levelOf(selection, grouping);
  const table = `${span.grain === 'day' ? 'daily' : span.grain}_${level}` as const;
  const group = grouping === 'period' ? `${periodSql(span, grain)} AS period` : grouping;
  const groupBy = level === 'sales' ? groupingSql(span, grouping) : null;
  const summed = groupBy !== null || (level === 'sales' && grouping === null);
  const columns = sumTerms(names, { table, sign: span.sign, summed });
  const { sql: where, values } = conditionsOf(table, span, selection);
  const sql = `SELECT ${group ? `${group}, ` : ''}${columns} FROM ${table} WHERE ${where}${groupBy ? ` GROUP BY ${groupBy}` : ''}`;
  return { sql, values };
}

/** Which roll-up has what is asked for: the least detailed one. */
function levelOf(
  { stores, products, categories }: Selection,
  grouping: Grouping,
): 'store' | 'product' | 'category' | 'category_total' | 'sales' {
  const byStore = grouping === 'store_key' || stores !== null;
  const byCategory = grouping === 'category_key' || (categories && grouping !== 'product_key');
  if (byCategory) return byStore ? 'category' : 'category_total';
  const byProduct = grouping === 'product_key' || products !== null;
  if (!byProduct) return 'store';
  return byStore ? 'sales' : 'product';
}

/** What to group by so that rows are summed in the order of the table's key; null where they would have to be sorted. */
function groupingSql({ grain }: Span, grouping: Grouping): string | null {
  if (grouping === 'period') return grain;
  if (grain === 'month') return grouping === 'product_key' ? 'store_key, product_key' : grouping;
  return grouping === 'store_key' ? `${grain}, store_key` : null;
}

function conditionsOf(table: string, { grain, from, to }: Span, { stores, products, categories }: Selection): Query {
  const values: Cell[] = [from, to];
  const conditions = [`${grain} BETWEEN ? AND ?`];
  // With every part of the key given as a list, SQLite goes to the rows wanted instead of reading all.
  if (table === 'daily_sales' || table === 'daily_category') {
    conditions[0] = 'day IN (SELECT DISTINCT day FROM daily_store WHERE day BETWEEN ? AND ?)';
  } else if (table === 'dekad_sales') {
    // They are of one month: the one in the middle, if any, is half way.
    conditions[0] = 'dekad IN (?, ?, ?)';
    values.push(Math.trunc((from + to) / 2));
  }
  const isByStore = table.endsWith('_sales') || table.endsWith('_category');
  if (isByStore && !stores) conditions.push('store_key IN (SELECT store_key FROM stores)');
  const isByCategory = table.includes('_category');
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
  if (span.grain === grain || span.grain === 'month') return span.grain;
  return span.grain === 'day' ? 'day / 100' : 'dekad / 10';
}

interface Terms {
  readonly table?: string;
  readonly sign: 1 | -1;
  readonly summed?: boolean;
}

function sumTerms(names: readonly SumName[], { table, sign, summed }: Terms): string {
  const terms = names.map((name) => {
    const term = termOf(name, table);
    return `${sign < 0 ? '-' : ''}${summed ? `sum(${term})` : term} AS ${name}`;
  });
  return terms.join(', ');
}

/** How a table has a sum: cells have no counts of cells, and only stores have orders. */
function termOf(name: SumName, table: string | undefined): string {
  if (name === 'orders') return table?.endsWith('_store') ? name : 'NULL';
  if (table !== 'daily_sales') return name;
  return name === 'cells'
    ? '(margin_lines > 0)'
    : name === 'cell_margin_sum'
      ? 'coalesce(margin_sum / margin_lines, 0)'
      : name;
}

/** The first or last known day of the selection that has sales; 0 if there is none. */
export function edgeDay(db: Database, selection: Selection, edge: 'first' | 'last'): number {
  const [from, to] = boundsOf(selection.period);
  const span: Span = { grain: 'day', from: Math.max(from, FIRST_KNOWN), to, sign: 1 };
  const table = `daily_${levelOf(selection, null)}`;
  const { sql: where, values } = conditionsOf(table, span, selection);
  const sql = `SELECT day FROM ${table} WHERE ${where} ORDER BY day ${edge === 'first' ? 'ASC' : 'DESC'} LIMIT 1`;
  return (
    (Statements.of(db)
      .get(sql)
      .pluck()
      .get(...values) as number | undefined) ?? 0
  );
}
