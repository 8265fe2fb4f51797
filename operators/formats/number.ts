import type { BytesColumn } from '../../engine/column.ts';
import { formatDecimal, placesOf, scaledDigits } from '../../engine/decimal.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected } from './faults.ts';
import type { NumberFormat } from './format.ts';
import { decimalFactors, readDecimal } from './number-bytes.ts';
import { DressedNumbers } from './number-dressed.ts';
import { bareNumber, type NumberStyle } from './number-text.ts';
import { NO_PLACE, ShortCells } from './short-cells.ts';

/** Fewer cells say too little of a column. */
const ENOUGH = 4096;

export interface NumberFormatOptions extends NumberStyle {
  readonly field: string;
  readonly scale: number;
  /** Only whole numbers; `17850.0` is one. */
  readonly whole?: boolean;
}

/** Numbers and integers of Table Schema, as exact decimals of a scale; what has more places is rounded half to even. */
export class DecimalFormat implements NumberFormat {
  readonly type: 'integer' | 'decimal';
  readonly scale: number;
  readonly #field: string;
  readonly #whole: boolean;
  readonly #style: NumberStyle;
  readonly #factors: Float64Array;
  readonly #decimal: number;
  readonly #dressed: DressedNumbers | null;
  /** Cells read lately, and by place what they were read as; NaN is no number. */
  readonly #short = new ShortCells();
  readonly #known = new Float64Array(ShortCells.places);
  /** What the table said of the last cell that it did not know. */
  #place = NO_PLACE;
  /** Whether cells hardly repeat, so that remembering them does not pay. */
  #isVaried = false;

  constructor(options: NumberFormatOptions) {
    const { field, scale, whole = false, decimalChar = '.' } = options;
    this.type = scale === 1 ? 'integer' : 'decimal';
    this.scale = scale;
    this.#field = field;
    this.#whole = whole || scale === 1;
    this.#style = options;
    this.#factors = this.#whole ? Float64Array.of(scale) : decimalFactors(placesOf(scale));
    this.#decimal = byteOf(decimalChar);
    const isPlain = options.groupChar === undefined && options.bareNumber !== false;
    this.#dressed = isPlain
      ? null
      : new DressedNumbers(this.#decimal, byteOf(options.groupChar ?? ''), options.bareNumber === false);
  }

  parseBytes(bytes: Uint8Array, start: number, end: number): number {
    const value = readDecimal(bytes, start, end, this.#factors, this.#decimal);
    return Number.isNaN(value) && this.#dressed ? this.#dressed.read(bytes, start, end, this.#factors) : value;
  }

  fill(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    if (this.#isVaried) this.#fillEach(cells, values, rest);
    else this.#fillKnown(cells, values, rest);
  }

  #fillEach(
    { bytes, starts, ends, stride, offset, length }: BytesColumn,
    values: Float64Array,
    rest: (row: number) => number,
  ): void {
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      const value = this.parseBytes(bytes, starts[cell]!, ends[cell]!);
      values[row] = Number.isNaN(value) ? rest(row) : value;
    }
  }

  /** Looks cells up that were read before: prices and discounts come again and again. */
  #fillKnown(cells: BytesColumn, values: Float64Array, rest: (row: number) => number): void {
    const { bytes, starts, ends, stride, offset, length } = cells;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let unknown = 0;
    for (let row = this.#lookUp(cells, view, 0, values); row < length; unknown++) {
      const cell = row * stride + offset;
      const value = this.parseBytes(bytes, starts[cell]!, ends[cell]!);
      if (this.#place !== NO_PLACE) this.#known[~this.#place] = value;
      values[row] = Number.isNaN(value) ? rest(row) : value;
      row = this.#lookUp(cells, view, row + 1, values);
    }
    this.#isVaried = length >= ENOUGH && unknown > length / 2;
  }

  /** Goes on from a row to the next whose cell is not known to be a number, and says which that is. */
  #lookUp({ starts, ends, stride, offset, length }: BytesColumn, view: DataView, from: number, values: Float64Array) {
    const short = this.#short;
    const known = this.#known;
    let row = from;
    for (let cell = row * stride + offset; row < length; row++, cell += stride) {
      const place = short.find(view, starts[cell]!, ends[cell]!);
      const value = place < 0 ? Number.NaN : known[place]!;
      if (Number.isNaN(value)) {
        this.#place = place < 0 ? place : NO_PLACE;
        break;
      }
      values[row] = value;
    }
    return row;
  }

  parse(text: string): number | Fault {
    const found = bareNumber(text, this.#style);
    if (!found) return this.#fault(text);
    const { digits, exponent, negative } = found;
    if (this.#whole && !isWhole(digits, exponent)) return this.#fault(text);
    const value = scaledDigits(digits, exponent, this.scale);
    if (value > Number.MAX_SAFE_INTEGER) return overflow(this.#field, this.scale, text);
    return negative ? 0 - value : value;
  }

  plain(value: number): string {
    return formatDecimal(value, this.scale);
  }

  #fault(text: string): Fault {
    if (this.#whole) return expected('not_an_integer', this.#field, 'a whole number', text);
    return expected('not_a_number', this.#field, 'a number', text);
  }
}

export function overflow(field: string, scale: number, text: string): Fault {
  const most = formatDecimal(Number.MAX_SAFE_INTEGER, scale);
  return expected('amount_overflow', field, `at most ${most} in size`, text);
}

/** Whether digits × 10^exponent is a whole number. */
function isWhole(digits: string, exponent: number): boolean {
  return exponent >= 0 || /^0*$/.test(digits.slice(exponent));
}

/** The sign as a byte; -1, which no byte equals, if it is not one ASCII character: such numbers take the thorough way. */
function byteOf(sign: string): number {
  return sign.length === 1 && sign.charCodeAt(0) < 0x80 ? sign.charCodeAt(0) : -1;
}
