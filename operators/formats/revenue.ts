import { float64s } from '../../engine/arrays.ts';
import { type Column, NumberColumn } from '../../engine/column.ts';
import { formatDecimal, MONEY_SCALE, multiplyMoney, QUANTITY_SCALE } from '../../engine/decimal.ts';
import { overflow } from './number.ts';
import type { RowFaults } from './row-faults.ts';

/**
 * Sets revenue = quantity × unit_price × (1 − discount), rounded once, where the file has none; a missing discount is
 * none. Records in which `field`, mapped to revenue, is at fault keep none: what the file meant is not known.
 */
export function deriveRevenue(
  columns: Map<string, Column>,
  length: number,
  faults: RowFaults,
  field = 'revenue',
): void {
  const [quantity, price, discount] = ['quantity', 'unit_price', 'discount'].map((name) => valuesOf(columns.get(name)));
  if (!quantity || !price) return;
  const given = valuesOf(columns.get('revenue'));
  const values = float64s(length);
  for (let row = 0; row < length; row++) {
    const known = given ? given[row]! : Number.NaN;
    values[row] = known;
    if (given && (!Number.isNaN(known) || faults.concern(row, field))) continue;
    const off = discount ? discount[row]! : 0;
    const value = multiplyMoney(quantity[row]!, price[row]!, Number.isNaN(off) ? 0 : off);
    values[row] = value;
    if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) continue;
    values[row] = Number.NaN;
    if (!Number.isNaN(value)) faults.add(row, tooMuch(field, quantity[row]!, price[row]!));
  }
  columns.set('revenue', new NumberColumn('decimal', values, MONEY_SCALE));
}

function tooMuch(field: string, quantity: number, price: number) {
  return overflow(
    field,
    MONEY_SCALE,
    `${formatDecimal(quantity, QUANTITY_SCALE)} × ${formatDecimal(price, MONEY_SCALE)}`,
  );
}

function valuesOf(column: Column | undefined): Float64Array | undefined {
  return column?.kind === 'number' ? column.values : undefined;
}
