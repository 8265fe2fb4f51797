/**
 * Location and spread that a few wild values cannot move: the median, and the median absolute deviation, made comparable with a
 * standard deviation by the factor for a normal distribution. F. R. Hampel, "The influence curve and its role in robust
 * estimation", JASA 69 (1974). Up to half of the values may be anything.
 */

/** Of normal values: standard deviation / median absolute deviation. */
const NORMAL = 1.4826;

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Spread around zero of residuals, as a standard deviation; NaN of nothing. */
export function spread(residuals: readonly number[]): number {
  return NORMAL * median(residuals.map(Math.abs));
}

/** The middle of all values but the one at `without`; NaN if there is no other. Missing values (NaN) don't count. */
export function medianWithout(values: Float64Array, without: number): number {
  const others: number[] = [];
  for (let i = 0; i < values.length; i++) if (i !== without && !Number.isNaN(values[i])) others.push(values[i]!);
  return median(others);
}
