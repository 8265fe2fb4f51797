import type { BreakdownRow } from '../server-types.ts';

export interface HeatMap {
  /** Hours shown, from the first with sales to the last. */
  readonly hours: readonly number[];
  /** Weekday 1 to 7, then as `hours`. */
  readonly rows: readonly { readonly weekday: number; readonly cells: readonly (BreakdownRow | null)[] }[];
  readonly highest: number;
  /** Is nothing known but the day? Then all stands at hour 0. */
  readonly isDaily: boolean;
}

/** Rows keyed `5-14` as a grid of weekdays and hours; null where hours are not known. */
export function heatMapOf(items: readonly BreakdownRow[]): HeatMap | null {
  const cells = new Map(items.map((item) => [item.key, item]));
  const known = items
    .map(({ key }) => /^[1-7]-(\d+)$/.exec(key)?.[1])
    .filter((hour) => hour !== undefined)
    .map(Number);
  if (known.length === 0) return null;
  const first = Math.min(...known);
  const hours = Array.from({ length: Math.max(...known) - first + 1 }, (_, index) => first + index);
  const rows = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
    weekday,
    cells: hours.map((hour) => cells.get(`${weekday}-${hour}`) ?? null),
  }));
  const isDaily = hours.length === 1 && first === 0;
  return { hours, rows, isDaily, highest: Math.max(...items.map(({ revenue }) => revenue), 0) };
}
