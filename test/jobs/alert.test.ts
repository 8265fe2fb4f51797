import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { activeAlert, eventsOf, findAlert, listAlerts, pruneAlerts, resultsOf } from '../../db/operations/alerts.ts';
import { markedDays } from '../../db/operations/marked-days.ts';
import { acknowledgeAlert, expectAlert, reopenAlert } from '../../jobs/alert/actions.ts';
import { resultOfJob, resultOfRun } from '../../jobs/alert.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import { found, HOUR_MS, passing, Shop } from './alerting.ts';

t.test('a check that fails opens an alert, once, and the next that passes resolves it, once', async (t) => {
  const shop = new Shop(t);
  t.same(shop.update(found('revenue')), { opened: 1 });
  t.same(shop.update(found('revenue')), {}, 'the same again tells nothing new');
  t.same(shop.update(found('revenue', { verdict: 'learning' })), {}, 'what is still being learnt says nothing');
  t.match(activeAlert(shop.db, 'revenue'), { state: 'open', title: 'Revenue', day: 20260302, severity: 'warning' });
  t.same(shop.update(passing('revenue', { day: '2026-03-03' })), { resolved: 1 });
  t.same(shop.update(passing('revenue', { day: '2026-03-03' })), {});
  t.same(shop.story, ['opened revenue', 'resolved revenue']);
  t.same(shop.outbox(), ['opened revenue', 'resolved revenue']);
  t.match(findAlert(shop.db, 1), { state: 'resolved', resolved_at: shop.at, resolved_day: 20260303 });
});

t.test(
  'days are taken in their order: an earlier one that passes ends nothing, one that was over does not come back',
  async (t) => {
    const shop = new Shop(t);
    shop.update(found('revenue', { day: '2026-03-02' }), passing('revenue', { day: '2026-03-01' }));
    t.ok(activeAlert(shop.db, 'revenue'));
    const looked = [found('revenue', { day: '2026-03-02' }), passing('revenue', { day: '2026-03-03' })];
    t.same(shop.update(...looked), { resolved: 1 });
    shop.at += 48 * HOUR_MS;
    t.same(shop.update(...looked), {}, 'both days looked at again');
    t.same(shop.update(found('revenue', { day: '2026-03-04' })), { opened: 1 }, 'another day is another alert');
    t.equal(activeAlert(shop.db, 'revenue')?.alert_id, 2);
  },
);

t.test('a day that was mended and broken again is told again', async (t) => {
  const shop = new Shop(t);
  shop.update(found('volume'));
  t.same(shop.update(passing('volume')), { resolved: 1 });
  shop.at += 24 * HOUR_MS;
  t.same(shop.update(found('volume')), { opened: 1 });
});

t.test('what a cause explains joins its alert', async (t) => {
  const shop = new Shop(t);
  const closed = found('freshness', { subject: { store: 'S012' } });
  const cause = 'freshness{store=S012}';
  const total = found('revenue', { cause });
  const baskets = found('basket', { cause: 'revenue' });
  t.same(shop.update(total, closed, baskets), { opened: 1 });
  t.same(shop.story, [`opened ${cause}`]);
  t.same(
    resultsOf(shop.db, 1).map(({ key }) => key),
    ['basket', cause, 'revenue'],
  );
  shop.update(total, baskets);
  t.equal(shop.story.length, 1, 'also while the cause itself is not looked at');
  t.same(
    shop.update(passing('freshness', { subject: { store: 'S012' } }), total),
    { resolved: 1, opened: 1 },
    'what still fails without it gets an alert of its own',
  );
  t.ok(activeAlert(shop.db, 'revenue'));
  t.same(shop.update(total, closed), { reopened: 1, grouped: 1 }, 'and is taken in again');
  t.notOk(activeAlert(shop.db, 'revenue'));
  t.notOk(shop.outbox().includes('resolved revenue'), 'nobody is told that it recovered, for it did not');
});

t.test('causes in a circle make one alert', async (t) => {
  const shop = new Shop(t);
  t.same(shop.update(found('a', { cause: 'b' }), found('b', { cause: 'a' }), found('c', { cause: 'b' })), {
    opened: 1,
  });
});

