import { weekday } from '../generate/calendar.ts';
import { baselineOf } from './baseline.ts';
import type { Finding, Level } from './finding.ts';
import type { Limit } from './limits.ts';
import { type Movement, WINDOW_DAYS } from './movement.ts';
import type { Panel } from './panel.ts';
import { median } from './robust.ts';

/** Days that are added up. */
const RECENT_DAYS = 28;
/** Of these, the last ones say how far down it is by now. */
const NOW_DAYS = 14;
/** A day counts at most so many standard deviations, so that no single one can look like a decline. */
const MOST = 2;
/** Share of what the whole shop has moved by in between, by which a store may have moved more: seasons are not the same everywhere. */
const DIFFERENCE = 0.35;
/** Half of the shift that is to be found, in standard deviations. */
const SLACK = 0.5;

export interface DeclineCheck {
  readonly panel: Panel;
  readonly movement: Movement;
  readonly level: Level;
  readonly limit: Limit;
}

/**
 * A slow decline that no single day gives away: the days of the last four weeks, as deviations from the ten weeks before those,
 * added up as long as they are low (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954: the one-sided CUSUM).
 */
export function checkDecline(
  { panel, movement, level, limit }: DeclineCheck,
  row: number,
  column: number,
): Finding | undefined {
  const { measure, rows, values, days, first } = panel;
  const reference = baselineOf(
    panel,
    row,
    movement.shared,
    { from: column - WINDOW_DAYS, to: column - RECENT_DAYS, levelDays: WINDOW_DAYS },
    RECENT_DAYS,
  );
  if (!reference) return undefined;
  const shared = movement.shared.slice();
  shared[column] = movement.today[row]!;
  const columns = Array.from({ length: RECENT_DAYS + 1 }, (_, i) => column - RECENT_DAYS + i).filter((each) => {
    const cell = row * days + each;
    return panel.marked[cell] === 0 && !Number.isNaN(values[cell]! - shared[each]!);
  });
  const deviations = columns.map((each) => {
    const usual = reference.level + reference.offsets[weekday(first + each)]!;
    return values[row * days + each]! - shared[each]! - usual;
  });
  const sum = cusum(deviations.map((deviation) => deviation / Math.max(reference.sigma, 0.02)));
  const now = median(deviations.slice(-NOW_DAYS));
  const moved =
    median(shared.subarray(column - NOW_DAYS, column)) -
    median(shared.subarray(Math.max(0, column - WINDOW_DAYS), column - RECENT_DAYS));
  const low = Math.log(1 - limit.floor) - DIFFERENCE * Math.abs(moved);
  const failing = deviations.length >= NOW_DAYS && sum > limit.score && now < low;
  return {
    ...{
      check: 'decline',
      level,
      row: rows[row]!,
      column,
      verdict: failing ? 'failing' : 'ok',
      severity: limit.severity,
    },
    ...{ unit: 'ratio', observed: Math.exp(now), expected: 1, low: Math.exp(low), high: null, score: -sum },
    ...{ columns: reference.columns, series: (each: number) => measure.back(values[row * days + each]!) },
  };
}

/** How far the deviations have gone down together by the last of them; 0 if they have not. */
export function cusum(deviations: readonly number[]): number {
  let sum = 0;
  for (const deviation of deviations) sum = Math.max(0, sum - Math.max(-MOST, Math.min(MOST, deviation)) - SLACK);
  return sum;
}
