import fc from 'fast-check';
import t from 'tap';
import { dateFormat } from '../../operators/formats/date.ts';
import { cells } from './formats.ts';

const day = fc.constantFrom(
  '2026-01-01',
  '2026-01-02',
  '2026-1-2',
  '2026-02-30',
  '1/2/2026',
  '12/31/2026',
  '2026',
  'x',
  '',
);
const time = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(' 07:05:09', ' 23:59:59', ' 07:05', 'T07:05:09Z', '') },
  fc.constantFrom(
    ' 24:00:00',
    ' 07:60:00',
    ' 07:05:60',
    ' 7:5:9',
    ' 07:05:0:',
    ' 0:05:09:',
    ' 07-05-09',
    ' 07:05:09.5',
    ' 3:04 PM',
    'é',
  ),
);
const cell = fc.tuple(day, time).map((parts) => parts.join(''));

t.test('dates in a column are what each is by itself', (t) => {
  const formats = fc.constantFrom(
    'default',
    '%Y-%m-%d %H:%M:%S',
    '%Y-%m-%d',
    '%m/%d/%Y %H:%M',
    '%H:%M:%S %Y-%m-%d',
    'any_month_first',
    'epoch',
  );
  const areRead = (texts: string[], name: string, type: 'date' | 'datetime') => {
    const column = dateFormat('day', type, name);
    const values = new Float64Array(texts.length);
    column.fill(cells(texts), values, (row) => -row);
    const expected = texts.map((text, row) => {
      const value = dateFormat('day', type, name).parseBytes(Buffer.from(text), 0, Buffer.byteLength(text));
      return Number.isNaN(value) ? -row : value;
    });
    const cut = (value: number) => (type === 'date' && value < 0 ? 'none' : value);
    t.strictSame([...values].map(cut), expected.map(cut), `${name}: ${texts.join('|')}`);
  };
  const columns = fc.array(cell, { maxLength: 25 });
  fc.assert(
    fc.property(columns, formats, fc.constantFrom('date', 'datetime'), (...given) => void areRead(...given)),
    { numRuns: 400 },
  );
  t.end();
});
