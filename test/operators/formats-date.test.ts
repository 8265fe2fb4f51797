import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { FIRST_SECOND, isoText, LAST_SECOND } from '../../operators/formats/calendar.ts';
import { dateFormat } from '../../operators/formats/date.ts';
import { ANY_PATTERNS, DAY_FIRST_PATTERNS, MONTH_FIRST_PATTERNS } from '../../operators/formats/date-any.ts';
import { renderDate } from '../../operators/formats/date-render.ts';
import { cells, message, parsed } from './formats.ts';

const datetime = (format?: string) => dateFormat('sold_at', 'datetime', format);
const date = (format?: string) => dateFormat('sold_at', 'date', format);
const at = (iso: string) => Date.parse(iso.length > 10 ? `${iso}Z` : iso) / 1000;

t.test('dates and times that are read', async (t) => {
  const cases: [string | undefined, string, string][] = [
    [undefined, '2026-12-31', '2026-12-31'],
    [undefined, '2026-12-31 23:59', '2026-12-31T23:59:00'],
    [undefined, '2026-12-31T23:59:58', '2026-12-31T23:59:58'],
    ['default', '2026-12-31T23:59:58.987654Z', '2026-12-31T23:59:58'],
    ['default', '2026-12-31 23:59:58+05:30', '2026-12-31T23:59:58'],
    ['default', '2026-12-31 23:59:58 -0800', '2026-12-31T23:59:58'],
    ['%d/%m/%Y', '31/12/2026', '2026-12-31'],
    ['%m/%d/%Y', '8/3/2018', '2018-08-03'],
    ['%m/%d/%Y', '08/03/2018', '2018-08-03'],
    ['%-m/%-d/%Y', '8/3/2018', '2018-08-03'],
    ['%m/%d/%y %H:%M', '12/1/10 8:26', '2010-12-01T08:26:00'],
    ['%Y-%m-%d %H:%M:%S', '2010-12-01 08:26:00', '2010-12-01T08:26:00'],
    ['%Y-%m-%d %H:%M:%S', '2010-12-01  8:6:0', '2010-12-01T08:06:00'],
    ['%Y-%m-%dT%H:%M:%S%z', '2010-12-01T08:26:00+01:00', '2010-12-01T08:26:00'],
    ['%Y-%m-%dT%H:%M:%S.%f%z', '2010-12-01T08:26:00.123456Z', '2010-12-01T08:26:00'],
    ['%Y-%m-%d %H:%M:%S %Z', '2010-12-01 08:26:00 CET', '2010-12-01T08:26:00'],
    ['%Y%m%d', '20240229', '2024-02-29'],
    ['%Y%m%d%H%M%S', '20240229235958', '2024-02-29T23:59:58'],
    ['%d%m%y', '010224', '2024-02-01'],
    ['%d %b %Y', '1 may 2020', '2020-05-01'],
    ['%d %B %Y', '01 September 2020', '2020-09-01'],
    ['%d %b %Y', '01 SEPT 2020', '2020-09-01'],
    ['%b %d, %Y %I:%M:%S %p', 'Jan 5, 2024 12:00:01 AM', '2024-01-05T00:00:01'],
    ['%b %d, %Y %I:%M %p', 'Jan 5, 2024 12:30 pm', '2024-01-05T12:30:00'],
    ['%I:%M%p %d.%m.%Y', '9:05pm 05.01.2024', '2024-01-05T21:05:00'],
    ['%A, %d %B %Y', 'Friday, 05 January 2024', '2024-01-05'],
    ['%a %d/%m/%y', 'fri 5/1/24', '2024-01-05'],
    ['%d/%m/%y', '01/01/68', '2068-01-01'],
    ['%d/%m/%y', '01/01/69', '1969-01-01'],
    ['%Y/%j', '2024/366', '2024-12-31'],
    ['%F %T', '2010-12-01 08:26:00', '2010-12-01T08:26:00'],
    ['%D', '12/31/26', '2026-12-31'],
    ['%d. %m. %Y', '1. 2. 2024', '2024-02-01'],
    ['%d日%m月%Y年', '01日02月2024年', '2024-02-01'],
    ['%H:%M:%S %d/%m/%Y', '23:59:58 31/12/2026', '2026-12-31T23:59:58'],
    ['100%% %Y-%m-%d', '100% 2026-12-31', '2026-12-31'],
    ['epoch', '0', '1970-01-01'],
    ['epoch', '1700000000', '2023-11-14T22:13:20'],
    ['epoch', '1700000000.999', '2023-11-14T22:13:20'],
    ['epoch', '-1', '1969-12-31T23:59:59'],
    ['epoch_ms', '1700000000999', '2023-11-14T22:13:20'],
  ];
  for (const [format, text, iso] of cases) t.equal(parsed(datetime(format), text), at(iso), `${text} as ${format}`);
});

