import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { formatDecimal } from '../../engine/decimal.ts';
import { BooleanFormat } from '../../operators/formats/boolean.ts';
import { DecimalFormat, type NumberFormatOptions } from '../../operators/formats/number.ts';
import { message, parsed } from './formats.ts';

const money = (options: Partial<NumberFormatOptions> = {}) =>
  new DecimalFormat({ field: 'price', scale: 10_000, ...options });
const LOOSE = { bareNumber: false };
const GERMAN = { decimalChar: ',', groupChar: '.' };

t.test('numbers that are read', async (t) => {
  const cases: [string, number, Partial<NumberFormatOptions>?][] = [
    ['12.5', 125_000],
    ['12', 120_000],
    ['-0.0001', -1],
    ['.5', 5_000],
    ['5.', 50_000],
    ['-0', 0],
    ['00012', 120_000],
    ['+5', 50_000],
    ['29.990000000000002', 299_900],
    ['0.00005', 0],
    ['0.00015', 2],
    ['0.000150000000000000000000000001', 2],
    ['0.00025', 2],
    ['0.000250000000000000000000000001', 3],
    ['-0.00015', -2],
    ['1e3', 10_000_000],
    ['1.5E-2', 150],
    ['(12.50)', -125_000],
    ['12.50-', -125_000],
    ['- 5', -50_000],
    ['\u22125', -50_000],
    ['5\u2212', -50_000],
    ['1\u00a0234.5', 12_345_000],
    ['1\u202f234\u202f567.5', 12_345_675_000],
    ['1\u2009234', 12_340_000],
    ["1'234.5", 12_345_000],
    ['1’234’567', 12_345_670_000],
    ['1,234.5', 12_345_000, { groupChar: ',' }],
    ['1,234,567', 12_345_670_000, { groupChar: ',' }],
    ['12,34,567.5', 12_345_675_000, { groupChar: ',' }],
    ['234.5', 2_345_000, { groupChar: ',' }],
    ['12345.5', 123_455_000, { groupChar: ',' }],
    ['1.234,5', 12_345_000, GERMAN],
    ['-1.234.567,89', -12_345_678_900, GERMAN],
    ['0,5', 5_000, GERMAN],
    ['1 234,5', 12_345_000, { decimalChar: ',', groupChar: ' ' }],
    ['1\u00a0234,5', 12_345_000, { decimalChar: ',', groupChar: ' ' }],
    ['1’234.5', 12_345_000, { groupChar: "'" }],
    ['1,5e3', 15_000_000, { decimalChar: ',' }],
    ['£12.50', 125_000, LOOSE],
    ['$1,234.50', 12_345_000, { ...LOOSE, groupChar: ',' }],
    ['-$5', -50_000, LOOSE],
    ['$-5', -50_000, LOOSE],
    ['($5.00)', -50_000, LOOSE],
    ['$(5.00)', -50_000, LOOSE],
    ['€ 5', 50_000, LOOSE],
    ['5,00 €', 50_000, { ...LOOSE, ...GERMAN }],
    ['EUR 5', 50_000, LOOSE],
    ['GBP5.25', 52_500, LOOSE],
    ['5 EUR', 50_000, LOOSE],
    ['12.00 kr', 120_000, LOOSE],
    ['12.00 kr.', 120_000, LOOSE],
    ['kr. 12', 120_000, LOOSE],
    ['Rs. 12', 120_000, LOOSE],
    ['US$5', 50_000, LOOSE],
    ['R$ 5', 50_000, LOOSE],
    ['5 zł', 50_000, LOOSE],
    ['15%', 1_500, LOOSE],
    ['12.5 %', 1_250, LOOSE],
    ['-5%', -500, LOOSE],
    ['0.005%', 0, LOOSE],
    ['0.015%', 2, LOOSE],
    ['3 pcs', 30_000, LOOSE],
    ['7.5', 75_000, LOOSE],
    ['900719925474.0991', Number.MAX_SAFE_INTEGER],
    ['-900719925474.0991', -Number.MAX_SAFE_INTEGER],
  ];
  for (const [text, value, options] of cases)
    t.equal(parsed(money(options), text), value, JSON.stringify([text, options]));
});

