import type { Batch } from '../../engine/batch.ts';
import { type Column, TextColumn } from '../../engine/column.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { suggestion } from '../../engine/nearest.ts';

const ATTRIBUTES = 'attributes';

/**
 * The column of a field, if the batch has it. `attributes.NAME` is the attribute of that name: the value of a column of the
 * file that the dataset maps to nothing.
 */
export function findColumn(batch: Batch, field: string): Column | undefined {
  const column = batch.columns.get(field);
  if (column || !field.startsWith(`${ATTRIBUTES}.`)) return column;
  const attributes = batch.columns.get(ATTRIBUTES);
  return attributes && attributeColumn(attributes, field.slice(ATTRIBUTES.length + 1));
}

/** The column of a field; throws `unknown_field`, naming the nearest that there is. */
export function fieldColumn(batch: Batch, field: string): Column {
  const column = findColumn(batch, field);
  if (column) return column;
  const message = `no field "${field}" in these records${suggestion(field, batch.columns.keys())}`;
  throw new TillstreamError('unknown_field', message);
}

function attributeColumn(attributes: Column, name: string): Column {
  const texts = Array.from({ length: attributes.length }, (_, row) => {
    const json = attributes.get(row);
    const value = json === null ? null : (JSON.parse(String(json)) as Record<string, unknown>)[name];
    return value === undefined || value === null ? null : String(value);
  });
  return new TextColumn(texts);
}