t.test('a date loses its time of day', async (t) => {
  t.equal(parsed(date('%Y-%m-%d %H:%M:%S'), '2010-12-01 08:26:00'), at('2010-12-01'));
  t.equal(parsed(date('epoch'), '1700000000'), at('2023-11-14'));
  t.equal(parsed(date('any_day_first'), '3/4/2020 10:00'), at('2020-04-03'));
  t.equal(date().plain(at('2010-12-01')), '2010-12-01');
  t.equal(datetime().plain(at('2010-12-01')), '2010-12-01T00:00:00');
});

t.test('texts that are no date', async (t) => {
  const such = (specimen: string, text: string) =>
    `sold_at: expected a date and time such as ${specimen}, got ${JSON.stringify(text)}`;
  const cases: [string | undefined, string, string?][] = [
    [undefined, '31/12/2026', '2026-12-31T23:59:00'],
    [undefined, '2026-12-31x', '2026-12-31T23:59:00'],
    [undefined, '2026-12-31 ', '2026-12-31T23:59:00'],
    [undefined, '2026-12-31 23', '2026-12-31T23:59:00'],
    [undefined, '2026-12-31 23:59:00 CET', '2026-12-31T23:59:00'],
    ['%d/%m/%Y', 'soon', '31/12/2026'],
    ['%d/%m/%Y', '31/12/26', '31/12/2026'],
    ['%d/%m/%Y', '31/12/2026 10:00', '31/12/2026'],
    ['%d/%m/%Y', '031/12/2026', '31/12/2026'],
    ['%Y%m%d', '2024129', '20261231'],
    ['%Y-%m-%d %H:%M:%S', '2010-12-01', '2026-12-31 23:59:00'],
    ['%Y-%m-%d %H:%M:%S', '2010-12-01 08:26', '2026-12-31 23:59:00'],
    ['%Y-%m-%d %H:%M:%S', '2010-12-0108:26:00', '2026-12-31 23:59:00'],
    ['%d %b %Y', '1 Foo 2020', '31 Dec 2026'],
    ['%d %b %Y', '1 Janu 2020', '31 Dec 2026'],
    ['%I:%M %p', '9:05 xm', '11:59 PM'],
    ['epoch', '1e9', '1798761540'],
    ['epoch', '999999999999', '1798761540'],
    ['epoch_ms', 'now', '1798761540000'],
  ];
  for (const [format, text, specimen] of cases)
    t.equal(message(parsed(datetime(format), text)), such(specimen ?? '', text), `${text} as ${format}`);
  t.equal(message(parsed(date('%d/%m/%Y'), 'x')), 'sold_at: expected a date such as 31/12/2026, got "x"');
});

