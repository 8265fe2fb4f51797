import { MONEY_SCALE, QUANTITY_SCALE } from '../../engine/decimal.ts';
import type { CheckUnit } from './check-result.ts';
import type { Figure, ShopHistory } from './shop-history.ts';

/** In which direction a deviation is one. */
export type Sides = 'both' | 'high';

/**
 * A figure that is watched day by day, on a scale where its ordinary deviations are alike however large it is: the logarithm of
 * amounts, and the arcsine of the root of shares (F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial
 * data", Biometrika 35, 1948).
 */
export interface Measure {
  readonly check: string;
  readonly unit: CheckUnit;
  readonly scale: 'log' | 'share';
  readonly sides: Sides;
  /** A field that the subject names besides. */
  readonly field?: string;
  /** Does it rise and fall with the trade of the day? */
  readonly follows: 'trade' | 'level';
  /** The scaled value of a cell; NaN if there is none that day. */
  value(history: ShopHistory, cell: number): number;
  /** Standard deviation that chance alone gives it: from how many records it comes. */
  noise(history: ShopHistory, cell: number): number;
  /** From the scale back to the unit. */
  back(scaled: number): number;
}

const ORDINARY_BASKET_SPREAD = 0.8;
const ORDINARY_PRICE_SPREAD = 0.1;

const amount = (check: string, figure: Figure, unit: CheckUnit): Measure => ({
  ...{ check, unit, scale: 'log', sides: 'both', follows: 'trade' },
  value: ({ figures }, cell) => (figures.lines[cell]! > 0 ? Math.log(Math.max(figures[figure][cell]!, 1)) : Number.NaN),
  noise: ({ figures }, cell) => 1 / Math.sqrt(figures.lines[cell]!),
  back: Math.exp,
});

const ratio = (check: string, over: Figure, under: Figure, spread: number, by: Figure): Measure => ({
  ...{ check, unit: check === 'basket' ? 'money' : 'ratio', scale: 'log', sides: 'both', follows: 'level' },
  value: ({ figures }, cell) =>
    figures[under][cell]! > 0 && figures[over][cell]! > 0
      ? Math.log(figures[over][cell]! / figures[under][cell]!)
      : Number.NaN,
  noise: ({ figures }, cell) => spread / Math.sqrt(Math.max(1, figures[by][cell]!)),
  back: Math.exp,
});

/** The margin by way of the share that costs have in the revenue, which is never negative. */
const margin: Measure = {
  ...{ check: 'margin', unit: 'ratio', scale: 'log', sides: 'both', follows: 'level' },
  value: ({ figures }, cell) => {
    const revenue = figures.costed_revenue[cell]!;
    const cost = revenue - figures.profit[cell]!;
    return revenue > 0 && cost > 0 ? Math.log(cost / revenue) : Number.NaN;
  },
  noise: ({ figures }, cell) => ORDINARY_PRICE_SPREAD / Math.sqrt(Math.max(1, figures.lines[cell]!)),
  back: (scaled) => 1 - Math.exp(scaled),
};

type Count = (history: ShopHistory, cell: number) => number;

const share = (check: string, part: Count, whole: Count, field?: string): Measure => ({
  ...{ check, unit: 'ratio', scale: 'share', sides: 'high', follows: 'level', ...(field !== undefined && { field }) },
  value: (history, cell) => {
    const all = whole(history, cell);
    return all > 0 ? Math.asin(Math.sqrt(Math.min(1, (part(history, cell) + 3 / 8) / (all + 3 / 4)))) : Number.NaN;
  },
  noise: (history, cell) => 0.5 / Math.sqrt(whole(history, cell)),
  back: (scaled) => Math.sin(Math.min(Math.PI / 2, Math.max(0, scaled))) ** 2,
});

const profiled: Count = ({ figures }, cell) => figures.profiled[cell]!;

export const VOLUME: Measure = amount('volume', 'lines', 'records');
export const PRICE: Measure = ratio('price', 'priced_revenue', 'list_revenue', ORDINARY_PRICE_SPREAD, 'lines');

const MEASURES: readonly Measure[] = [
  VOLUME,
  amount('revenue', 'revenue', 'money'),
  amount('units', 'quantity', 'quantity'),
  ratio('basket', 'revenue', 'orders', ORDINARY_BASKET_SPREAD, 'orders'),
  PRICE,
  margin,
  share(
    'dead-letters',
    ({ figures }, cell) => figures.rejected[cell]!,
    (history, cell) => history.figures.rejected[cell]! + profiled(history, cell),
  ),
  share('duplicates', ({ figures }, cell) => figures.repeated[cell]!, profiled),
];

/** All that is watched of a history: one for each figure, and for each field one for its missing values. */
export function measuresOf({ missing }: ShopHistory): readonly Measure[] {
  const fields = [...missing.keys()].map((field) =>
    share('null-rate', (history, cell) => history.missing.get(field)![cell]!, profiled, field),
  );
  return [...MEASURES, ...fields];
}

/** How a figure reads: money and quantities in their units, shares in per cent. */
export function shown(value: number, unit: CheckUnit): string {
  const number = (figure: number, digits: number) =>
    figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (unit === 'money') return number(value / MONEY_SCALE, 2);
  if (unit === 'quantity') return number(Math.round(value / QUANTITY_SCALE), 0);
  if (unit === 'ratio') return `${number(value * 100, 1)} %`;
  if (unit === 'seconds') return `${number(value, 1)} s`;
  if (unit === 'bytes') return `${number(value / 1e9, 1)} GB`;
  return number(Math.round(value), 0);
}
