import fc from 'fast-check';
import t from 'tap';
import { readDates } from '../../../operators/dataset/date-reading.ts';
import { readNumbers } from '../../../operators/dataset/number-reading.ts';
import { readValues } from '../../../operators/dataset/value-reading.ts';
import { dateFormat } from '../../../operators/formats/date.ts';

const STYLES = [
  { decimalChar: '.', groupChar: ',' },
  { decimalChar: ',', groupChar: '.' },
  { decimalChar: ',', groupChar: ' ' },
  { decimalChar: '.', groupChar: "'" },
] as const;

/** The amount in cents, written in a style. */
function written(cents: number, { decimalChar, groupChar }: { decimalChar: string; groupChar: string }): string {
  const [whole, fraction] = (Math.abs(cents) / 100).toFixed(2).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, groupChar);
  return `${cents < 0 ? '-' : ''}${grouped}${decimalChar}${fraction}`;
}

t.test('numbers are read in the style that they are written in', async (t) => {
  const amounts = fc.array(fc.integer({ min: -99_999_999, max: 99_999_999 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(amounts, fc.constantFrom(...STYLES), fc.constantFrom('', '€', 'EUR '), (cents, style, currency) => {
      const { fit, values, style: found, certain } = readNumbers(cents.map((n) => currency + written(n, style)));
      const equal = cents.every((n, i) => Math.abs(values[i]! - n / 100) < 1e-6);
      return (
        fit === 1 &&
        certain &&
        found.decimalChar === style.decimalChar &&
        found.bareNumber === (currency === '') &&
        equal
      );
    }),
  );
  t.pass();
});

t.test('what could be thousands or thousandths is settled by what else the file says', async (t) => {
  t.match(readNumbers(['1,234', '5,678']), { certain: false, values: [1234, 5678] });
  t.match(readNumbers(['1,234', '5,678'], ','), { certain: false, values: [1.234, 5.678] });
  t.match(readNumbers(['1,234', '5,67']), { certain: true, values: [1.234, 5.67] });
  t.match(readNumbers(['0.123', '0.456']), { certain: true, values: [0.123, 0.456] });
});

t.test('names made of digits are told from numbers', async (t) => {
  t.ok(readNumbers(['00123', '00456']).codes);
  t.ok(readNumbers(['536365', 'C536379', 'C536383', '536366']).codes);
  t.ok(readNumbers(['4006381333931000', '4006381333931017']).codes);
  t.notOk(readNumbers(['12', '5.5', '12x']).codes);
  t.equal(readNumbers(['CG-12520', 'DV-13045']).fit, 0);
});

const FORMATS = [
  '%Y-%m-%d',
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d.%m.%Y',
  '%m/%d/%y',
  '%Y%m%d',
  '%d-%b-%Y',
  '%b %d, %Y',
  '%d/%m/%Y %H:%M',
  '%Y-%m-%d %H:%M:%S',
  '%m/%d/%Y %I:%M %p',
  '%Y-%m-%dT%H:%M:%S',
] as const;
const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function formatted(time: number, format: string): string {
  const date = new Date(time * 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const hour = date.getUTCHours();
  const parts: Record<string, string> = {
    '%Y': String(date.getUTCFullYear()), '%y': two(date.getUTCFullYear() % 100), '%m': two(date.getUTCMonth() + 1), '%d': two(date.getUTCDate()),
    '%b': NAMES[date.getUTCMonth()]!, '%H': two(hour), '%I': two(hour % 12 || 12), '%p': hour < 12 ? 'AM' : 'PM', '%M': two(date.getUTCMinutes()), '%S': two(date.getUTCSeconds()),
  }; // biome-ignore format: a table
  return format.replace(/%[a-zA-Z]/g, (directive) => parts[directive]!);
}

t.test(
  'dates are read in the format that they are written in, and the format is one that validate knows',
  async (t) => {
    const from = Date.UTC(2015, 0, 1) / 1000;
    const times = fc.array(fc.integer({ min: from, max: from + 3000 * 86_400 }), { minLength: 40, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.constantFrom(...FORMATS), (seconds, format) => {
        const texts = seconds.map((time) => formatted(time, format));
        const found = readDates(texts);
        const known = dateFormat('x', found!.type, found!.format);
        return (
          found!.format === format &&
          found!.fit === 1 &&
          texts.every((text, i) => known.parse(text) === found!.values[i])
        );
      }),
    );
    t.pass();
  },
);

t.test('day and month that could be either are told apart by the order of the file, or said to be open', async (t) => {
  const inOrder = readDates([
    '01/02/2024',
    '02/02/2024',
    '03/02/2024',
    '04/02/2024',
    '05/02/2024',
    '06/02/2024',
    '01/03/2024',
    '02/03/2024',
  ])!;
  t.match(inOrder, { format: '%d/%m/%Y', certain: true });
  const open = ['02/01/2024', '01/02/2024', '03/03/2024'];
  t.match(readDates(open), { certain: false, format: '%m/%d/%Y' }, 'slashes are read as in the United States');
  t.match(readDates(open, true), { certain: false, format: '%d/%m/%Y' });
  t.match(
    readDates(open.map((text) => text.replaceAll('/', '.'))),
    { format: '%d.%m.%Y' },
    'points are read as in Europe',
  );
});

t.test('words for no value are found in columns of numbers and dates', async (t) => {
  t.match(readValues(['1', '2', 'ERROR', 'UNKNOWN', '', '3']), {
    type: 'integer',
    missing: ['ERROR', 'UNKNOWN'],
    filled: 0.5,
  });
  t.match(readValues(['2024-01-31', '-', 'n/a', '2024-02-01']), { type: 'date', missing: ['-', 'n/a'] });
  const own = [...Array.from({ length: 30 }, (_, i) => String(i)), 'keine', 'keine', 'keine'];
  t.match(readValues(own), { type: 'integer', missing: ['keine'] }, "also the writer's own");
  t.match(readValues(['red', 'NULL', 'unknown']), { type: 'string', missing: ['NULL'] }, 'a text may be any word');
});

t.test('types', async (t) => {
  t.match(readValues(['yes', 'no', 'YES']), { type: 'boolean' });
  t.match(readValues(['17850.0', '13047.0', '']), { type: 'number', wholeDecimals: true });
  t.match(readValues(['', ' ']), { type: 'empty', filled: 0 });
  t.match(readValues(['12 Main St', '5 Elm St']), { type: 'string' });
  t.match(readValues(['(12.50)', '3.00', '4.10-']), { type: 'number', numbers: [-12.5, 3, -4.1] });
  t.match(readValues(['15%', '7 %']), { type: 'number', number: { bareNumber: false }, numbers: [0.15, 0.07] });
  t.match(readValues(['a', '1', 'b', '2']), { type: 'string' });
});

t.test('any texts at all are read without an error', async (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('1', '1,5', '', 'NULL', '2024-01-01', '01/02/24', '€ 5', '-', '(1)'),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      const { filled, confidence, numbers } = readValues(texts);
      return (
        filled >= 0 &&
        filled <= 1 &&
        confidence >= 0 &&
        confidence <= 1 &&
        (numbers.length === 0 || numbers.length === texts.length)
      );
    }),
  );
  t.pass();
});
