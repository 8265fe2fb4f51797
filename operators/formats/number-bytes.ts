const MINUS = 0x2d;
const ZERO = 0x30;

/** What digits are multiplied by when n of `places` decimal places are not written, by n; for {@link readDecimal}. */
export function decimalFactors(places: number): Float64Array {
  return Float64Array.from({ length: places + 1 }, (_, missing) => 10 ** missing);
}

/**
 * The number in `bytes[start, end)`, in units that `factors` gives: its length is one more than there are places, and
 * a number with n places too few is multiplied by its n-th. More places are rounded half to even; with a single factor
 * only whole numbers are read. NaN if there is anything but digits, one decimal sign and a leading minus, or the number
 * is not a safe integer.
 */
export function readDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  factors: Float64Array,
  decimal: number,
): number {
  const negative = start < end && bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let at = first;
  let value = 0;
  for (; at < end; at++) {
    // Of all bytes only digits are less than ten after this.
    const digit = bytes[at]! ^ ZERO;
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  let left = factors.length - 1;
  if (at < end) {
    if (bytes[at] !== decimal || end - first === 1) return Number.NaN;
    for (at++; at < end && left > 0; at++, left--) {
      const digit = bytes[at]! ^ ZERO;
      if (digit > 9) return Number.NaN;
      value = value * 10 + digit;
    }
    if (at < end) value += roundingUp(bytes, at, end, value, factors.length === 1);
  } else if (at === first) {
    return Number.NaN;
  }
  value *= factors[left]!;
  // False for NaN too.
  if (!(value <= Number.MAX_SAFE_INTEGER)) return Number.NaN;
  return negative ? 0 - value : value;
}

/** 1 if the digits left over round `value` up, half to even, else 0; NaN if they are no digits, or not 0 though `whole`. */
function roundingUp(bytes: Uint8Array, start: number, end: number, value: number, whole: boolean): number {
  const next = bytes[start]! ^ ZERO;
  let others = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! ^ ZERO;
    if (digit > 9) return Number.NaN;
    if (at > start) others |= digit;
  }
  if (whole) return (next | others) === 0 ? 0 : Number.NaN;
  return next > 5 || (next === 5 && (others !== 0 || value % 2 === 1)) ? 1 : 0;
}