t.test('texts that are no number', async (t) => {
  const cases: [string, Partial<NumberFormatOptions>?][] = [
    ['two'],
    [''],
    ['-'],
    ['.'],
    ['-.'],
    ['+'],
    ['()'],
    ['--5'],
    ['-5-'],
    ['(-5)'],
    ['5 5'],
    ['1.2.3'],
    ['1,5'],
    ['1,234.5'],
    ['0x10'],
    ['NaN'],
    ['Infinity'],
    ['$5'],
    ['5%'],
    ['EUR 5'],
    ['1e'],
    ['e5'],
    ['1O0'],
    ['12 345'],
    ['1 2'],
    ['٣'],
    ['5_000'],
    // A group of any other size than three may be a decimal sign: 1,5 is not to become 15.
    ['1,5', { groupChar: ',' }],
    ['1,23', { groupChar: ',' }],
    ['1234,567', { groupChar: ',' }],
    [',234', { groupChar: ',' }],
    ['1,,234', { groupChar: ',' }],
    ['1,234,56', { groupChar: ',' }],
    ['1.5', GERMAN],
    ['12.50', GERMAN],
    ['1,234.5', GERMAN],
    ['1,234\u00a0567', { groupChar: ',' }],
    ['1.234,567,8', GERMAN],
    ['1.0,234', { groupChar: ',' }],
    ['$', LOOSE],
    ['$$5', LOOSE],
    ['%', LOOSE],
    ['A10', LOOSE],
    ['10%%', LOOSE],
    ['$5€', LOOSE],
    ['1O0', LOOSE],
    ['n/a', LOOSE],
    ['5 5', LOOSE],
  ];
  for (const [text, options] of cases) {
    const got = text === '' ? 'an empty cell' : JSON.stringify(text);
    t.equal(
      message(parsed(money(options), text)),
      `price: expected a number, got ${got}`,
      JSON.stringify([text, options]),
    );
  }
});

t.test('whole numbers', async (t) => {
  const line = new DecimalFormat({ field: 'line', scale: 1 });
  const quantity = new DecimalFormat({ field: 'quantity', scale: 1000, whole: true });
  for (const [text, value] of [
    ['12', 12],
    ['-3', -3],
    ['17850.0', 17_850],
    ['5.', 5],
    ['1e2', 100],
    ['2.50e1', 25],
    ['0.0', 0],
    ['(4)', -4],
  ] as const) {
    t.equal(parsed(line, text), value, text);
    t.equal(parsed(quantity, text), value * 1000, `${text}, in thousandths`);
  }
  for (const text of ['two', '2.5', '2.0000001', '1e-1', '', '2,0', 'x1']) {
    t.match(parsed(quantity, text), { code: 'not_an_integer', field: 'quantity' }, text);
  }
  t.equal(message(parsed(quantity, 'two')), 'quantity: expected a whole number, got "two"');
});

t.test('numbers too large to be exact', async (t) => {
  const sentence = 'price: expected at most 900719925474.0991 in size, got "900719925474.0992"';
  t.same(parsed(money(), '900719925474.0992'), { code: 'amount_overflow', field: 'price', message: sentence });
  for (const text of ['1e30', '-1e30', '9'.repeat(400), '1e999999999']) {
    t.match(parsed(money(), text), { code: 'amount_overflow' }, text.slice(0, 20));
  }
  t.match(parsed(new DecimalFormat({ field: 'line', scale: 1 }), '9007199254740992'), { code: 'amount_overflow' });
});

t.test('a long text is quoted in part', async (t) => {
  t.equal(message(parsed(money(), 'x'.repeat(100))), `price: expected a number, got "${'x'.repeat(60)}…"`);
  t.equal(message(parsed(money(), 'a\n"b')), 'price: expected a number, got "a\\n\\"b"');
});

