import { float64s } from '../../engine/arrays.ts';
import { type Column, NumberColumn } from '../../engine/column.ts';
import { divideHalfEven, MONEY_SCALE } from '../../engine/decimal.ts';
import { lineAmounts } from '../formats/line-amounts.ts';

/** Unit of `margin`: millionths of the revenue. */
export const MARGIN_SCALE = 1_000_000;

type Columns = Map<string, Column>;

/** Adds revenue, cost, profit and margin where they are missing and follow from what is there. */
export function deriveAmounts(columns: Columns): void {
  const quantity = numbers(columns, 'quantity');
  const revenue = numbers(columns, 'revenue') ?? lineRevenue(columns, quantity);
  if (!revenue) return;
  set(columns, 'revenue', revenue, MONEY_SCALE);
  const givenProfit = numbers(columns, 'profit');
  const cost = lineCost(columns, { quantity, revenue, profit: givenProfit });
  if (!cost) return;
  const profit = filled(givenProfit, difference(revenue, cost));
  set(columns, 'cost', cost, MONEY_SCALE);
  set(columns, 'profit', profit, MONEY_SCALE);
  const margins = float64s(profit.length);
  fillMargins(profit, revenue, margins);
  set(columns, 'margin', margins, MARGIN_SCALE);
}

/** Profit as millionths of revenue, half to even; NaN where revenue is 0 or either is missing. */
export function marginOf(profit: number, revenue: number): number {
  if (revenue === 0 || Number.isNaN(profit) || Number.isNaN(revenue)) return Number.NaN;
  const scaled = profit * MARGIN_SCALE;
  return Math.abs(scaled) <= Number.MAX_SAFE_INTEGER ? divideHalfEven(scaled, revenue) : Math.round(scaled / revenue);
}

function fillMargins(profit: Float64Array, revenue: Float64Array, margins: Float64Array): void {
  for (let row = 0, { length } = margins; row < length; row++) margins[row] = marginOf(profit[row]!, revenue[row]!);
}

interface Known {
  readonly quantity: Float64Array | null;
  readonly revenue: Float64Array;
  readonly profit: Float64Array | null;
}

/** Cost of the line: as given, else revenue − profit, else unit cost × quantity. */
function lineCost(columns: Columns, { quantity, revenue, profit }: Known): Float64Array | null {
  const unitCost = numbers(columns, 'unit_cost');
  const byUnit = unitCost && quantity ? lineAmounts(quantity, unitCost, null) : null;
  const byProfit = profit ? filled(difference(revenue, profit), byUnit) : byUnit;
  return filled(numbers(columns, 'cost'), byProfit);
}

function lineRevenue(columns: Columns, quantity: Float64Array | null): Float64Array | null {
  const unitPrice = numbers(columns, 'unit_price');
  return quantity && unitPrice ? lineAmounts(quantity, unitPrice, numbers(columns, 'discount')) : null;
}

function difference(from: Float64Array, less: Float64Array): Float64Array {
  const rest = float64s(from.length);
  subtract(from, less, rest);
  return rest;
}

function subtract(from: Float64Array, less: Float64Array, rest: Float64Array): void {
  for (let row = 0, { length } = rest; row < length; row++) rest[row] = from[row]! - less[row]!;
}

/** The first, and where it has no value the second. */
function filled<T extends Float64Array | null>(values: Float64Array | null, others: T): Float64Array | T {
  if (!values || !others) return values ?? others;
  const all = float64s(values.length);
  for (let row = 0, { length } = all; row < length; row++)
    all[row] = Number.isNaN(values[row]!) ? others[row]! : values[row]!;
  return all;
}

function numbers(columns: Columns, field: string): Float64Array | null {
  const column = columns.get(field);
  return column?.kind === 'number' ? column.values : null;
}

function set(columns: Columns, field: string, values: Float64Array, scale: number): void {
  if (numbers(columns, field) !== values) columns.set(field, new NumberColumn('decimal', values, scale));
}
