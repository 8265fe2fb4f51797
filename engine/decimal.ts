/**
 * Exact decimals as integers: money counts 1/10,000 of a currency unit, quantities count 1/1,000.
 * Every function here is exact for safe integers and rounds half to even, once. NaN is a missing or unreadable
 * number; plus or minus Infinity is one beyond Number.MAX_SAFE_INTEGER, which the caller reports as `amount_overflow`.
 */
export const MONEY_SCALE = 10_000;
export const QUANTITY_SCALE = 1_000;

declare const unit: unique symbol;
/** An amount in 1/10,000 of a currency unit; also a fraction, such as a discount, in 1/10,000. */
export type Money = number & { readonly [unit]: 'money' };
/** A quantity in 1/1,000. */
export type Quantity = number & { readonly [unit]: 'quantity' };

/** Up to here the sum of a product and a divisor is exact too. */
const SURELY_EXACT = 2 ** 52;
/** From here on floating numbers are whole, to twice as much. */
const WHOLE = 1.5 * 2 ** 52;
const PLAIN = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;
/** Digits times powers of ten beyond this are surely an overflow, and below its negative surely 0. */
const FAR = 40;

/** The decimal in `text` (`-12.5`, `.5`, `1e3`) in units of 1/scale; NaN if it is none. */
export function parseDecimal(text: string, scale: number): number {
  const match = PLAIN.exec(text);
  if (!match) return Number.NaN;
  const [, sign, whole = '', trailing, leading, exponent = '0'] = match;
  const fraction = trailing ?? leading ?? '';
  const value = scaledDigits(whole + fraction, Number(exponent) - fraction.length, scale);
  return sign === '-' ? 0 - value : value;
}

/** `digits` × 10^exponent, in units of 1/scale. `scale` is a power of ten. */
export function scaledDigits(digits: string, exponent: number, scale: number): number {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return 0;
  const power = exponent + placesOf(scale);
  if (significant.length + power > FAR) return Number.POSITIVE_INFINITY;
  if (significant.length + power < -1) return 0;
  if (power < 0) return shortened(significant, -power);
  return significant.length + power <= 15
    ? Number(significant) * 10 ** power
    : safe(BigInt(significant) * 10n ** BigInt(power));
}

/** `digits` without its last `dropped` ones, rounded half to even. */
function shortened(digits: string, dropped: number): number {
  const kept = digits.slice(0, Math.max(0, digits.length - dropped));
  const rest = digits.slice(kept.length).padStart(dropped, '0');
  const last = kept === '' ? 0 : kept.charCodeAt(kept.length - 1) - 48;
  const up = rest[0]! > '5' || (rest[0] === '5' && (last % 2 === 1 || /[1-9]/.test(rest.slice(1))));
  return safe(BigInt(kept) + (up ? 1n : 0n));
}

/** How many decimal places `scale` has: 4 for 10,000. Throws RangeError if it is no power of ten. */
export function placesOf(scale: number): number {
  const places = Math.round(Math.log10(scale));
  if (10 ** places !== scale) throw new RangeError(`scale: expected a power of ten, got ${scale}`);
  return places;
}

/**
 * Decimal text of `value` in units of 1/scale, with no more zeros at the end than make `minFraction` places.
 * Throws RangeError if it is a number but no integer.
 */
export function formatDecimal(value: number | bigint, scale: number, minFraction = 0): string {
  if (typeof value === 'bigint') return formatBig(value, scale, minFraction);
  if (!Number.isInteger(value)) throw new RangeError(`expected a scaled integer, got ${value}`);
  if (!Number.isSafeInteger(value)) return formatBig(BigInt(value), scale, minFraction);
  const size = Math.abs(value);
  const rest = size % scale;
  // Adding the scale keeps the zeros in front; its own leading 1 is cut off.
  const fraction = rest === 0 && minFraction === 0 ? '' : String(rest + scale).slice(1);
  return joined(value < 0, String((size - rest) / scale), fraction, minFraction);
}

function formatBig(value: bigint, scale: number, minFraction: number): string {
  const places = placesOf(scale);
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const point = digits.length - places;
  return joined(value < 0n, digits.slice(0, point), digits.slice(point), minFraction);
}

function joined(negative: boolean, whole: string, digits: string, minFraction: number): string {
  let end = digits.length;
  while (end > minFraction && digits.charCodeAt(end - 1) === 48) end--;
  const fraction = digits.slice(0, end).padEnd(minFraction, '0');
  return `${negative ? '-' : ''}${whole}${fraction && '.'}${fraction}`;
}

/** numerator / denominator to the nearest integer, ties to even. Both safe integers. Throws RangeError on 0. */
export function divideHalfEven(numerator: number, denominator: number): number {
  // Adding so much leaves no room for a fraction, and taking it off again turns -0 into 0.
  const quotient = numerator / denominator + WHOLE - WHOLE;
  const isNearest = 2 * Math.abs(numerator - quotient * denominator) < Math.abs(denominator);
  if (isNearest && numerator <= SURELY_EXACT && numerator >= -SURELY_EXACT) return quotient;
  return divideWithCare(numerator, denominator);
}

/** The same where it is a tie, the floating quotient was just beside one, or the numbers are large. */
function divideWithCare(numerator: number, denominator: number): number {
  if (denominator < 0) return divideWithCare(-numerator, -denominator);
  if (denominator === 0) throw new RangeError('division by zero');
  let rest: number;
  let quotient: number;
  if (numerator <= SURELY_EXACT && numerator >= -SURELY_EXACT && denominator <= SURELY_EXACT) {
    quotient = Math.floor(numerator / denominator);
    rest = numerator - quotient * denominator;
    // The floating quotient may have been rounded up to the next integer.
    if (rest < 0) {
      quotient--;
      rest += denominator;
    }
  } else {
    rest = numerator % denominator;
    if (rest < 0) rest += denominator;
    quotient = Number((BigInt(numerator) - BigInt(rest)) / BigInt(denominator));
  }
  const other = denominator - rest;
  if (rest > other || (rest === other && quotient % 2 !== 0)) quotient++;
  // Adding 0 turns -0 into 0.
  return quotient + 0;
}

/**
 * quantity × unitPrice × (1 − discount) as Money, rounded once; `discount` is a fraction in 1/10,000.
 * NaN if an operand is NaN.
 */
export function multiplyMoney(quantity: number, unitPrice: number, discount = 0): Money {
  const numerator = quantity * unitPrice * (MONEY_SCALE - discount);
  if (numerator <= SURELY_EXACT && numerator >= -SURELY_EXACT) {
    return divideHalfEven(numerator, QUANTITY_SCALE * MONEY_SCALE) as Money;
  }
  return (Number.isNaN(numerator) ? Number.NaN : multiplyLarge(quantity, unitPrice, discount)) as Money;
}

function multiplyLarge(quantity: number, unitPrice: number, discount: number): number {
  const product = quantity * unitPrice;
  if (discount === 0 && Math.abs(product) <= SURELY_EXACT) return divideHalfEven(product, QUANTITY_SCALE);
  const numerator = BigInt(quantity) * BigInt(unitPrice) * BigInt(MONEY_SCALE - discount);
  return safe(divideBig(numerator, BigInt(QUANTITY_SCALE * MONEY_SCALE)));
}

/** numerator / denominator to the nearest integer, ties to even. `denominator` is positive. */
export function divideBig(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const quotient = size / denominator;
  const twice = 2n * (size % denominator);
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

function safe(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return value < 0n ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
