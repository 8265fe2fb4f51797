import type { Subject } from './check-result.ts';

/**
 * What a shop's days are made of. Money in 1/10,000 of the currency unit, quantities in 1/1,000. `list_revenue` is what the
 * quantities would have cost at the usual prices and `priced_revenue` at those of the day (see price-level.ts). `repeated`, `rejected`
 * and missing values are known of records whose file was looked at, which are `profiled` lines.
 */
export const FIGURES = [
  'lines',
  'orders',
  'quantity',
  'revenue',
  'profit',
  'costed_revenue',
  'priced_revenue',
  'list_revenue',
  'profiled',
  'repeated',
  'rejected',
] as const;
export type Figure = (typeof FIGURES)[number];

/** Something that has days: a store, a region, a category, the whole shop. */
export interface HistoryRow {
  readonly subject: Subject;
  /** The subject and what else marks may name: a store's region. */
  readonly attributes: Subject;
}

/** Figures by row and day, `row * days + column`; column 0 is day `first`, counted from 1970-01-01. 0 is none. */
export interface ShopHistory {
  readonly first: number;
  readonly days: number;
  readonly rows: readonly HistoryRow[];
  readonly figures: Readonly<Record<Figure, Float64Array>>;
  /** By field: how many values were missing. */
  readonly missing: ReadonlyMap<string, Float64Array>;
}

/** A history of these rows in which nothing has happened. */
export function emptyHistory(
  first: number,
  days: number,
  rows: readonly HistoryRow[],
  fields: readonly string[] = [],
): ShopHistory {
  const none = () => new Float64Array(rows.length * days);
  const figures = Object.fromEntries(FIGURES.map((name) => [name, none()])) as Record<Figure, Float64Array>;
  return { first, days, rows, figures, missing: new Map(fields.map((field) => [field, none()])) };
}

/** The rows added up by a dimension of their attributes; without one, all of them. */
export function summedBy(history: ShopHistory, dimension?: string): ShopHistory {
  const names = history.rows.map(({ attributes }) => (dimension === undefined ? '' : (attributes[dimension] ?? '')));
  const groups = [...new Set(names)].filter((name) => dimension === undefined || name !== '');
  const rows = groups.map((name) => {
    const subject: Subject = dimension === undefined ? {} : { [dimension]: name };
    return { subject, attributes: subject };
  });
  const sums = emptyHistory(history.first, history.days, rows, [...history.missing.keys()]);
  names.forEach((name, row) => {
    const group = groups.indexOf(name);
    if (group < 0) return;
    for (const figure of FIGURES) addRow(sums.figures[figure], group, history.figures[figure], row, history.days);
    for (const [field, counts] of history.missing) addRow(sums.missing.get(field)!, group, counts, row, history.days);
  });
  return sums;
}

function addRow(to: Float64Array, toRow: number, from: Float64Array, fromRow: number, days: number): void {
  for (let column = 0; column < days; column++) to[toRow * days + column]! += from[fromRow * days + column]!;
}
