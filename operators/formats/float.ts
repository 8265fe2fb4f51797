import type { BytesColumn } from '../../engine/column.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected } from './faults.ts';
import { fillCells } from './fill-cells.ts';
import type { NumberFormat } from './format.ts';
import { bareNumber, type NumberStyle } from './number-text.ts';

/** Longest number that is read from bytes; others are left to the thorough way. */
const SHORT = 15;

/** Numbers as the machine counts, for measurements: not exact, so never for money. */
export class FloatFormat implements NumberFormat {
  readonly type = 'float';
  readonly scale = 1;
  readonly #field: string;
  readonly #style: NumberStyle;

  constructor(field: string, style: NumberStyle) {
    this.#field = field;
    this.#style = style;
  }

  /** Whole numbers; they are written alike in all styles. */
  parseBytes(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > SHORT || end === start) return Number.NaN;
    let value = 0;
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    return value;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    fillCells(cells, values, rest, (bytes, start, end) => this.parseBytes(bytes, start, end));
  }

  parse(text: string): number | Fault {
    const found = bareNumber(text, this.#style);
    const value = found ? Number(`${found.negative ? '-' : ''}${found.digits}e${found.exponent}`) : Number.NaN;
    return Number.isFinite(value) ? value : expected('not_a_number', this.#field, 'a number', text);
  }

  plain(value: number): string {
    return String(value);
  }
}
