import type { Database } from 'better-sqlite3';
import { type KpiFilter, type Page, revenue, summary, topProducts, trend } from '../../db/kpi.ts';
import { suggestion } from '../../engine/nearest.ts';
import type { Answer, Command } from '../command.ts';
import { kpiTables } from '../kpi-tables.ts';
import type { Options } from '../options.ts';
import { withWarehouse } from '../read-warehouse.ts';
import { UsageError } from '../usage-error.ts';

const GRANULARITIES = ['day', 'week', 'month'] as const;

type Granularity = (typeof GRANULARITIES)[number];
type Query = (db: Database, filter: KpiFilter, page: Page, granularity: Granularity) => Answer;

const QUERIES: Readonly<Record<string, Query>> = {
  revenue: (db, filter, page) => answer(revenue(db, filter, page), kpiTables.revenue),
  'top-products': (db, filter, page) => answer(topProducts(db, filter, { limit: 5, ...page }), kpiTables.topProducts),
  summary: (db, filter) => answer(summary(db, filter), kpiTables.summary),
  trend: (db, filter, page, granularity) => answer(trend(db, filter, { ...page, granularity }), kpiTables.trend),
};

export const kpiCommand: Command = {
  name: 'kpi',
  summary: 'Answer questions about the sales: revenue, top-products, summary or trend.',
  description:
    'revenue is by region and top-products by product, the highest first; summary is one line of totals; trend is by day, week or month. ' +
    'Filters can be given several times: any of the values will do. Profit and margin count only sales whose cost is known.',
  positionals: 'revenue | top-products | summary | trend',
  mostPositionals: 1,
  options: [
    { name: 'from', value: 'DAY', description: 'first day, YYYY-MM-DD' },
    { name: 'to', value: 'DAY', description: 'last day, included' },
    { name: 'region', value: 'NAME', multiple: true, description: 'only sales of this region' },
    { name: 'store', value: 'ID', multiple: true, description: 'only sales of this store' },
    { name: 'category', value: 'NAME', multiple: true, description: 'only products of this category' },
    { name: 'product', value: 'ID', multiple: true, description: 'only this product' },
    { name: 'granularity', value: 'STEP', description: 'for trend: day (default), week or month' },
    { name: 'limit', value: 'N', description: 'at most so many rows (top-products: 5 unless given)' },
  ],
  examples: [
    { line: 'kpi revenue', does: 'revenue, profit and margin of each region' },
    { line: 'kpi top-products --limit 10 --from 2025-12-01', does: 'what sold best since the first of December' },
    { line: 'kpi summary --region North --json', does: 'totals of one region, for programs' },
    { line: 'kpi trend --granularity month', does: 'how sales went, month by month' },
  ],
  run(call) {
    const { positionals, options } = call;
    const [name] = positionals;
    const query = name === undefined ? undefined : QUERIES[name];
    if (!query) {
      const asked = name === undefined ? 'say which one' : `there is none called "${name}"`;
      throw new UsageError(`kpi: ${asked}${suggestion(name ?? '', Object.keys(QUERIES))}`, 'kpi');
    }
    const limit = options.whole('limit', 1);
    const granularity = options.choice('granularity', GRANULARITIES) ?? 'day';
    const filter = filterOf(options);
    return withWarehouse(call, (db) => query(db, filter, limit === undefined ? {} : { limit }, granularity));
  },
};

function filterOf(options: Options): KpiFilter {
  const days = { from: options.day('from'), to: options.day('to') };
  const names = (['region', 'store', 'category', 'product'] as const).map(
    (name) => [name, options.texts(name)] as const,
  );
  const given = [...Object.entries(days), ...names].filter(([, value]) => value !== undefined && value.length > 0);
  return Object.fromEntries(given) as KpiFilter;
}

function answer<Result>(document: Result, text: (result: Result) => string): Answer {
  return { document, text: text(document) };
}
