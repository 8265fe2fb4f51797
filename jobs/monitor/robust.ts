/**
 * Location and spread that a few wild values cannot move: the median, and the median absolute deviation, made comparable with a
 * standard deviation by the factor for a normal distribution. F. R. Hampel, "The influence curve and its role in robust
 * estimation", JASA 69 (1974). Up to half of the values may be anything.
 */

/** Of normal values: standard deviation / median absolute deviation. */
const NORMAL = 1.4826;

/** Where values are put in order; medians are asked for by the million. */
let scratch = new Float64Array(256);

/** The middle value, of an even number the mean of the two in the middle; NaN of nothing. Missing values (NaN) don't count. */
export function median(values: ArrayLike<number>): number {
  if (scratch.length < values.length) scratch = new Float64Array(values.length * 2);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) scratch[count++] = value;
  }
  if (count === 0) return Number.NaN;
  const middle = count >> 1;
  const upper = smallest(middle, count);
  if (count % 2 === 1) return upper;
  let lower = scratch[0]!;
  for (let i = 1; i < middle; i++) if (scratch[i]! > lower) lower = scratch[i]!;
  return (lower + upper) / 2;
}

/** The value that would stand at `place` in order; those before it are no larger. C. A. R. Hoare, "Find", CACM 4 (1961). */
function smallest(place: number, count: number): number {
  let left = 0;
  let right = count - 1;
  while (left < right) {
    const pivot = scratch[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (scratch[i]! < pivot) i++;
      while (scratch[j]! > pivot) j--;
      if (i > j) break;
      const moved = scratch[i]!;
      scratch[i++] = scratch[j]!;
      scratch[j--] = moved;
    }
    if (place <= j) right = j;
    else if (place >= i) left = i;
    else break;
  }
  return scratch[place]!;
}

/** Spread around zero of residuals, as a standard deviation; NaN of nothing. */
export function spread(residuals: readonly number[]): number {
  return NORMAL * median(residuals.map(Math.abs));
}
