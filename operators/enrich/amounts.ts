import { float64s } from '../../engine/arrays.ts';
import { type Column, NumberColumn } from '../../engine/column.ts';
import { divideHalfEven, MONEY_SCALE, multiplyMoney } from '../../engine/decimal.ts';

/** Unit of `margin`: millionths of the revenue. */
export const MARGIN_SCALE = 1_000_000;

type Columns = Map<string, Column>;

/** Adds revenue, cost, profit and margin where they are missing and follow from what is there. */
export function deriveAmounts(columns: Columns, length: number): void {
  const quantity = numbers(columns, 'quantity');
  const revenue = numbers(columns, 'revenue') ?? lineRevenue(columns, quantity, length);
  if (!revenue) return;
  set(columns, 'revenue', revenue, MONEY_SCALE);
  const givenProfit = numbers(columns, 'profit');
  const cost = lineCost(columns, { quantity, revenue, profit: givenProfit }, length);
  if (!cost) return;
  const profit = float64s(length);
  const margin = float64s(length);
  for (let row = 0; row < length; row++) {
    profit[row] = orElse(givenProfit, row, revenue[row]! - cost[row]!);
    margin[row] = marginOf(profit[row]!, revenue[row]!);
  }
  set(columns, 'cost', cost, MONEY_SCALE);
  set(columns, 'profit', profit, MONEY_SCALE);
  set(columns, 'margin', margin, MARGIN_SCALE);
}

/** Profit as millionths of revenue, half to even; NaN where revenue is 0 or either is missing. */
export function marginOf(profit: number, revenue: number): number {
  if (revenue === 0 || Number.isNaN(profit) || Number.isNaN(revenue)) return Number.NaN;
  const scaled = profit * MARGIN_SCALE;
  return Number.isSafeInteger(scaled) ? divideHalfEven(scaled, revenue) : Math.round(scaled / revenue);
}

interface Known {
  readonly quantity: Float64Array | null;
  readonly revenue: Float64Array;
  readonly profit: Float64Array | null;
}

/** Cost of the line: as given, else revenue − profit, else unit cost × quantity. */
function lineCost(columns: Columns, { quantity, revenue, profit }: Known, length: number): Float64Array | null {
  const given = numbers(columns, 'cost');
  const unitCost = numbers(columns, 'unit_cost');
  if (!given && !profit && !(unitCost && quantity)) return null;
  const cost = float64s(length);
  for (let row = 0; row < length; row++) {
    let value = given ? given[row]! : Number.NaN;
    if (Number.isNaN(value) && profit) value = revenue[row]! - profit[row]!;
    if (Number.isNaN(value) && unitCost && quantity) value = multiplyMoney(quantity[row]!, unitCost[row]!);
    cost[row] = value;
  }
  return cost;
}

function orElse(values: Float64Array | null, row: number, otherwise: number): number {
  const value = values ? values[row]! : Number.NaN;
  return Number.isNaN(value) ? otherwise : value;
}

function lineRevenue(columns: Columns, quantity: Float64Array | null, length: number): Float64Array | null {
  const unitPrice = numbers(columns, 'unit_price');
  const discount = numbers(columns, 'discount');
  if (!quantity || !unitPrice) return null;
  const revenue = float64s(length);
  for (let row = 0; row < length; row++) {
    revenue[row] = multiplyMoney(quantity[row]!, unitPrice[row]!, orElse(discount, row, 0));
  }
  return revenue;
}

function numbers(columns: Columns, field: string): Float64Array | null {
  const column = columns.get(field);
  return column?.kind === 'number' ? column.values : null;
}

function set(columns: Columns, field: string, values: Float64Array, scale: number): void {
  if (numbers(columns, field) !== values) columns.set(field, new NumberColumn('decimal', values, scale));
}
