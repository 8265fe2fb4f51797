import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  divideHalfEven,
  formatDecimal,
  MONEY_SCALE,
  multiplyMoney,
  parseDecimal,
  placesOf,
  QUANTITY_SCALE,
} from '../../engine/decimal.ts';

const safe = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -100_000, max: 100_000 }));
const MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** The definition: nearest integer to n / d, ties to even; Infinity where it is not safe. */
function nearest(n: bigint, d: bigint): number {
  if (d < 0n) return nearest(-n, -d);
  let quotient = n / d;
  if (n < 0n && quotient * d !== n) quotient -= 1n;
  const twice = 2n * (n - quotient * d);
  if (twice > d || (twice === d && quotient % 2n !== 0n)) quotient += 1n;
  if (quotient > MAX) return Number.POSITIVE_INFINITY;
  return quotient < -MAX ? Number.NEGATIVE_INFINITY : Number(quotient);
}

t.test('parseDecimal', async (t) => {
  const cases: [string, number, number][] = [
    ['12.5', 10_000, 125_000],
    ['-12.5', 10_000, -125_000],
    ['+.5', 1000, 500],
    ['5.', 10, 50],
    ['1e3', 1, 1000],
    ['1.5E-2', 1000, 15],
    ['-0', 1, 0],
    ['007', 1, 7],
    ['29.990000000000002', 10_000, 299_900],
    ['0.00005', 10_000, 0],
    ['0.00015', 10_000, 2],
    ['0.000050000000000000000001', 10_000, 1],
    ['-0.00015', 10_000, -2],
    ['1e-400', 10_000, 0],
    ['0e999999999', 10_000, 0],
    ['900719925474.0991', 10_000, Number.MAX_SAFE_INTEGER],
    ['900719925474.0992', 10_000, Number.POSITIVE_INFINITY],
    ['-1e30', 1, Number.NEGATIVE_INFINITY],
    ['1e999999999', 1, Number.POSITIVE_INFINITY],
  ];
  for (const [text, scale, value] of cases) t.equal(parseDecimal(text, scale), value, `${text} in 1/${scale}`);
  for (const text of [
    '',
    '.',
    '-',
    '+',
    'e3',
    '1e',
    '1.2.3',
    ' 1',
    '1 ',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '--1',
    '٣',
  ]) {
    t.ok(Number.isNaN(parseDecimal(text, 100)), `${JSON.stringify(text)} is none`);
  }
});

t.test('a decimal text of any length is rounded as rational arithmetic does', async () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 22 });
  fc.assert(
    fc.property(
      fc.boolean(),
      digits,
      digits,
      fc.integer({ min: -12, max: 12 }),
      fc.integer({ min: 0, max: 6 }),
      (minus, whole, fraction, exponent, places) => {
        fc.pre(whole + fraction !== '');
        const text = `${minus ? '-' : ''}${whole}.${fraction}e${exponent}`;
        const power = exponent - fraction.length + places;
        const mantissa = BigInt(whole + fraction) * (minus ? -1n : 1n);
        const wanted = nearest(mantissa * 10n ** BigInt(Math.max(power, 0)), 10n ** BigInt(Math.max(-power, 0)));
        assert.equal(parseDecimal(text, 10 ** places), wanted, text);
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('formatDecimal', async (t) => {
  t.equal(formatDecimal(97_477_479_340, MONEY_SCALE), '9747747.934');
  t.equal(formatDecimal(0, MONEY_SCALE), '0');
  t.equal(formatDecimal(0, MONEY_SCALE, 2), '0.00');
  t.equal(formatDecimal(-5, MONEY_SCALE, 2), '-0.0005');
  t.equal(formatDecimal(15_000, MONEY_SCALE, 2), '1.50');
  t.equal(formatDecimal(12, 1), '12');
  t.equal(formatDecimal(123_456_789_012_345_678_901n, MONEY_SCALE), '12345678901234567.8901');
  t.throws(() => formatDecimal(1.5, MONEY_SCALE), { name: 'RangeError' });
  t.throws(() => formatDecimal(Number.NaN, MONEY_SCALE), { name: 'RangeError' });
  t.throws(() => placesOf(12), { message: 'scale: expected a power of ten, got 12' });
});

t.test('what is formatted is parsed back', async () => {
  fc.assert(
    fc.property(safe, fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), (value, places, minFraction) => {
      const text = formatDecimal(value, 10 ** places, Math.min(minFraction, places));
      assert.equal(parseDecimal(text, 10 ** places), value, text);
    }),
  );
});

t.test('divideHalfEven', async (t) => {
  for (const [n, d, q] of [
    [5, 2, 2],
    [7, 2, 4],
    [-5, 2, -2],
    [-7, 2, -4],
    [5, -2, -2],
    [1, 3, 0],
    [2, 3, 1],
    [-1, 3, 0],
  ] as const) {
    t.equal(divideHalfEven(n, d), q, `${n} / ${d}`);
  }
  t.throws(() => divideHalfEven(1, 0), { name: 'RangeError' });
  const divisor = fc.oneof(safe, fc.constantFrom(2, 1000, 10_000_000)).filter((d) => d !== 0);
  fc.assert(
    fc.property(safe, divisor, (n, d) => {
      assert.equal(divideHalfEven(n, d), nearest(BigInt(n), BigInt(d)), `${n} / ${d}`);
    }),
    { numRuns: 3000 },
  );
});

t.test('a tie is rounded to even whatever its size', async () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), fc.integer({ min: 1, max: 1000 }), (quotient, half) => {
      const n = BigInt(quotient) * BigInt(2 * half) + BigInt(half);
      fc.pre(n <= MAX && n >= -MAX);
      assert.equal(divideHalfEven(Number(n), 2 * half), quotient % 2 === 0 ? quotient : quotient + 1);
    }),
  );
});

t.test('multiplyMoney', async (t) => {
  t.equal(multiplyMoney(4_000, 1_482_800, 500), 5_634_640, '4 × 148.28 less 5 %');
  t.equal(multiplyMoney(-1_000, 15_000), -15_000, 'a return');
  t.equal(multiplyMoney(500, 1), 0, 'half of 0.0001 is rounded to even');
  t.equal(multiplyMoney(1_500, 1), 2);
  t.ok(Number.isNaN(multiplyMoney(Number.NaN, 1)));
  t.ok(Number.isNaN(multiplyMoney(1, 1, Number.NaN)));
  t.equal(multiplyMoney(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), Number.POSITIVE_INFINITY);
  t.equal(multiplyMoney(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), Number.NEGATIVE_INFINITY);
});

t.test('a product is exact, rounded once, or known not to be safe', async () => {
  const discount = fc.oneof(fc.constant(0), fc.integer({ min: -10_000, max: 20_000 }));
  fc.assert(
    fc.property(safe, safe, discount, (quantity, price, discount) => {
      const n = BigInt(quantity) * BigInt(price) * BigInt(MONEY_SCALE - discount);
      assert.equal(multiplyMoney(quantity, price, discount), nearest(n, BigInt(QUANTITY_SCALE * MONEY_SCALE)));
    }),
    { numRuns: 3000 },
  );
});
