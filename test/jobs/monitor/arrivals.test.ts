import t from 'tap';
import type { ProfiledDay } from '../../../db/operations/file-days.ts';
import { isoDate } from '../../../jobs/generate/calendar.ts';
import { Arrivals } from '../../../jobs/monitor/arrivals.ts';
import { dayWords, localDay, startOfDay } from '../../../jobs/monitor/zone.ts';

const HOUR = 3_600_000;
const FIRST = 20_500;

function reported(days: number, hour: (i: number) => number, timeZone = 'UTC'): ProfiledDay[] {
  return Array.from({ length: days }, (_, i) => ({
    ...{
      file_id: i + 1,
      day: Number(isoDate(FIRST + i).replaceAll('-', '')),
      store_id: 'S012',
      region: '',
      dataset: 'sales',
    },
    ...{
      reported_at: startOfDay(FIRST + i, timeZone) + hour(i) * HOUR,
      lines: 10,
      repeated: 0,
      rejected: 0,
      missing: {},
    },
  }));
}

t.test('a store is due when it usually reports, and overdue two hours later', async (t) => {
  const arrivals = new Arrivals(
    reported(30, (i) => 20 + (i % 2)),
    'UTC',
  );
  t.equal(arrivals.usuallyWords('S012'), 'by 21:00');
  t.equal(arrivals.overdueAt('S012', FIRST + 30), startOfDay(FIRST + 30, 'UTC') + 23 * HOUR);
  const nightly = new Arrivals(
    reported(30, () => 30.4, 'Europe/Berlin'),
    'Europe/Berlin',
  );
  t.equal(nightly.usuallyWords('S012'), 'by 06:30 the next day');
});

t.test('a history loaded in one go tells nothing of when files come', async (t) => {
  const arrivals = new Arrivals(
    reported(30, (i) => (100 - i) * 24),
    'UTC',
  );
  t.equal(arrivals.usuallyWords('S012'), undefined);
  t.equal(arrivals.overdueAt('S012', FIRST), startOfDay(FIRST, 'UTC') + 36 * HOUR);
  t.equal(
    new Arrivals(
      reported(4, () => 20),
      'UTC',
    ).usually('S012'),
    undefined,
    'nor do four days',
  );
});

t.test('days begin where the shop is', async (t) => {
  t.equal(new Date(startOfDay(20_541, 'Europe/Berlin')).toISOString(), '2026-03-28T23:00:00.000Z');
  t.equal(
    new Date(startOfDay(20_542, 'Europe/Berlin')).toISOString(),
    '2026-03-29T22:00:00.000Z',
    'the clock went forward',
  );
  t.equal(
    localDay(Date.parse('2026-11-22T23:30:00Z'), 'Europe/Berlin'),
    localDay(Date.parse('2026-11-23T12:00:00Z'), 'UTC'),
  );
  t.equal(
    localDay(Date.parse('2026-11-23T03:00:00Z'), 'America/New_York'),
    localDay(Date.parse('2026-11-22T12:00:00Z'), 'UTC'),
  );
  t.equal(dayWords(localDay(Date.parse('2026-11-17T12:00:00Z'), 'UTC')), 'Tuesday 17 November');
});
