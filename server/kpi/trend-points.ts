import type { PeriodMeasures, PeriodRevenue } from '../../db/measures.ts';
import type { TrendPoint } from '../schemas/kpi.ts';
import { changeOf } from './changes.ts';
import { type Granularity, ordinalOf, periodOf } from './periods.ts';

export interface TrendShape {
  readonly granularity: Granularity;
  /** Periods that the rolling average is over; those without sales count as 0. */
  readonly window: number;
  /** Points of periods before this ordinal serve the average and are not shown. */
  readonly from: number | null;
  /** Ordinal of the first period there ever was; before `window` of them there is no average. */
  readonly first: number | null;
}

/** Adds to measures by period what only their neighbours tell. Periods come in order; those without sales are left out. */
export function trendPoints(rows: readonly PeriodMeasures[], shape: TrendShape): Omit<TrendPoint, 'previous'>[] {
  const { granularity, window, from, first } = shape;
  const ordinals = rows.map(({ period }) => ordinalOf(period, granularity));
  const points: Omit<TrendPoint, 'previous'>[] = [];
  let behind = 0;
  let sum = 0;
  rows.forEach((row, index) => {
    const at = ordinals[index]!;
    // In cents of cents, so that taking off what was added leaves nothing behind.
    sum += Math.round(row.revenue * 1e4);
    while (ordinals[behind]! <= at - window) sum -= Math.round(rows[behind++]!.revenue * 1e4);
    if (from !== null && at < from) return;
    const isFull = first !== null && at - first + 1 >= window;
    const before = ordinals[index - 1] === at - 1 ? rows[index - 1] : undefined;
    points.push({
      ...row,
      rolling_average: isFull ? Math.round(sum / window / 100) / 100 : null,
      change: changeOf(row.revenue, before?.revenue),
    });
  });
  return points;
}

/** Puts beside each point the one that is `shift` periods before it. */
export function withPrevious(
  points: readonly Omit<TrendPoint, 'previous'>[],
  earlier: readonly PeriodRevenue[],
  granularity: Granularity,
  shift: (ordinal: number) => number,
): TrendPoint[] {
  const revenue = new Map(earlier.map((row) => [ordinalOf(row.period, granularity), row.revenue]));
  return points.map((point) => {
    const before = shift(ordinalOf(point.period, granularity));
    return { ...point, previous: { period: periodOf(before, granularity), revenue: revenue.get(before) ?? 0 } };
  });
}
