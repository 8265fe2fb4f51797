import type { BytesColumn, NumberType } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';

/**
 * A way to write numbers, dates or booleans. Both ways of reading agree on every text: where {@link parseBytes} gives a
 * number, {@link parse} gives the same one.
 */
export interface NumberFormat {
  readonly type: NumberType;
  /** Values are integers in units of 1/scale. */
  readonly scale: number;
  /** The value of the cell `bytes[start, end)`; NaN leaves it to {@link parse}. */
  parseBytes(bytes: Uint8Array, start: number, end: number): number;
  /** {@link parseBytes} of all cells, in a loop of its own so that it stays fast; `rest` is asked where it gives NaN. */
  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void;
  /** The value of a text that is neither missing nor padded, or why it has none. */
  parse(text: string): number | Fault;
  /** A value as plain text: `1234.5`, `2026-12-31`, `true`. */
  plain(value: number): string;
  /** Looks at a file's first cells, for a format that must be found out. */
  observe?(cells: BytesColumn): void;
  /** What {@link observe} found out, as plain JSON. */
  observed?: unknown;
}
