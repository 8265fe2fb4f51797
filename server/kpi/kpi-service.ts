import type { Database } from 'better-sqlite3';
import { type BreakdownField, type BreakdownOrder, breakdown, earningsBy, revenueBy } from '../../db/breakdown.ts';
import { firstSoldDay, type SoldSpan, soldSpan } from '../../db/kpi.ts';
import { onSnapshot } from '../../db/kpi-query.ts';
import { currenciesOf, filterChoices, measuresByPeriod, revenueByPeriod, totalMeasures } from '../../db/measures.ts';
import type { BreakdownRow, KpiFilter, KpiFilters, KpiSummary, KpiTrend } from '../schemas/kpi.ts';
import { changeOf, changesOf } from './changes.ts';
import type { InsightFigures } from './insights.ts';
import {
  type Comparison,
  checkPeriod,
  comparedSpan,
  dayNumber,
  type Granularity,
  ordinalOf,
  periodOf,
  plusDays,
  spanOf,
} from './periods.ts';
import { trendPoints, withPrevious } from './trend-points.ts';

/** The filter of the period that this one is compared with; null where there are no sales to begin with. */
export function comparedFilter(filter: KpiFilter, sold: SoldSpan, comparison: Comparison): KpiFilter | null {
  const span = spanOf(filter, sold);
  return span && { ...filter, ...comparedSpan(span, comparison) };
}

type Summary = Omit<KpiSummary, 'version' | 'provisional'>;

export function kpiSummary(db: Database, filter: KpiFilter, comparison: Comparison | undefined): Summary {
  checkPeriod(filter);
  return onSnapshot(db, () => {
    const sold = soldSpan(db, filter);
    const now = { ...sold, ...totalMeasures(db, filter), currencies: currenciesOf(db, filter) };
    const earlier = comparison && comparedFilter(filter, sold, comparison);
    if (!earlier) return now;
    const { avg_margin, ...before } = totalMeasures(db, earlier);
    const previous = { first_day: earlier.from ?? null, last_day: earlier.to ?? null, ...before };
    return { ...now, previous, change: changesOf(now, before) };
  });
}

export interface BreakdownRequest {
  readonly limit: number;
  readonly offset: number;
  readonly order?: BreakdownOrder;
  readonly comparison?: Comparison | undefined;
  readonly meanMargins?: boolean;
}

/** A row with the mean margin that only the Python original's answers show. */
export type FullRow = BreakdownRow & { readonly avg_margin?: number | null };

export function kpiBreakdown(db: Database, by: BreakdownField, filter: KpiFilter, request: BreakdownRequest) {
  checkPeriod(filter);
  return onSnapshot(db, () => {
    const { comparison, ...options } = request;
    const { items, total } = breakdown(db, by, filter, options);
    const sold = soldSpan(db, filter);
    const earlier = comparison && comparedFilter(filter, sold, comparison);
    if (!earlier) return { ...sold, items: items as FullRow[], total };
    const before = revenueBy(db, by, narrowed(earlier, by, items));
    const compared = items.map((row): FullRow => {
      const previous_revenue = before.get(row.key) ?? 0;
      return { ...row, previous_revenue, revenue_change: changeOf(row.revenue, previous_revenue) };
    });
    return { ...sold, items: compared, total };
  });
}

/** Up to so many products are looked up one by one; for more it takes less to read all. */
const FEW_PRODUCTS = 20;

/** The filter of what is compared with rows, where that is little. */
function narrowed(filter: KpiFilter, by: BreakdownField, rows: readonly { readonly key: string }[]): KpiFilter {
  return by === 'product' && rows.length <= FEW_PRODUCTS ? { ...filter, product: rows.map(({ key }) => key) } : filter;
}

export interface TrendRequest {
  readonly granularity: Granularity;
  readonly window: number;
  readonly comparison?: Comparison | undefined;
}

