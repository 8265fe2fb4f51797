import { type Column, NumberColumn } from '../../engine/column.ts';
import { formatDecimal, MONEY_SCALE, QUANTITY_SCALE } from '../../engine/decimal.ts';
import { lineAmounts } from './line-amounts.ts';
import { overflow } from './number.ts';
import type { RowFaults } from './row-faults.ts';

/**
 * Sets revenue = quantity × unit_price × (1 − discount), rounded once, where the file has none; a missing discount is
 * none. Records in which `field`, mapped to revenue, is at fault keep none: what the file meant is not known.
 */
export function deriveRevenue(columns: Map<string, Column>, faults: RowFaults, field = 'revenue'): void {
  const quantity = valuesOf(columns.get('quantity'));
  const price = valuesOf(columns.get('unit_price'));
  if (!quantity || !price) return;
  const given = valuesOf(columns.get('revenue'));
  const values = lineAmounts(quantity, price, valuesOf(columns.get('discount')));
  if (given) restore(values, given, (row) => faults.concern(row, field));
  rejectUnsafe(values, (row) => faults.add(row, tooMuch(field, quantity[row]!, price[row]!)));
  columns.set('revenue', new NumberColumn('decimal', values, MONEY_SCALE));
}

/** What was given stands; where it is at fault there is nothing. */
function restore(values: Float64Array, given: Float64Array, isAtFault: (row: number) => boolean): void {
  for (let row = 0, { length } = values; row < length; row++) {
    if (!Number.isNaN(given[row]!) || isAtFault(row)) values[row] = given[row]!;
  }
}

/** Takes out what is beyond the safe integers. */
function rejectUnsafe(values: Float64Array, report: (row: number) => void): void {
  for (let row = 0, { length } = values; row < length; row++) {
    if (!(Math.abs(values[row]!) > Number.MAX_SAFE_INTEGER)) continue;
    values[row] = Number.NaN;
    report(row);
  }
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
