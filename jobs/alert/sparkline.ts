const BARS = '▁▂▃▄▅▆▇█';
const MOST = 21;

/** The last values of a series as bars of text, from the least to the greatest of them. */
export function sparkline(values: readonly number[]): string {
  const shown = values.slice(-MOST);
  const low = Math.min(...shown);
  const range = Math.max(...shown) - low;
  const bar = (value: number) => (range === 0 ? 0.5 : (value - low) / range);
  return shown.map((value) => BARS[Math.min(BARS.length - 1, Math.floor(bar(value) * BARS.length))]).join('');
}
