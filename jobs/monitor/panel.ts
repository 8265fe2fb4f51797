import type { Marks } from './marks.ts';
import type { Measure } from './measures.ts';
import type { HistoryRow, ShopHistory } from './shop-history.ts';

/** One measure of all rows of a history, by `row * days + column`; NaN where there is none. */
export interface Panel {
  readonly measure: Measure;
  readonly first: number;
  readonly days: number;
  readonly rows: readonly HistoryRow[];
  readonly values: Float64Array;
  readonly noise: Float64Array;
  /** 1: no measure of what is normal. */
  readonly marked: Uint8Array;
}

/** Each cell comes from its own day alone, so a panel may reach further than the day that is looked at. */
export function panelOf(history: ShopHistory, measure: Measure, marks: Marks): Panel {
  const { first, days, rows } = history;
  const values = new Float64Array(rows.length * days);
  const noise = new Float64Array(rows.length * days);
  const marked = new Uint8Array(rows.length * days);
  for (let cell = 0; cell < values.length; cell++) {
    values[cell] = measure.value(history, cell);
    noise[cell] = measure.noise(history, cell);
  }
  rows.forEach(({ attributes }, row) => {
    marked.set(marks.columns(attributes, measure.check, first, days), row * days);
  });
  return { measure, first, days, rows, values, noise, marked };
}
