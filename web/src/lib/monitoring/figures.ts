import { bytes, count, money, NO_FIGURE, share } from '../format/numbers.ts';
import { duration } from '../format/times.ts';
import type { CheckFigures } from '../server-types.ts';

/** A figure of a check in the unit that it counts. */
export function figure(unit: CheckFigures['unit'], value: number | null, currency: string | null = null): string {
  if (value === null) return NO_FIGURE;
  switch (unit) {
    case 'money':
      return money(value, currency);
    case 'ratio':
      return share(value, 2);
    case 'seconds':
      return duration(value * 1000);
    case 'bytes':
      return bytes(value);
    default:
      return count(value);
  }
}

/** What would have been ok: `between 10 and 20`, `at least 10`, `at most 20`; empty where nothing is said. */
export function range({ unit, low, high }: CheckFigures, currency: string | null = null): string {
  if (low !== null && high !== null)
    return `between ${figure(unit, low, currency)} and ${figure(unit, high, currency)}`;
  if (low !== null) return `at least ${figure(unit, low, currency)}`;
  return high === null ? '' : `at most ${figure(unit, high, currency)}`;
}
