import { float64s, int32s } from '../../engine/arrays.ts';
import { type BytesColumn, NumberColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { giveBack } from '../../engine/memory.ts';
import type { Fault } from '../../engine/operator.ts';
import type { CellRules } from './cell-rules.ts';
import type { ColumnTyping, Report } from './column-typing.ts';
import { DistinctCells } from './distinct-cells.ts';
import { DistinctNumbers } from './distinct-numbers.ts';
import type { NumberFormat } from './format.ts';
import type { Limits } from './limits.ts';
import { RememberedCells } from './remembered-cells.ts';
import { isSpace } from './text-cells.ts';

/** Numbers, dates and booleans. */
export class NumberTyping implements ColumnTyping {
  readonly format: NumberFormat;
  readonly #rules: CellRules;
  readonly #limits: Limits;
  /** Whether a text that reads as a number can mean that there is none, or there are constraints on the text. */
  readonly #wary: boolean;
  readonly #distinct = new DistinctCells();
  readonly #outcomes = new DistinctNumbers();
  readonly #odd = new RememberedCells((raw) => this.#readText(raw));

  constructor(format: NumberFormat, rules: CellRules, limits: Limits) {
    this.format = format;
    this.#rules = rules;
    this.#limits = limits;
    const hides = (token: string) => /\d/.test(token) || (token !== '' && typeof format.parse(token) === 'number');
    this.#wary = rules.demanding || [...rules.tokens].some(hides);
  }

  type(cells: BytesColumn, report: Report): NumberColumn {
    const values = float64s(cells.length);
    const rest = (row: number) => this.#read(cells, row, report);
    this.format.observe?.(cells);
    if (this.#rules.demanding && cells.length <= Dictionary.capacity) this.#fillDistinct(cells, values, report);
    else if (this.#wary) this.#fillWarily(cells, values, rest);
    else this.format.fill(cells, values, rest);
    if (this.#limits.any) this.#check(cells, values, report);
    return new NumberColumn(this.format.type, values, this.format.scale);
  }

  /** The value of a cell that is not plainly one. */
  #read({ bytes, starts, ends, stride, offset }: BytesColumn, row: number, report: Report): number {
    const rules = this.#rules;
    const start = starts[row * stride + offset]!;
    const end = ends[row * stride + offset]!;
    if (start === end && rules.emptyIsMissing && !rules.required) return Number.NaN;
    const value = this.#wary || !rules.trim ? Number.NaN : this.#unpadded(bytes, start, end);
    if (!Number.isNaN(value)) return value;
    const outcome = this.#odd.read(bytes, start, end);
    if (typeof outcome === 'number') return outcome;
    report(row, outcome);
    return Number.NaN;
  }

  /** The value of what stands between spaces, read from bytes; NaN if there are none. */
  #unpadded(bytes: Uint8Array, start: number, end: number): number {
    let from = start;
    let to = end;
    while (from < to && isSpace(bytes[from]!)) from++;
    while (from < to && isSpace(bytes[to - 1]!)) to--;
    return to - from === end - start ? Number.NaN : this.format.parseBytes(bytes, from, to);
  }

  #readText(raw: string): number | Fault {
    const text = this.#rules.read(raw);
    if (typeof text === 'string') return this.format.parse(text);
    return text ?? Number.NaN;
  }

  /** Where every text is to be looked at, each distinct one is looked at once. */
  #fillDistinct(cells: BytesColumn, values: Float64Array, report: Report): void {
    const outcomes = this.#outcomes;
    if (this.#distinct.makeRoom(cells.length)) outcomes.clear();
    const codes = int32s(cells.length);
    this.#distinct.encode(cells, codes);
    while (outcomes.size < this.#distinct.size) outcomes.add(this.#readText(this.#distinct.text(outcomes.size)));
    outcomes.fill(codes, values, report);
    giveBack(codes);
  }

  /** Where some texts that read as numbers mean that there is none. */
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

  /** Looks at the numbers alone first: a loop that nearly always says that all is well. */
  #check(cells: BytesColumn, values: Float64Array, report: Report): void {
    const limits = this.#limits;
    if (limits.allowed === null && isWithin(values, limits.minimum, limits.maximum)) return;
    for (let row = 0, { length } = values; row < length; row++) {
      const value = values[row]!;
      if (Number.isNaN(value) || limits.allows(value)) continue;
      if (report(row, limits.fault(value, cells.get(row).trim()))) values[row] = Number.NaN;
    }
  }
}

/** Written so that NaN, a missing value, passes. */
function isWithin(values: Float64Array, minimum: number, maximum: number): boolean {
  for (let row = 0, { length } = values; row < length; row++) {
    const value = values[row]!;
    if (value < minimum || value > maximum) return false;
  }
  return true;
}
