import type { MonitoringSeries } from '../server-types.ts';

/** A day of a check's picture; what is not known is null. */
export interface BandRow {
  readonly day: string;
  readonly observed: number | null;
  readonly expected: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly isIncident: boolean;
}

/** The days of a check, oldest first: those that were only observed, and those that were checked. */
export function bandRows({ before, points, incidents }: MonitoringSeries): BandRow[] {
  const failed = new Set(incidents.map(({ day }) => day));
  const observed = before.map(({ day, value }) => ({
    ...{ day, observed: value, expected: null, low: null, high: null },
    isIncident: failed.has(day),
  }));
  const checked = points.map(({ day, verdict, observed, expected, low, high }) => ({
    ...{ day, observed, expected, low, high },
    isIncident: verdict === 'failing' || failed.has(day),
  }));
  return [...observed, ...checked];
}