export function kpiTrend(db: Database, filter: KpiFilter, request: TrendRequest): Omit<KpiTrend, 'version'> {
  checkPeriod(filter);
  const { granularity, window, comparison } = request;
  return onSnapshot(db, () => {
    const { from, to, ...others } = filter;
    const sold = soldSpan(db, filter);
    const first = from === undefined ? sold.first_day : firstSoldDay(db, others);
    const shape = {
      ...{
        granularity,
        window,
        from: from === undefined ? null : ordinalOf(weekStart(from, granularity), granularity),
      },
      first: first === null ? null : ordinalOf(first, granularity),
    };
    const rows = measuresByPeriod(
      db,
      { ...filter, ...(from !== undefined && { from: lookBack(from, granularity, window) }) },
      granularity,
    );
    const points = trendPoints(cutTo(rows, filter, granularity, db), shape);
    const answer = { granularity, window, ...sold };
    const span = comparison && spanOf(filter, sold);
    if (!comparison || !span) return { ...answer, items: points };
    const earlier = comparedSpan(span, comparison);
    const before = revenueByPeriod(db, { ...others, ...earlier }, granularity);
    const shift = shiftOf(
      comparison,
      granularity,
      ordinalOf(span.from, granularity) - ordinalOf(earlier.from, granularity),
    );
    return { ...answer, items: withPrevious(points, before, granularity, shift) };
  });
}

/** The first week or month may begin before `from`: of it only the days asked for count. */
function cutTo(rows: ReturnType<typeof measuresByPeriod>, filter: KpiFilter, granularity: Granularity, db: Database) {
  const { from } = filter;
  if (from === undefined || granularity === 'day') return rows;
  const at = ordinalOf(weekStart(from, granularity), granularity);
  const [first] = measuresByPeriod(db, { ...filter, to: earliest(filter.to, lastDayOf(at, granularity)) }, granularity);
  return rows.flatMap((row) => {
    if (ordinalOf(row.period, granularity) !== at) return [row];
    return first ? [first] : [];
  });
}

function earliest(to: string | undefined, day: string): string {
  return to === undefined || day < to ? day : to;
}

function lastDayOf(ordinal: number, granularity: Granularity): string {
  const next = periodOf(ordinal + 1, granularity);
  return plusDays(granularity === 'month' ? `${next}-01` : next, -1);
}

function weekStart(day: string, granularity: Granularity): string {
  return granularity === 'month' ? day.slice(0, 7) : day;
}

/** The first day of the periods that the average of the first one looks back on. */
function lookBack(from: string, granularity: Granularity, window: number): string {
  const first = periodOf(ordinalOf(weekStart(from, granularity), granularity) - window + 1, granularity);
  const day = granularity === 'month' ? `${first}-01` : first;
  return dayNumber(day) < dayNumber('0001-01-01') ? '0001-01-01' : day;
}

/** Years are compared day by day, or by as many weeks and months as there are in one. */
function shiftOf(comparison: Comparison, granularity: Granularity, periods: number): (ordinal: number) => number {
  if (comparison === 'previous_period') return (ordinal) => ordinal - periods;
  if (granularity === 'month') return (ordinal) => ordinal - 12;
  if (granularity === 'week') return (ordinal) => ordinal - 52;
  return (ordinal) =>
    ordinalOf(comparedSpan({ from: periodOf(ordinal, 'day'), to: periodOf(ordinal, 'day') }, comparison).from, 'day');
}

/** Products that insights and menus look at. */
const BEST_SELLERS = 200;

/** What the sentences about a period are drawn from. */
export function insightFigures(db: Database, filter: KpiFilter): InsightFigures {
  return onSnapshot(db, () => {
    const rows = (by: BreakdownField) => earningsBy(db, by, filter, BEST_SELLERS);
    const { items: products, total: productCount } = rows('product');
    return {
      ...{ products, productCount, total: totalMeasures(db, filter), days: revenueByPeriod(db, filter, 'day') },
      ...{ regions: rows('region').items, categories: rows('category').items },
    };
  });
}

export function filterMenus(db: Database): Omit<KpiFilters, 'version'> {
  return onSnapshot(db, () => {
    const best = earningsBy(db, 'product', {}, BEST_SELLERS);
    const products = best.items.map(({ key, label }) => ({ product_id: key, name: label }));
    const { regions, stores, categories } = filterChoices(db);
    const menus = { regions: [...regions], stores: [...stores], categories: [...categories], products };
    return { ...soldSpan(db, {}), currencies: currenciesOf(db), ...menus };
  });
}
