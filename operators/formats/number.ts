import type { BytesColumn } from '../../engine/column.ts';
import { formatDecimal, placesOf, scaledDigits } from '../../engine/decimal.ts';
import type { Fault } from '../../engine/operator.ts';
import { expected } from './faults.ts';
import type { NumberFormat } from './format.ts';
import { bareNumber, type NumberStyle } from './number-text.ts';

export interface NumberFormatOptions extends NumberStyle {
  readonly field: string;
  readonly scale: number;
  /** Only whole numbers; `17850.0` is one. */
  readonly whole?: boolean;
}

const MINUS = 0x2d;
const ZERO = 0x30;

/** Numbers and integers of Table Schema, as exact decimals of a scale; what has more places is rounded half to even. */
export class DecimalFormat implements NumberFormat {
  readonly type: 'integer' | 'decimal';
  readonly scale: number;
  readonly #field: string;
  readonly #whole: boolean;
  readonly #style: NumberStyle;
  readonly #places: number;
  readonly #power: number;
  readonly #decimal: number;

  constructor(options: NumberFormatOptions) {
    const { field, scale, whole = false, decimalChar = '.' } = options;
    this.type = scale === 1 ? 'integer' : 'decimal';
    this.scale = scale;
    this.#field = field;
    this.#whole = whole || scale === 1;
    this.#style = options;
    this.#places = this.#whole ? 0 : placesOf(scale);
    this.#power = this.#whole ? scale : 1;
    // A sign that is not one byte long never equals a byte, so its numbers take the thorough way.
    this.#decimal = decimalChar.charCodeAt(0) < 0x80 ? decimalChar.charCodeAt(0) : -1;
  }

  parseBytes(bytes: Uint8Array, start: number, end: number): number {
    return readDecimal(bytes, start, end, this.#places, this.#power, this.#decimal);
  }

  fill(
    { bytes, starts, ends, stride, offset, length }: BytesColumn,
    values: Float64Array,
    rest: (row: number) => number,
  ): void {
    const [places, power, decimal] = [this.#places, this.#power, this.#decimal];
    for (let row = 0, cell = offset; row < length; row++, cell += stride) {
      const value = readDecimal(bytes, starts[cell]!, ends[cell]!, places, power, decimal);
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

/**
 * The number in `bytes[start, end)`, times 10^places × power; NaN if it is not plain digits with at most one decimal sign and a
 * leading minus, or is too large. With `places` 0 only whole numbers are read.
 */
export function readDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  places: number,
  power: number,
  decimal: number,
): number {
  const negative = start < end && bytes[start] === MINUS;
  let at = negative ? start + 1 : start;
  let value = 0;
  const first = at;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  let left = places;
  if (at < end) {
    // A sign alone, or a number without digits, is none.
    if (bytes[at] !== decimal || end - first === 1) return Number.NaN;
    at++;
    for (; at < end && left > 0; at++, left--) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    if (at < end) {
      const up = roundsUp(bytes, at, end, value);
      if (up < 0 || (places === 0 && !allZero(bytes, at, end))) return Number.NaN;
      value += up;
    }
  } else if (at === first) {
    return Number.NaN;
  }
  for (; left > 0; left--) value *= 10;
  value *= power;
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return negative ? 0 - value : value;
}

/** 1 if the digits left over round `value` up, half to even, 0 if not, -1 if they are no digits. */
function roundsUp(bytes: Uint8Array, start: number, end: number, value: number): number {
  let sticky = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    if (at > start) sticky |= digit;
  }
  const next = bytes[start]! - ZERO;
  return next > 5 || (next === 5 && (sticky !== 0 || value % 2 === 1)) ? 1 : 0;
}

function allZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== ZERO) return false;
  return true;
}
