/** Points that a spark line has at most; more could not be told apart. */
const MOST_POINTS = 60;

/** SVG path of values from left to right in a box; empty where there are fewer than two. */
export function sparkPath(values: readonly number[], width: number, height: number, fromZero: boolean): string {
  const shown = thinned(values);
  if (shown.length < 2) return '';
  const highest = Math.max(...shown, fromZero ? 0 : Number.NEGATIVE_INFINITY);
  const lowest = Math.min(...shown, fromZero ? 0 : Number.POSITIVE_INFINITY);
  const span = highest - lowest || 1;
  const step = width / (shown.length - 1);
  return shown
    .map((value, index) => {
      const y = height - 1 - ((value - lowest) / span) * (height - 2);
      return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** Means of neighbours, so that no more than so many are left. */
function thinned(values: readonly number[]): number[] {
  const size = Math.ceil(values.length / MOST_POINTS);
  if (size <= 1) return [...values];
  const groups = Math.ceil(values.length / size);
  return Array.from({ length: groups }, (_, group) => {
    const part = values.slice(group * size, (group + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