interface Dress {
  readonly options: Partial<NumberFormatOptions>;
  readonly write: (plain: string) => string;
}

const grouped = (digits: string, sign: string) => digits.replace(/\B(?=(\d{3})+$)/g, sign);
const parts = (plain: string) => [plain.startsWith('-') ? '-' : '', ...plain.replace('-', '').split('.')];
function dressed(plain: string, group: string, decimal: string): string {
  const [sign, whole = '', fraction] = parts(plain);
  return `${sign}${grouped(whole, group)}${fraction === undefined ? '' : decimal + fraction}`;
}
const bracketed = (plain: string) => (plain.startsWith('-') ? `(${plain.slice(1)})` : plain);

const DRESSES: readonly Dress[] = [
  { options: {}, write: (plain) => plain },
  { options: {}, write: bracketed },
  { options: {}, write: (plain) => (plain.startsWith('-') ? `${plain.slice(1)}-` : `+${plain}`) },
  { options: {}, write: (plain) => dressed(plain, '\u202f', '.') },
  { options: { groupChar: ',' }, write: (plain) => dressed(plain, ',', '.') },
  { options: GERMAN, write: (plain) => dressed(plain, '.', ',') },
  { options: { decimalChar: ',', groupChar: ' ' }, write: (plain) => dressed(plain, ' ', ',') },
  {
    options: { ...LOOSE, groupChar: ',' },
    write: (plain) => bracketed(`${plain.startsWith('-') ? '-' : ''}$${dressed(plain.replace('-', ''), ',', '.')}`),
  },
  { options: { ...LOOSE, ...GERMAN }, write: (plain) => `${dressed(plain, '.', ',')} €` },
  { options: LOOSE, write: (plain) => `SEK ${plain}` },
];

t.test('a number is read back from each way of writing it', async () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.constantFrom(1, 100, 10_000),
      fc.integer({ min: 0, max: 4 }),
      (value, divisor, minFraction) => {
        const size = Math.trunc(value / divisor) + 0; // no -0
        const plain = formatDecimal(size, 10_000, minFraction);
        for (const { options, write } of DRESSES)
          assert.equal(parsed(money(options), write(plain)), size, write(plain));
      },
    ),
  );
});

t.test('fast and thorough way agree on any bytes that look like numbers', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'00123456789..,,--+ ()$%eE£\u00a0'), maxLength: 24 });
  const formats = [
    money(),
    money(LOOSE),
    money({ groupChar: ',' }),
    money(GERMAN),
    money({ ...LOOSE, groupChar: ',' }),
    money({ decimalChar: '·' }),
    new DecimalFormat({ field: 'n', scale: 1 }),
    new DecimalFormat({ field: 'n', scale: 1000, whole: true }),
    new DecimalFormat({ field: 'n', scale: 1000 }),
  ];
  fc.assert(
    fc.property(text, (text) => void formats.map((format) => parsed(format, text))),
    { numRuns: 5000 },
  );
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 });
  fc.assert(
    fc.property(digits, digits, (a, b) => void formats.map((format) => parsed(format, `${a}.${b}`))),
    { numRuns: 3000 },
  );
});

t.test('booleans', async (t) => {
  const plain = new BooleanFormat('paid');
  for (const text of ['true', 'True', 'TRUE', '1']) t.equal(parsed(plain, text), 1, text);
  for (const text of ['false', 'False', 'FALSE', '0']) t.equal(parsed(plain, text), 0, text);
  t.equal(
    message(parsed(plain, 'maybe')),
    'paid: expected "true", "True", "TRUE", "1", "false", "False", "FALSE" or "0", got "maybe"',
  );
  const own = new BooleanFormat('paid', ['ja', 'oui'], ['nein']);
  t.equal(parsed(own, 'oui'), 1);
  t.equal(parsed(own, 'nein'), 0);
  t.same(parsed(own, 'true'), {
    code: 'not_a_boolean',
    field: 'paid',
    message: 'paid: expected "ja", "oui" or "nein", got "true"',
  });
});
