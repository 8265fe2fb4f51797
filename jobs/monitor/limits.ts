import type { Severity } from './check-result.ts';

/** How far is too far: so many standard deviations, and at least by such a part (of shares: by so much). */
export interface Limit {
  readonly score: number;
  readonly floor: number;
  readonly severity: Severity;
}

const limit = (score: number, floor: number, severity: Severity = 'warning'): Limit => ({ score, floor, severity });

/** Of each check of a daily figure. The figures were chosen on the tuning histories of `bench/monitoring`. */
export const LIMITS: Readonly<Record<string, Limit>> = {
  volume: limit(4, 0.2),
  revenue: limit(4.5, 0.25, 'critical'),
  units: limit(4.5, 0.25),
  basket: limit(4.5, 0.2),
  price: limit(5, 0.05, 'critical'),
  margin: limit(5, 0.05),
  'dead-letters': limit(4, 0.02),
  duplicates: limit(4, 0.05, 'critical'),
  'null-rate': limit(4, 0.05),
  freshness: limit(0, 0, 'critical'),
  decline: limit(8, 0.12),
};

/** The limits in use; a check that isn't among them is not made. */
export type Limits = Readonly<Record<string, Limit>>;

/** Fewest days of history before anything is said. */
export const FEWEST_DAYS = 14;
