import type { BytesColumn, Column } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';

/** Told of every cell at fault. True if the row goes on all the same, with no value there. */
export type Report = (row: number, fault: Fault) => boolean;

/** Turns the cells of one column into a typed column. What is at fault is reported; what cannot be read is missing. */
export interface ColumnTyping {
  type(cells: BytesColumn, report: Report): Column;
}