t.test('days and times that do not exist', async (t) => {
  const cases: [string | undefined, string][] = [
    [undefined, '2026-02-31'],
    [undefined, '2026-02-29'],
    [undefined, '1900-02-29'],
    [undefined, '2026-13-01'],
    [undefined, '2026-00-10'],
    [undefined, '2026-04-31 10:00:00'],
    [undefined, '0000-01-01'],
    [undefined, '2026-12-31 24:00'],
    ['%m/%d/%Y', '31/12/2026'],
    ['%Y%m%d', '20180231'],
    ['%Y-%m-%d %H:%M:%S', '2026-12-31 24:00:00'],
    ['%Y-%m-%d %H:%M:%S', '2026-12-31 23:60:00'],
    ['%Y-%m-%d %H:%M:%S', '2026-12-31 23:59:60'],
    ['%Y-%m-%d %I:%M %p', '2026-12-31 13:00 pm'],
    ['%Y-%m-%d %I:%M %p', '2026-12-31 0:00 am'],
    ['%Y/%j', '2023/366'],
    ['any', '2026/02/31'],
  ];
  for (const [format, text] of cases) {
    const sentence = `sold_at: expected a day and time that exist, got ${JSON.stringify(text)}`;
    t.same(
      parsed(datetime(format), text),
      { code: 'not_a_date', field: 'sold_at', message: sentence },
      `${text} as ${format}`,
    );
  }
  t.equal(message(parsed(date(), '2026-02-31')), 'sold_at: expected a day that exists, got "2026-02-31"');
});

t.test('a pattern with a letter that is none is refused', async (t) => {
  t.throws(() => datetime('%Y-%Q'), {
    code: 'bad_date_format',
    message: /format "%Y-%Q": expected one of %Y .* after %, got "%Q"/,
  });
  t.throws(() => datetime('%Y-%'), { code: 'bad_date_format' });
});

t.test('any reads each way that it knows, with or without a time', async (t) => {
  const moment = at('2024-11-25T15:04:05');
  for (const pattern of ANY_PATTERNS) {
    const any = datetime('any');
    t.equal(parsed(any, renderDate(pattern, moment)), at('2024-11-25'), pattern);
    for (const time of [' %H:%M:%S', 'T%T.123Z', ' %R', ' %I:%M:%S %p', ', %T', ' %I:%M%p']) {
      const wanted = time.includes('S') || time.includes('T') ? moment : moment - 5;
      t.equal(parsed(any, renderDate(pattern + time, moment)), wanted, pattern + time);
    }
  }
  t.equal(parsed(datetime('any'), '1700000000'), 1_700_000_000);
  t.equal(parsed(datetime('any'), '1700000000123'), 1_700_000_000);
  t.match(parsed(datetime('any'), '170000000'), { code: 'not_a_date' });
  t.equal(
    message(parsed(datetime('any'), 'soon')),
    'sold_at: expected a date and time such as 2026-12-31 or 31 Dec 2026, got "soon"',
  );
});

t.test('no text is of two of the ways that any knows', async (t) => {
  for (const second of [DAY_FIRST_PATTERNS, MONTH_FIRST_PATTERNS]) {
    const patterns = [...ANY_PATTERNS, ...second];
    for (const day of ['2001-02-03', '2012-12-12', '1999-09-09']) {
      for (const pattern of patterns) {
        const text = renderDate(pattern, at(day));
        const readers = patterns.filter((other) => typeof parsed(datetime(other), text) === 'number');
        t.same(readers, [pattern], text);
      }
    }
  }
});

t.test('whether the day or the month comes first', async (t) => {
  const first = (format: string, ...texts: string[]) => {
    const any = date(format);
    any.observe(cells(texts));
    return { any, april: parsed(any, '4/5/2026') === at('2026-04-05') };
  };
  t.equal(first('any', '1/2/2026', '25/12/2026').april, false, 'a cell that can only be day first settles it');
  t.equal(first('any', '1/2/2026', '12/25/2026').april, true);
  t.equal(first('any', '25/12/2026', '12/25/2026', '12/26/2026').april, true, 'the more frequent one wins');
  t.equal(first('any', '1/2/2026').april, true, 'month first where nothing tells');
  t.equal(first('any', 'x', '').april, true);
  t.equal(first('any_day_first', '12/25/2026').april, false, 'an order that is given is not put in question');
  t.equal(first('any_month_first', '25/12/2026').april, true);
  const { any } = first('any', '25/12/2026');
  t.match(parsed(any, '12/25/2026'), { code: 'not_a_date' }, 'what contradicts it is refused, not turned round');
  t.equal(parsed(any, '5.4.2026'), at('2026-04-05'), 'with points the day always comes first');
  t.equal(any.observed, 'day_first');
  const resumed = date('any');
  resumed.observed = any.observed;
  resumed.observe(cells(['12/25/2026']));
  t.equal(parsed(resumed, '4/5/2026'), at('2026-05-04'), 'a resumed run keeps what was settled');
  const open = date('any');
  open.observe(cells(['2026-01-01', '']));
  t.equal(open.observed, null, 'cells that cannot tell leave it open');
  open.observe(cells(['25/12/2026']));
  t.equal(open.observed, 'day_first');
});

