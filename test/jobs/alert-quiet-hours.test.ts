import fc from 'fast-check';
import t from 'tap';
import { type QuietHours, quietUntil } from '../../jobs/alert/quiet-hours.ts';
import { found, HOUR_MS, NOON, passing, Shop } from './alerting.ts';

const night: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', letThrough: 'critical' };
const until = (quietHours: QuietHours, at: string) => {
  const end = quietUntil(quietHours, Date.parse(at));
  return end === null ? null : new Date(end).toISOString();
};

t.test('quiet hours go past midnight, by the clocks of the shop', async (t) => {
  t.equal(until(night, '2026-01-15T20:59:59Z'), null);
  t.equal(until(night, '2026-01-15T21:00:00Z'), '2026-01-16T06:00:00.000Z');
  t.equal(until(night, '2026-01-16T02:30:17Z'), '2026-01-16T06:00:00.000Z');
  t.equal(until(night, '2026-01-16T06:00:00Z'), null);
  const noon = { ...night, from: '12:00', to: '13:30' };
  t.equal(until(noon, '2026-01-15T11:30:00Z'), '2026-01-15T12:30:00.000Z');
  t.equal(until(noon, '2026-01-15T12:30:00Z'), null);
});

t.test(
  'the night in which the clocks go forward is an hour shorter, the one in which they go back an hour longer',
  async (t) => {
    t.equal(until(night, '2026-03-28T21:00:00Z'), '2026-03-29T05:00:00.000Z', '22:00 to 07:00 in eight hours');
    t.equal(until(night, '2026-10-24T20:00:00Z'), '2026-10-25T06:00:00.000Z', '22:00 to 07:00 in ten hours');
    const skipped = { ...night, from: '01:00', to: '02:30' };
    t.equal(until(skipped, '2026-03-29T00:30:00Z'), '2026-03-29T01:00:00.000Z', '02:30 is not on the clocks; 03:00 is');
    t.equal(until(skipped, '2026-10-25T00:10:00Z'), '2026-10-25T00:30:00.000Z', '02:30 for the first time');
    t.equal(until(skipped, '2026-10-25T01:10:00Z'), '2026-10-25T01:30:00.000Z', '02:10 for the second time');
  },
);

t.test('whenever it is quiet, it is not quiet at the end, and was until a minute before', async (t) => {
  const clock = fc.integer({ min: 0, max: 1439 }).map((m) => `${two(Math.floor(m / 60))}:${two(m % 60)}`);
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC');
  const at = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(clock, clock, zone, at, (from, to, timeZone, time) => {
        const hours = { ...night, from, to, timeZone };
        const end = quietUntil(hours, time);
        if (end === null) return from === to || !isQuietAt(hours, time);
        return end > time && !isQuietAt(hours, end) && isQuietAt(hours, end - 60_000);
      }),
      { numRuns: 200 },
    ),
  );
});

const two = (n: number) => String(n).padStart(2, '0');

function isQuietAt({ from, to, timeZone }: QuietHours, at: number): boolean {
  const shown = new Date(at).toLocaleTimeString('sv-SE', { timeZone }).slice(0, 5);
  return from <= to ? shown >= from && shown < to : shown >= from || shown < to;
}

t.test('at night the file is written, and others are told in the morning', async (t) => {
  const shop = new Shop(t);
  shop.env = { SLACK_WEBHOOK_URL: 'http://127.0.0.1:1' };
  shop.settings = { quietHours: { from: '22:00', to: '07:00', timeZone: 'UTC' } };
  shop.at = NOON + 12 * HOUR_MS;
  const held = (channel: string) =>
    shop.db.prepare('SELECT held_until FROM outbox WHERE channel = ? ORDER BY outbox_id').pluck().all(channel);
  const morning = NOON + 19 * HOUR_MS;
  shop.update(found('volume'));
  shop.update(passing('volume'));
  t.same(held('slack'), [morning, morning], 'what came and went is told as well, in order');
  t.same(held('file'), [null, null]);
  shop.update(found('revenue', { severity: 'critical' }));
  t.same(held('slack'), [morning, morning, null], 'what is critical is told at night');
  shop.update(found('margin'), passing('nothing'));
  shop.update(found('margin', { severity: 'critical' }));
  t.same(held('slack'), [morning, morning, null, null, null], 'with what was held back of the same alert');
});

t.test('critical alerts can wait as well', async (t) => {
  const shop = new Shop(t);
  shop.env = { SLACK_WEBHOOK_URL: 'http://127.0.0.1:1' };
  shop.settings = { quietHours: { from: '11:00', to: '13:00', timeZone: 'UTC', letThrough: 'none' } };
  shop.update(found('revenue', { severity: 'critical' }));
  t.equal(shop.db.prepare("SELECT held_until FROM outbox WHERE channel = 'slack'").pluck().get(), NOON + HOUR_MS);
});
