import fc from 'fast-check';
import t from 'tap';
import { cronWords } from '../../jobs/schedule/cron-words.ts';
import { jobDefinitions } from '../../jobs/schedule/definitions.ts';
import { turnNow } from '../../jobs/schedule/due.ts';
import { periodSchedule, type Schedule } from '../../jobs/schedule/schedule.ts';
import { checkConfig } from '../../operators/dataset/config.ts';
import { ConfigError } from '../../operators/dataset/problem.ts';
import { TILL } from './home-with.ts';
import { berlin, HOUR, MINUTE, told } from './scheduling.ts';

/** Turns from one instant to another, as a scheduler that looks every `stepMs` begins them. */
function turns(schedule: Schedule, from: string, to: string, stepMs = MINUTE): string[] {
  const begun: string[] = [];
  let lastDueAt = Date.parse(from);
  for (let now = lastDueAt; now <= Date.parse(to); now += stepMs) {
    const due = turnNow(told({ schedule }), { pausedAt: null, lastDueAt, last: null }, now);
    if (!due) continue;
    lastDueAt = due.dueAt;
    begun.push(new Date(due.dueAt).toISOString().slice(5, 16));
  }
  return begun;
}

t.test('when clocks are set forward, what falls into the gap runs right after it, once', async (t) => {
  const all = turns(berlin('30 2 * * *'), '2026-03-28T00:00:00Z', '2026-03-30T12:00:00Z');
  t.strictSame(all, ['03-28T01:30', '03-29T01:00', '03-30T00:30']);
  t.strictSame(turns(berlin('0 6 * * *'), '2026-03-28T00:00:00Z', '2026-03-29T12:00:00Z'), [
    '03-28T05:00',
    '03-29T04:00',
  ]);
});

t.test('when they are set back, what comes twice runs once', async (t) => {
  const all = turns(berlin('30 2 * * *'), '2026-10-24T00:00:00Z', '2026-10-26T12:00:00Z');
  t.strictSame(all, ['10-24T00:30', '10-25T00:30', '10-26T01:30']);
});

t.test('every hour is every hour, whatever the clocks show', async (t) => {
  for (const day of ['2026-03-29', '2026-10-25']) {
    const all = turns(berlin('0 * * * *'), `${day}T00:30:00Z`, `${day}T05:30:00Z`);
    t.equal(all.length, 5, day);
  }
});

t.test('however seldom it looks, a turn begins once, and the next is never one that was', async () => {
  const start = Date.parse('2026-03-27T00:00:00Z');
  const schedules = [berlin('30 2 * * *'), berlin('*/15 * * * *'), berlin('0 2,3 * * 0'), periodSchedule('7 hours')];
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      fc.integer({ min: 0, max: 5 * 24 * 60 }),
      fc.array(fc.integer({ min: 1, max: 30 * 60 }), { minLength: 1, maxLength: 6 }),
      (schedule, offset, steps) => {
        let lastDueAt = start + offset * MINUTE;
        let now = lastDueAt;
        for (const step of steps) {
          now += step * MINUTE;
          const next = schedule.next(lastDueAt) ?? Number.POSITIVE_INFINITY;
          const turn = schedule.since(lastDueAt, now);
          // There is one exactly where the next is not in the future, and it lies after the last.
          if ((turn !== null) !== next <= now) return false;
          if (!turn) continue;
          if (turn.latest <= lastDueAt || turn.latest > now || turn.latest < next) return false;
          lastDueAt = turn.latest;
          if (schedule.since(lastDueAt, now) !== null) return false;
        }
        return true;
      },
    ),
    { numRuns: 150 },
  );
});

t.test('schedules in words', async (t) => {
  for (const [cron, words] of [
    ['30 6 * * *', 'every day at 06:30'],
    ['0 6,18 * * *', 'every day at 06:00 and 18:00'],
    ['0 7 * * 1', 'every Monday at 07:00'],
    ['0 7 * * 1-5', 'from Monday to Friday at 07:00'],
    ['0 7 * * MON,WED,fri', 'every Monday, Wednesday and Friday at 07:00'],
    ['5 0 1 * *', 'on day 1 of each month at 00:05'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['* * * * *', 'every minute'],
    ['0 * * * *', 'every hour'],
    ['5 */2 * * *', 'every 2 hours at 5 minutes past'],
    ['*/10 * * * 0', 'every 10 minutes, every Sunday'],
    ['0 0 29 2 *', 'at the times of the cron expression 0 0 29 2 *'],
    ['1-5 0 * * *', 'at the times of the cron expression 1-5 0 * * *'],
  ] as const) {
    t.equal(cronWords(cron), words, cron);
  }
});

t.test("the defaults are the Python original's: every 24 hours, and once at start", async (t) => {
  const [daily] = jobDefinitions();
  t.match(daily, { name: 'daily-run', atStart: true, attempts: 3, schedule: { words: 'every 24 hours' } });
  t.equal(daily?.schedule?.next(0), 24 * HOUR);
});

t.test('what is configured replaces the default, and nothing else', async (t) => {
  const jobs = jobDefinitions({
    timeZone: 'Europe/Berlin',
    'daily-run': { cron: '30 6 * * *' },
    watch: { paused: true },
  });
  const [daily, watch] = jobs;
  t.match(daily, { atStart: true, schedule: { words: 'every day at 06:30, Europe/Berlin' } });
  t.match(watch, { schedule: null, paused: true });
});

t.test('settings that mean nothing are refused, with the place', async (t) => {
  for (const [jobs, message] of [
    [{ timeZone: 'Europe/Berln' }, /jobs\.timeZone.*Europe\/Berln/],
    [{ 'daily-run': { cron: '0 25 * * *' } }, /jobs\.daily-run\.cron.*0 25/],
    [{ 'daily-run': { cron: '0 0 31 2 *' } }, /never comes/],
    [{ 'daily-run': { cron: '0 6 * * *', every: '1 day' } }, /leave out one/],
    [{ monitor: { every: 'often' } }, /jobs\.monitor\.every/],
    [{ wtch: {} }, /did you mean "watch"/],
    [{ retention: { keep: { backup: 1 } } }, /did you mean "backups"/],
  ] as const) {
    t.throws(
      () => checkConfig({ datasets: { till: TILL }, jobs }),
      { constructor: ConfigError, message },
      JSON.stringify(jobs),
    );
  }
});