t.test('too many of one check become one alert, which ends with the last of them', async (t) => {
  const shop = new Shop(t);
  const stores = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7'];
  const quiet = (store: string) => found('freshness', { subject: { store }, day: null });
  const back = (store: string) => passing('freshness', { subject: { store }, day: null });
  t.same(shop.update(...stores.map(quiet)), { opened: 1 });
  t.match(activeAlert(shop.db, 'freshness{*}'), {
    title: 'Freshness: 7 at once',
    message: '7 alerts of freshness at once: S1, S2, S3, S4, S5, S6, S7.',
    result: null,
  });
  t.same(shop.update(...stores.map(quiet), quiet('S8')), {}, 'one more is one of them');
  t.equal(activeAlert(shop.db, 'freshness{*}')?.title, 'Freshness: 8 at once');
  t.same(shop.update(...stores.map(back), quiet('S8')), {});
  t.same(shop.update(back('S8')), { resolved: 1 });
  t.same(shop.update(quiet('S1')), { opened: 1 });
});

t.test('what comes and goes is told as that, and recovers when it has stayed away', async (t) => {
  const shop = new Shop(t);
  for (let turn = 0; turn < 10; turn++) {
    shop.at += HOUR_MS / 2;
    shop.update(found('disk', { day: null }));
    shop.at += HOUR_MS / 2;
    shop.update(passing('disk', { day: null }));
  }
  t.same(shop.story, [...['opened disk', 'resolved disk', 'reopened disk', 'resolved disk', 'flapping disk']]);
  t.match(activeAlert(shop.db, 'disk'), { flapping: true, openings: 3 });
  shop.at += 11 * HOUR_MS;
  t.same(shop.update(passing('disk', { day: null })), {});
  shop.at += HOUR_MS;
  t.same(shop.update(passing('disk', { day: null })), { resolved: 1 });
  t.equal(listAlerts(shop.db, { limit: 10 }).length, 1, 'all the time it was one alert');
});

t.test('an alert that gets graver is told again, one that gets milder is not', async (t) => {
  const shop = new Shop(t);
  shop.update(found('revenue', { severity: 'info' }));
  t.same(shop.update(found('revenue', { severity: 'critical', day: '2026-03-03' })), { worsened: 1 });
  t.same(shop.update(found('revenue', { severity: 'warning', day: '2026-03-04' })), {});
  t.equal(activeAlert(shop.db, 'revenue')?.severity, 'critical');
});

t.test('severities are as configured, and a check can be turned off', async (t) => {
  const shop = new Shop(t);
  shop.settings = { severity: { volume: 'critical', basket: 'off' } };
  shop.update(found('volume'), found('basket'));
  t.match(listAlerts(shop.db, { limit: 10 }), [{ key: 'volume', severity: 'critical' }]);
});

t.test('channels get what is grave enough for them, and the recovery of what they were told', async (t) => {
  const shop = new Shop(t);
  shop.env = { SLACK_WEBHOOK_URL: 'http://127.0.0.1:1' };
  shop.settings = { channels: { slack: { minimumSeverity: 'critical' } } };
  shop.update(found('volume'), found('revenue', { severity: 'critical' }));
  shop.update(passing('volume'), passing('revenue'));
  t.same(shop.outbox('slack'), ['opened revenue', 'resolved revenue']);
  t.equal(shop.outbox('file').length, 4);
  t.same(shop.outbox('webhook'), []);
});

t.test('acknowledged: nobody is told, and it ends like any other', async (t) => {
  const shop = new Shop(t);
  shop.update(found('revenue'));
  t.match(acknowledgeAlert(1, { ...shop.options, note: 'Ann looks' }), { state: 'acknowledged', note: 'Ann looks' });
  t.equal(acknowledgeAlert(1, shop.options).state, 'acknowledged', 'twice is once');
  t.same(shop.update(found('revenue', { day: '2026-03-03' })), {});
  t.same(shop.update(passing('revenue', { day: '2026-03-04' })), { resolved: 1 });
  t.same(shop.outbox(), ['opened revenue', 'resolved revenue']);
  t.throws(() => acknowledgeAlert(1, shop.options), { code: 'alert_ended' });
  t.throws(() => acknowledgeAlert(7, shop.options), { code: 'no_such_alert' });
});

