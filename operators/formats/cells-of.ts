import { BytesColumn, type Column, type NumberColumn } from '../../engine/column.ts';
import { formatDecimal } from '../../engine/decimal.ts';
import { isoText } from './calendar.ts';

/** Any column as cells: what an operator before this one made of them is written out plainly. */
export function cellsOf(column: Column): BytesColumn {
  if (column.kind === 'bytes') return column;
  const texts = Array.from({ length: column.length }, (_, row) => textAt(column, row));
  const starts = new Int32Array(texts.length);
  const ends = new Int32Array(texts.length);
  let end = 0;
  texts.forEach((text, row) => {
    starts[row] = end;
    end += Buffer.byteLength(text);
    ends[row] = end;
  });
  return new BytesColumn(Buffer.from(texts.join('')), starts, ends, 1, 0, texts.length);
}

function textAt(column: Exclude<Column, BytesColumn>, row: number): string {
  if (column.kind !== 'number') return column.get(row) ?? '';
  const value = column.values[row]!;
  return Number.isNaN(value) ? '' : numberText(column, value);
}

function numberText({ type, scale }: NumberColumn, value: number): string {
  if (type === 'date' || type === 'datetime') return isoText(value, type === 'datetime');
  if (type === 'boolean') return value === 1 ? 'true' : 'false';
  return type === 'float' ? String(value) : formatDecimal(value, scale);
}
