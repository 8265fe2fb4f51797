import type { Severity } from './check-result.ts';
import type { Level } from './finding.ts';

/**
 * How far is too far: so many standard deviations, and at least down by such a part or up as many times (0.5: halved or doubled; of
 * shares: up by so much).
 */
export interface Limit {
  readonly score: number;
  readonly floor: number;
  readonly severity: Severity;
}

const limit = (score: number, floor: number, severity: Severity = 'warning'): Limit => ({ score, floor, severity });

/** Of each check of a daily figure. The figures were chosen on the tuning histories of `bench/monitoring`. */
export const LIMITS: Readonly<Record<string, Limit>> = {
  volume: limit(4.2, 0.41),
  revenue: limit(7, 0.45, 'critical'),
  units: limit(7, 0.45),
  basket: limit(6, 0.3),
  price: limit(4.5, 0.06, 'critical'),
  margin: limit(8, 0.15),
  'dead-letters': limit(5, 0.03),
  duplicates: limit(4.5, 0.05, 'critical'),
  'null-rate': limit(4.2, 0.08),
  freshness: limit(0, 0, 'critical'),
  decline: limit(9, 0.18),
};

/** The limits in use; a check that isn't among them is not made. */
export type Limits = Readonly<Record<string, Limit>>;

/** Of the whole shop and of a category, prices and margins move with every campaign: less than this is no news. */
export const COARSE_FLOOR = 0.2;

/** The limit as it holds for rows of a level. Categories have their own ways, and are told of without alarm. */
export function limitFor(limit: Limit, level: Level, follows: 'trade' | 'level'): Limit {
  if (level !== 'shop' && level !== 'category') return limit;
  const floor = follows === 'level' ? Math.max(limit.floor, COARSE_FLOOR) : limit.floor;
  return { ...limit, floor, severity: level === 'category' ? 'info' : limit.severity };
}

/** Fewest days of history before anything is said. */
export const FEWEST_DAYS = 14;