t.test('expected: it does not come back for the same days, which are no measure any more', async (t) => {
  const shop = new Shop(t);
  const cause = 'volume{store=S1}';
  const results = [found('volume', { subject: { store: 'S1' } }), found('revenue', { cause })];
  shop.update(...results);
  t.match(expectAlert(1, { ...shop.options, note: 'Easter sale' }), { state: 'expected', note: 'Easter sale' });
  t.match(
    markedDays(shop.db),
    [
      { subject: {}, check: 'revenue', from: '2026-03-02', to: '2026-03-02', kind: 'expected', note: 'Easter sale' },
      { subject: { store: 'S1' }, check: 'volume', from: '2026-03-02', kind: 'expected' },
    ].reverse(),
  );
  shop.at += 72 * HOUR_MS;
  t.same(shop.update(...results), {});
  t.same(shop.update(results[1] as CheckResult), {}, 'nor does what it explained');
  t.same(
    shop.update(passing('volume', { subject: { store: 'S1' }, day: '2026-03-03' })),
    {},
    'and no recovery is told',
  );
  t.same(
    shop.update(found('volume', { subject: { store: 'S1' }, day: '2026-03-04' })),
    { opened: 1 },
    'another day does',
  );
});

t.test('expected, of what is about now: until it passes', async (t) => {
  const shop = new Shop(t);
  shop.update(found('disk', { day: null }));
  expectAlert(1, shop.options);
  t.same(shop.update(found('disk', { day: null })), {});
  t.same(shop.update(passing('disk', { day: null })), {});
  t.same(shop.update(found('disk', { day: null })), { opened: 1 });
});

t.test('expected by mistake: open again, and its days count again', async (t) => {
  const shop = new Shop(t);
  shop.update(found('revenue'));
  expectAlert(1, shop.options);
  t.equal(markedDays(shop.db).length, 1);
  t.equal(reopenAlert(1, shop.options).state, 'open');
  t.same(markedDays(shop.db), []);
  t.same(shop.update(passing('revenue')), { resolved: 1 });
  t.throws(() => reopenAlert(1, shop.options), { code: 'alert_ended' });
  expectAlert(1, shop.options);
  shop.update(found('revenue', { day: '2026-03-05' }));
  t.throws(() => reopenAlert(1, shop.options), { code: 'alert_superseded', message: /alert 2/ });
});

t.test('failed runs and jobs are alerts, and the next success resolves them', async (t) => {
  const shop = new Shop(t);
  const error = { code: 'disk_full', message: 'no space left' };
  shop.update(resultOfRun({ run_id: 4, status: 'failed', error }));
  t.match(activeAlert(shop.db, 'run-failed'), { severity: 'critical', message: 'Run 4 failed: no space left' });
  const failed = { job: 'daily-run', status: 'failed', message: 'run 4 failed' };
  t.same(shop.update(resultOfJob({ ...failed, run_id: 4 })), {}, 'the run explains its job');
  t.same(shop.update(resultOfJob({ ...failed, job: 'retention' })), { opened: 1 });
  t.same(shop.update(resultOfRun({ run_id: 5, status: 'aborted' })), {}, 'one that was stopped says nothing');
  t.same(shop.update(resultOfRun({ run_id: 6, status: 'done' })), { resolved: 1 });
  t.same(shop.update(resultOfJob({ ...failed, job: 'retention', status: 'done' })), { resolved: 1 });
});

t.test('what ended long ago is forgotten, but not before all of it is delivered', async (t) => {
  const shop = new Shop(t);
  shop.update(found('revenue'), found('volume'));
  shop.update(passing('revenue'));
  t.equal(pruneAlerts(shop.db, shop.at + 1), 0);
  shop.db.prepare("UPDATE outbox SET status = 'sent'").run();
  t.equal(pruneAlerts(shop.db, shop.at + 1), 1);
  t.match(listAlerts(shop.db, { limit: 10 }), [{ key: 'volume' }]);
  t.same(eventsOf(shop.db, 1), []);
});

