import type { Batch } from '../../engine/batch.ts';
import type { Value } from '../../engine/column.ts';
import { fieldColumn } from '../values/field-column.ts';

/** What records of one group have in common, fit for a Map: never equal for different values. */
export type GroupKey = string | number | null;

export function groupKey(values: readonly Value[]): GroupKey {
  return values.length === 1 ? values[0]! : JSON.stringify(values);
}

/** Reads the values of some fields, row by row. Throws `unknown_field`. */
export function valuesReader(batch: Batch, fields: readonly string[]): (row: number) => Value[] {
  const columns = fields.map((field) => fieldColumn(batch, field));
  return (row) => columns.map((column) => column.get(row));
}
