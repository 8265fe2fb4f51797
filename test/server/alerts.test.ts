import { readFile, writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { saveResults } from '../../db/operations/checks.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { markedDays } from '../../db/operations/marked-days.ts';
import { updateAlerts } from '../../jobs/alert.ts';
import { type CheckResult, keyOf } from '../../jobs/monitor/check-result.ts';
import type { AlertDetail, AlertPage, Monitoring, MonitoringSeries } from '../../server/schemas.ts';
import { found, passing } from '../jobs/alerting.ts';
import { receiverOn } from '../jobs/receiver.ts';
import { json, newHome, type Serving, served, until } from './serving.ts';
import { watch } from './watching.ts';

const post = { method: 'POST', headers: { 'content-type': 'application/json' } };

/** A server, and a second connection by which another process changes what it shows. */
async function servedShop(t: Test) {
  const home = await newHome(t);
  const serving = await served(t, home);
  const db = openOperations(home.operations);
  t.teardown(() => db.close());
  const update = (...results: CheckResult[]) => updateAlerts({ db, results, env: {} });
  const check = (started_at: number, ...results: CheckResult[]) => {
    const failing = results.filter(({ verdict }) => verdict === 'failing').length;
    const run = { trigger: 'schedule', started_at, ended_at: started_at + 5, failing };
    return saveResults(
      db,
      run,
      results.map((result) => [keyOf(result), result]),
    );
  };
  return { serving, db, update, check };
}

t.test('alerts are listed, filtered and paged, and one shows all there is to it', async (t) => {
  const { serving, update } = await servedShop(t);
  const series = [7, 8, 5].map((value, i) => ({ day: `2026-02-2${i}`, value: value * 10_000 }));
  const store = { store: 'S012' };
  const evidence = { series, facts: { till: 'closed' }, files: [{ file_id: 3, name: 'a.csv' }], run_id: 4 };
  update(found('revenue', { subject: store, evidence }), found('margin', { cause: 'revenue{store=S012}' }));
  update(found('disk', { day: null, severity: 'critical', unit: 'bytes' }));
  const all = await json<AlertPage>(serving, '/alerts?limit=1');
  t.match(all, { total: 2, limit: 1, offset: 0, items: [{ alert_id: 2, code: 'disk', day: null }] });
  const some = await json<AlertPage>(serving, '/alerts?state=open&state=acknowledged&severity=warning');
  t.match(some.items, [
    { title: 'Revenue: store S012', state: 'open', subject: store, figures: { observed: 500, low: 800 } },
  ]);
  t.equal((await json<AlertPage>(serving, '/alerts?state=resolved')).total, 0);
  const detail = await json<AlertDetail>(serving, '/alerts/1');
  t.match(detail, {
    ...{ day: '2026-03-02', facts: { till: 'closed' }, files: [{ name: 'a.csv' }], run_id: 4 },
    series: [{ day: '2026-02-20', value: 7 }, { value: 8 }, { value: 5 }],
    parts: [
      { key: 'margin', failing: true },
      { key: 'revenue{store=S012}', failing: true },
    ],
    events: [{ event: 'opened' }],
    deliveries: [{ channel: 'file', status: 'waiting', attempts: 0 }],
  });
});

t.test('an alert is acknowledged, expected and taken back', async (t) => {
  const { serving, update, db } = await servedShop(t);
  update(found('revenue'));
  const act = (what: string, body?: object) =>
    json<AlertDetail>(
      serving,
      `/alerts/1/${what}`,
      body ? { ...post, body: JSON.stringify(body) } : { method: 'POST' },
    );
  t.match(await act('acknowledge'), { state: 'acknowledged', note: null });
  t.match(await act('expected', { note: 'Easter sale' }), { state: 'expected', note: 'Easter sale' });
  t.match(markedDays(db), [{ check: 'revenue', from: '2026-03-02', kind: 'expected' }]);
  t.same(update(found('revenue')), {}, 'it does not come back');
  t.match(await act('acknowledge'), { status: 409, code: 'alert_ended' });
  t.match(await act('reopen'), { state: 'open' });
  t.same(update(passing('revenue')), { resolved: 1 });
  t.match(await act('reopen'), { status: 409, code: 'alert_ended' });
  t.match(await json(serving, '/alerts/99'), { status: 404, code: 'no_such_alert' });
  t.match(await act('expected', { nota: 'x' }), { status: 400, detail: /did you mean "note"/ });
  t.match(await json(serving, '/alerts?state=opn'), { status: 400, code: 'invalid_request' });
  const foreign = await fetch(`${serving.url}/alerts/1/expected`, {
    ...post,
    headers: { origin: 'http://evil.example' },
  });
  t.equal(foreign.status, 403, 'other sites may not');
});

t.test('an open page sees alerts within a second, whoever raised them', async (t) => {
  const { serving, update, check } = await servedShop(t);
  const watcher = await watch(t, serving, '?topics=alerts,monitoring');
  t.match(watcher.state, { alerts: [], monitoring: { last_run: null, channels: [] } });
  const began = performance.now();
  update(found('revenue'));
  await watcher.until(({ state }) => state.alerts?.length === 1);
  t.comment(`${Math.round(performance.now() - began)} ms`);
  t.match(watcher.state.alerts, [{ key: 'revenue', state: 'open', figures: { observed: 500 } }]);
  t.match(watcher.state.monitoring?.channels, [{ channel: 'file', status: 'ok', waiting: 1 }]);
  await json(serving, '/alerts/1/acknowledge', { method: 'POST' });
  await watcher.until(({ state }) => state.alerts?.[0]?.state === 'acknowledged');
  check(1_000, passing('revenue'));
  await watcher.until(({ state }) => state.monitoring?.last_run?.monitor_run_id === 1);
  await json(serving, '/alerts/1/expected', { method: 'POST' });
  await watcher.until(({ state }) => state.alerts?.length === 0);
  t.same(watcher.problems, [], 'every message is as the protocol says');
});

t.test('what keeps failing to be sent is on /health and on the page', async (t) => {
  const { serving, update, db } = await servedShop(t);
  const alerts = async () => {
    const { checks } = await json<{ checks: { name: string; status: string; message: string }[] }>(serving, '/health');
    return checks.find(({ name }) => name === 'alerts');
  };
  t.match(await alerts(), { status: 'ok' });
  const watcher = await watch(t, serving, '?topics=monitoring');
  update(found('revenue'));
  const fail = (attempts: number) =>
    db
      .prepare("UPDATE outbox SET attempts = ?, retry_at = 4000000000000, error = 'Slack answered 404 (no_service)'")
      .run(attempts);
  fail(1);
  t.match(await until(alerts, (check) => /404/.test(check?.message ?? '')), { status: 'ok' }, 'once is nothing yet');
  await watcher.until(({ state }) => state.monitoring?.channels[0]?.status === 'retrying');
  fail(5);
  t.match(await alerts(), {
    status: 'failing',
    message: /file: Slack answered 404 \(no_service\); 1 alert waits, tried 5 times/,
  });
  await watcher.until(({ state }) => state.monitoring?.channels[0]?.status === 'failing');
  db.prepare("UPDATE outbox SET status = 'sent', ended_at = 1").run();
  t.match(await alerts(), { status: 'ok', message: 'file: all is sent' });
  update(found('volume'));
  db.prepare("UPDATE outbox SET created_at = 1 WHERE status = 'waiting'").run();
  t.match(
    await alerts(),
    { status: 'failing', message: /waits since 1970.*is `tillstream start` running/ },
    'nobody sends',
  );
  db.prepare("UPDATE outbox SET channel = 'webhook'").run();
  t.match(
    await alerts(),
    { status: 'ok', message: 'webhook: 1 alert waits until it is set up again' },
    'it was turned off',
  );
});

t.test('checks by verdict, and what one observed against what it expected', async (t) => {
  const { serving, update, check } = await servedShop(t);
  const series = [1, 2].map((value, i) => ({ day: `2026-02-2${i}`, value: value * 10_000 }));
  const days = ['2026-03-01', '2026-03-02', '2026-03-03'];
  days.forEach((day, i) => {
    const verdict = i === 1 ? 'failing' : 'ok';
    check(i, found('revenue', { day, verdict, evidence: { series } }), found('volume', { day, verdict: 'learning' }));
  });
  check(9, found('revenue', { day: '2026-03-03', observed: 9_000_000, evidence: { series } }));
  update(found('revenue', { day: '2026-03-02' }), found('revenue', { day: '2026-03-03' }));
  const monitoring = await json<Monitoring>(serving, '/monitoring');
  t.match(monitoring, {
    last_run: { monitor_run_id: 4, failing: 1 },
    counts: { failing: 1, learning: 1, ok: 0 },
    failing: [{ key: 'revenue', alert_id: 1, day: '2026-03-03', figures: { observed: 900 } }],
    learning: [{ key: 'volume', alert_id: null }],
  });
  const drawn = await json<MonitoringSeries>(serving, '/monitoring/series?key=revenue');
  t.match(drawn, {
    ...{ key: 'revenue', title: 'Revenue', unit: 'money', before: [{ day: '2026-02-20', value: 1 }, { value: 2 }] },
    points: [
      { day: '2026-03-01', verdict: 'ok', observed: 500, expected: 1_000, low: 800, high: 1_200 },
      { day: '2026-03-02', verdict: 'failing' },
      { day: '2026-03-03', verdict: 'failing', observed: 900 },
    ],
    incidents: [
      { day: '2026-03-02', alert_id: 1, state: 'open' },
      { day: '2026-03-03', alert_id: 1 },
    ],
  });
  t.match(await json(serving, '/monitoring/series?key=weather'), { status: 404, code: 'no_such_check' });
});

t.test('whoever does not run jobs cannot check now either', async (t) => {
  const { serving } = await servedShop(t);
  const answer: Awaited<ReturnType<typeof json>> = await json(serving satisfies Serving, '/monitoring/run', {
    method: 'POST',
  });
  t.match(answer, { code: /no_such_job|jobs_elsewhere/ });
});

t.test('the jobs of the server deliver what any process raises, and check when they are told to', async (t) => {
  const receiver = await receiverOn(t);
  const settings = { channels: { webhook: { url: receiver.url } } };
  const home = await newHome(t);
  const config = JSON.parse(await readFile(home.config, 'utf8')) as object;
  const jobs = { 'daily-run': { paused: true }, watch: { paused: true }, monitor: { paused: true } };
  await writeFile(home.config, JSON.stringify({ ...config, alerts: settings, jobs }));
  const serving = await served(t, home, { jobs: true });
  const db = openOperations(home.operations);
  t.teardown(() => db.close());
  updateAlerts({ db, settings, env: {}, results: [found('revenue')] });
  const [taken] = await until(
    () => receiver.taken,
    ({ length }) => length > 0,
  );
  t.match(taken?.body, { event: 'opened', link: `${serving.url}/#/monitoring?alert=1` });
  const detail = () => json<AlertDetail>(serving, '/alerts/1');
  const { deliveries } = await until(detail, (alert) => alert.deliveries.every(({ status }) => status === 'sent'));
  t.match(deliveries, [
    { channel: 'file', attempts: 1 },
    { channel: 'webhook', attempts: 1, error: null },
  ]);
  const { job_run_id } = await json(serving, '/monitoring/run', { method: 'POST' });
  const runs = () => json<{ items: { job_run_id: number; status: string }[] }>(serving, '/jobs/monitor/runs');
  const { items } = await until(runs, (page) => page.items[0]?.status === 'done');
  t.equal(items[0]?.job_run_id, job_run_id);
});