/** A random check result of few keys and days, so that they meet. Revenue is of days, volume about now. */
const anyResult = fc
  .record({
    check: fc.constantFrom('revenue', 'volume'),
    store: fc.constantFrom(null, 'S1', 'S2', 'S3'),
    date: fc.constantFrom('2026-03-01', '2026-03-02', '2026-03-03'),
    verdict: fc.constantFrom('ok' as const, 'failing' as const, 'failing' as const, 'learning' as const),
    severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
    cause: fc.constantFrom(undefined, 'revenue', 'volume{store=S1}', 'nothing'),
  })
  .map(({ store, cause, check, date, ...said }) => {
    const about = { subject: store === null ? {} : { store }, day: check === 'revenue' ? date : null };
    return found(check, { ...said, ...about, ...(cause && { cause }) });
  });
const looking = fc.record({ hours: fc.integer({ min: 0, max: 20 }), results: fc.array(anyResult, { maxLength: 8 }) });
const acting = fc.record({ act: fc.constantFrom('acknowledge', 'expect', 'reopen'), nth: fc.nat(5) });
const anyStep = fc.oneof({ weight: 6, arbitrary: looking }, { weight: 1, arbitrary: acting });

/** What must hold of any history of alerts. */
function assertSound({ db }: Shop): void {
  const active = "SELECT key FROM alerts WHERE state IN ('open', 'acknowledged') GROUP BY key HAVING count(*) > 1";
  assert.deepEqual(db.prepare(active).all(), [], 'never two open alerts of one key');
  for (const { alert_id, state } of listAlerts(db, { limit: 1_000 })) {
    let isOpen = false;
    for (const { event } of eventsOf(db, alert_id)) {
      if (['opened', 'reopened', 'flapping'].includes(event)) {
        assert(!isOpen, `alert ${alert_id} was opened while it was open`);
        isOpen = true;
      } else if (event === 'resolved' || event === 'grouped') {
        assert(isOpen, `alert ${alert_id} recovered twice`);
        isOpen = false;
      } else if (event === 'expected') isOpen = false;
      else if (event === 'withdrawn') isOpen = true;
    }
    assert.equal(isOpen, state === 'open' || state === 'acknowledged', `alert ${alert_id} is as its events say`);
  }
  const told = `
    SELECT event_id FROM alert_events LEFT JOIN outbox o USING (event_id)
    WHERE event IN ('opened', 'worsened', 'reopened', 'flapping', 'resolved') GROUP BY event_id HAVING count(outbox_id) <> 1`;
  assert.deepEqual(db.prepare(told).all(), [], 'whatever is to be told is in the outbox, once a channel');
}

t.test('whatever checks find and people do, an alert is open once and recovers once', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 14 }), fc.integer({ min: 1, max: 3 }), (steps, mostAtOnce) => {
        const shop = new Shop(t);
        shop.settings = { mostAtOnce };
        try {
          for (const step of steps) {
            if ('act' in step) act(shop, step);
            else {
              shop.at += step.hours * HOUR_MS;
              shop.update(...step.results);
              assert.deepEqual(shop.update(...step.results), {}, 'the same results again tell nothing new');
            }
            assertSound(shop);
          }
        } finally {
          shop.db.close();
        }
      }),
      { numRuns: 60 },
    ),
  );
});

function act(shop: Shop, { act, nth }: { act: string; nth: number }): void {
  const alerts = listAlerts(shop.db, { limit: 100 });
  const alert = alerts[nth % Math.max(1, alerts.length)];
  if (!alert) return;
  const { alert_id, state } = alert;
  if (act === 'expect') expectAlert(alert_id, shop.options);
  if (act === 'acknowledge' && state === 'open') acknowledgeAlert(alert_id, shop.options);
  const isFree = activeAlert(shop.db, alert.key) === undefined;
  if (act === 'reopen' && (state === 'acknowledged' || (state === 'expected' && isFree))) {
    reopenAlert(alert_id, shop.options);
  }
}
