import { marginOf } from './margin.ts';
import { MEASURES } from './roll-up-tables.ts';

/** What one sale adds to the roll-ups, times `sign`, in the order of MEASURES. Writes to `into` and returns it. */
export function contribution(
  quantity: number | null,
  revenue: number | null,
  cost: number | null,
  sign: 1 | -1,
  into = new Float64Array(MEASURES.length),
): Float64Array {
  const margin = marginOf(revenue, cost);
  into[0] = sign;
  into[1] = sign * (quantity ?? 0);
  into[2] = sign * (revenue ?? 0);
  into[3] = revenue === null || cost === null ? 0 : sign * (revenue - cost);
  into[4] = cost === null ? 0 : sign * (revenue ?? 0);
  into[5] = margin === null ? 0 : sign;
  into[6] = sign * (margin ?? 0);
  return into;
}
