import { readDecimal } from './number-bytes.ts';

const MINUS = 0x2d;
const ZERO = 0x30;
const SPACE = 0x20;
const POINT = 0x2e;
/** `$`, `£` and `€` in UTF-8. */
const CURRENCIES = [[0x24], [0xc2, 0xa3], [0xe2, 0x82, 0xac]] as const;
const LONGEST = 40;

/**
 * Reads, from bytes, the commonest of the numbers that have groups of digits or a currency: `-£1,234.50`, `1.234,50 €`. What is
 * written in any other way is NaN here and left to the thorough reader, so this one may know little, but never errs.
 */
export class DressedNumbers {
  readonly #decimal: number;
  readonly #group: number;
  readonly #loose: boolean;
  readonly #bare = new Uint8Array(LONGEST);

  constructor(decimal: number, group: number, loose: boolean) {
    this.#decimal = decimal;
    this.#group = group;
    this.#loose = loose;
  }

  /** See {@link readDecimal}. */
  read(bytes: Uint8Array, start: number, end: number, factors: Float64Array): number {
    if (end - start > LONGEST) return Number.NaN;
    const negative = bytes[start] === MINUS;
    let from = negative ? start + 1 : start;
    let to = end;
    if (this.#loose) {
      from = afterCurrency(bytes, from, to);
      if (from === start || (negative && from === start + 1)) to = beforeCurrency(bytes, from, to);
    }
    const length = this.#undress(bytes, from, to);
    if (length === 0) return Number.NaN;
    const value = readDecimal(this.#bare, 0, length, factors, POINT);
    return negative ? 0 - value : value;
  }

  /** Copies digits without the group signs between them, and a point for the decimal sign; how many bytes, 0 if it is no number. */
  #undress(bytes: Uint8Array, start: number, end: number): number {
    const bare = this.#bare;
    let length = 0;
    /** Digits since the last group sign; negative before the first one. */
    let inGroup = -1;
    let at = start;
    for (; at < end && bytes[at] !== this.#decimal; at++) {
      const byte = bytes[at]!;
      if ((byte ^ ZERO) <= 9) {
        bare[length++] = byte;
        if (inGroup >= 0) inGroup++;
      } else if (byte === this.#group && (inGroup === 3 || (inGroup < 0 && length >= 1 && length <= 3))) {
        inGroup = 0;
      } else return 0;
    }
    if (inGroup >= 0 && inGroup !== 3) return 0;
    if (at < end) bare[length++] = POINT;
    for (at++; at < end; at++) {
      if ((bytes[at]! ^ ZERO) > 9) return 0;
      bare[length++] = bytes[at]!;
    }
    return length;
  }
}

function afterCurrency(bytes: Uint8Array, start: number, end: number): number {
  for (const sign of CURRENCIES) {
    if (!isAt(bytes, start, end, sign)) continue;
    const after = start + sign.length;
    return after < end && bytes[after] === SPACE ? after + 1 : after;
  }
  return start;
}

function beforeCurrency(bytes: Uint8Array, start: number, end: number): number {
  for (const sign of CURRENCIES) {
    const before = end - sign.length;
    if (before < start || !isAt(bytes, before, end, sign)) continue;
    return before > start && bytes[before - 1] === SPACE ? before - 1 : before;
  }
  return end;
}

function isAt(bytes: Uint8Array, start: number, end: number, sign: readonly number[]): boolean {
  if (start + sign.length > end) return false;
  for (let i = 0; i < sign.length; i++) if (bytes[start + i] !== sign[i]) return false;
  return true;
}
