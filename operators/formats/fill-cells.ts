import type { BytesColumn } from '../../engine/column.ts';
import { sameWords } from './words.ts';

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

/** Gives the cells after `row` that are the same, as those of one order often are, the same value; says which is the last of them. */
export function fillSame(
  { starts, ends, stride, offset, length }: BytesColumn,
  view: DataView,
  row: number,
  values: Float64Array,
): number {
  const first = starts[row * stride + offset]!;
  const size = ends[row * stride + offset]! - first;
  const value = values[row]!;
  if (size < 4) return row;
  let last = row;
  for (let next = row + 1, cell = next * stride + offset; next < length; next++, cell += stride) {
    if (ends[cell]! - starts[cell]! !== size || !sameWords(view, first, starts[cell]!, size)) break;
    values[next] = value;
    last = next;
  }
  return last;
}
