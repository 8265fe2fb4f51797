import type { BytesColumn } from '../../engine/column.ts';

/** Reads the cells of a column with `read`, and asks `rest` where that gives NaN. Formats that most files have keep loops of their own. */
export function fillCells(
  { bytes, starts, ends, stride, offset, length }: BytesColumn,
  values: Float64Array,
  rest: (row: number) => number,
  read: (bytes: Uint8Array, start: number, end: number) => number,
): void {
  for (let row = 0, cell = offset; row < length; row++, cell += stride) {
    const value = read(bytes, starts[cell]!, ends[cell]!);
    values[row] = Number.isNaN(value) ? rest(row) : value;
  }
}
