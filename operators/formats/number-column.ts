import { type BytesColumn, NumberColumn } from '../../engine/column.ts';
import type { CellRules } from './cell-rules.ts';
import type { ColumnTyping, Report } from './column-typing.ts';
import type { NumberFormat } from './format.ts';
import type { Limits } from './limits.ts';

/** Numbers, dates and booleans. */
export class NumberTyping implements ColumnTyping {
  readonly format: NumberFormat;
  readonly #rules: CellRules;
  readonly #limits: Limits;
  /** Whether a text that reads as a number can mean that there is none, or there are constraints on the text. */
  readonly #wary: boolean;

  constructor(format: NumberFormat, rules: CellRules, limits: Limits) {
    this.format = format;
    this.#rules = rules;
    this.#limits = limits;
    const hides = (token: string) => /\d/.test(token) || (token !== '' && typeof format.parse(token) === 'number');
    this.#wary = rules.demanding || [...rules.tokens].some(hides);
  }

  type(cells: BytesColumn, report: Report): NumberColumn {
    const values = new Float64Array(cells.length);
    const rest = (row: number) => this.#read(cells, row, report);
    this.format.observe?.(cells);
    if (this.#wary) this.#fillWarily(cells, values, rest);
    else this.format.fill(cells, values, rest);
    if (this.#limits.any) this.#check(cells, values, report);
    return new NumberColumn(this.format.type, values, this.format.scale);
  }

  /** The value of a cell that is not plainly one. */
  #read(cells: BytesColumn, row: number, report: Report): number {
    const rules = this.#rules;
    const cell = row * cells.stride + cells.offset;
    if (rules.emptyIsMissing && !rules.required && cells.starts[cell] === cells.ends[cell]) return Number.NaN;
    const text = rules.read(cells.get(row));
    const value = typeof text === 'string' ? this.format.parse(text) : text;
    if (typeof value === 'number') return value;
    if (value !== null) report(row, value);
    return Number.NaN;
  }

  #fillWarily(
    { bytes, starts, ends, stride, offset, length }: BytesColumn,
    values: Float64Array,
    rest: (row: number) => number,
  ): void {
    const rules = this.#rules;
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      const wary = rules.demanding || rules.suspicious(bytes, starts[cell]!, ends[cell]!);
      const value = wary ? Number.NaN : this.format.parseBytes(bytes, starts[cell]!, ends[cell]!);
      values[row] = Number.isNaN(value) ? rest(row) : value;
    }
  }

  #check(cells: BytesColumn, values: Float64Array, report: Report): void {
    const limits = this.#limits;
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (Number.isNaN(value) || limits.allows(value)) continue;
      if (report(row, limits.fault(value, cells.get(row).trim()))) values[row] = Number.NaN;
    }
  }
}