const moment = fc.integer({ min: FIRST_SECOND, max: LAST_SECOND });
const recent = fc.integer({ min: at('1969-01-01'), max: at('2068-12-31T23:59:59') });

t.test('a moment is read back from each pattern', async () => {
  const full = [
    '%Y-%m-%d %H:%M:%S',
    '%d/%m/%Y %H:%M:%S',
    '%m-%d-%Y %I:%M:%S %p',
    '%Y%m%d%H%M%S',
    '%B %d, %Y, %T',
    '%a %d %b %Y %T %z',
    '%T %j %Y',
    '%S:%M:%H %Y.%m.%d',
    '%-m/%-d/%Y %-H:%-M:%-S',
  ];
  fc.assert(
    fc.property(moment, recent, (seconds, soon) => {
      for (const pattern of full)
        assert.equal(parsed(datetime(pattern), renderDate(pattern, seconds)), seconds, pattern);
      assert.equal(parsed(datetime(), isoText(seconds, true)), seconds);
      const short = '%d.%m.%y %I.%M.%S %p';
      assert.equal(parsed(datetime(short), renderDate(short, soon)), soon);
      assert.equal(parsed(datetime('epoch'), String(seconds)), seconds);
      assert.equal(parsed(datetime('epoch_ms'), String(seconds * 1000)), seconds);
    }),
  );
});

t.test('every day that exists, and no other, is one', async () => {
  const part = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), part, part, (year, month, day) => {
      const text = [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join(
        '-',
      );
      const real = new Date(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(real.getTime()) && real.toISOString().startsWith(text);
      const value = parsed(date(), text);
      assert.equal(value, exists ? real.getTime() / 1000 : value);
      assert.equal(typeof value === 'number', exists, text);
    }),
    { numRuns: 3000 },
  );
});

t.test('remembering the last date changes nothing', async () => {
  const text = fc.tuple(
    fc.constantFrom('2026-01-1', '2026-01-10', '2026-01-11', '2026-1-1', '2026-02-30', '1/1/2026', ''),
    fc.constantFrom('', ' 10:00:00', '  10:00:00', ' 1:00:00', '0 10:00:00', ' 25:00:00', 'T10:00', ' 10:00:00x', ' '),
  );
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('%Y-%m-%d %H:%M:%S', undefined, '%Y-%m-%d', 'any', '%m/%d/%Y'),
      (parts, format) => {
        const texts = parts.map(([day, time]) => day + time);
        const filled = new Float64Array(texts.length);
        datetime(format).fill(cells(texts), filled, () => Number.NaN);
        texts.forEach((text, row) => {
          const alone = datetime(format).parse(text);
          assert.equal(filled[row], typeof alone === 'number' ? alone : Number.NaN, text);
        });
      },
    ),
    { numRuns: 3000 },
  );
});

t.test('fast and thorough way agree on any bytes that look like dates', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'0011223456789--//:: TZ.aApPmMjJn+é'), maxLength: 26 });
  const formats = ['default', 'any', 'epoch', '%Y-%m-%d %H:%M:%S', '%m/%d/%y %H:%M', '%d %b %Y'].map(datetime);
  fc.assert(
    fc.property(text, (text) => void formats.map((format) => parsed(format, text))),
    { numRuns: 3000 },
  );
});
