import type { BytesColumn } from '../../engine/column.ts';
import { formatDecimal, placesOf, scaledDigits } from '../../engine/decimal.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected } from './faults.ts';
import type { NumberFormat } from './format.ts';
import { decimalFactors, readDecimal } from './number-bytes.ts';
import { DressedNumbers } from './number-dressed.ts';
import { bareNumber, type NumberStyle } from './number-text.ts';

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

  fill(
    { bytes, starts, ends, stride, offset, length }: BytesColumn,
    values: Float64Array,
    rest: (row: number) => number,
  ): void {
    const factors = this.#factors;
    const decimal = this.#decimal;
    const dressed = this.#dressed;
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      let value = readDecimal(bytes, starts[cell]!, ends[cell]!, factors, decimal);
      if (dressed !== null && Number.isNaN(value)) value = dressed.read(bytes, starts[cell]!, ends[cell]!, factors);
      values[row] = Number.isNaN(value) ? rest(row) : value;
    }
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
