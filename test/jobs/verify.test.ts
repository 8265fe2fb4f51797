import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { listAlerts } from '../../db/operations/alerts.ts';
import { latestResults } from '../../db/operations/checks.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { checkFigures } from '../../jobs/check-figures.ts';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import type { CheckResult } from '../../jobs/monitor/check-result.ts';
import { verifyFigures } from '../../jobs/verify.ts';
import { homeWith, TILL, tillCsv } from './home-with.ts';

const context = (home: Home, signal = new AbortController().signal) => ({
  ...{ home, trigger: 'schedule' as const, signal, now: Date.now, log: () => {}, onWake: () => {} },
  ingest: () => Promise.reject(new Error('no runs here')),
});

function change(path: string, sql: string): void {
  const db = openDatabase(path, { check: 'never' });
  db.prepare(sql).run();
  db.close();
}

function remembered(home: Home) {
  const db = openOperations(home.operations);
  try {
    const kept = latestResults<CheckResult>(db).find(({ check }) => check === 'verify');
    return { kept, alerts: listAlerts(db, { limit: 9 }).filter(({ code }) => code === 'verify') };
  } finally {
    db.close();
  }
}

t.test('a total that is not what the sales say is a critical alert, until it is put right', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(30) });
  t.match(await verifyFigures(context(home)), { message: /nothing to verify/ });
  await ingest({ home });
  t.match(await verifyFigures(context(home)), { message: 'Every total is what the 30 single sales come to.' });
  t.match(remembered(home), { kept: { verdict: 'ok', observed: 0 }, alerts: [] });

  change(home.database, 'UPDATE month_sales SET revenue = revenue + 1');
  await verifyFigures(context(home));
  const { kept, alerts } = remembered(home);
  t.match(kept, { verdict: 'failing', severity: 'critical', message: /30 single sales/ });
  t.match(
    Object.entries(kept?.evidence.facts ?? {})[0]?.join(': '),
    /^month_sales, .*month \d+.*, revenue: \d+ is kept, \d+ was expected$/,
  );
  t.match(alerts, [{ state: 'open', severity: 'critical' }]);

  await checkFigures(context(home));
  t.match(remembered(home), { kept: { verdict: 'failing' }, alerts: [{ state: 'open' }] }, 'the other checks leave it');

  change(home.database, 'UPDATE month_sales SET revenue = revenue - 1');
  await verifyFigures(context(home));
  t.match(remembered(home), { kept: { verdict: 'ok' }, alerts: [{ state: 'resolved' }] });
});

t.test('it stops when it is told to, and leaves the warehouse as free as before', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(30) });
  await ingest({ home });
  await t.rejects(verifyFigures(context(home, AbortSignal.abort())), { name: 'AbortError' });
  t.strictSame(remembered(home), { kept: undefined, alerts: [] });
  const db = openDatabase(join(home.dir, 'db', 'tillstream.db'), { check: 'never' });
  t.teardown(() => db.close());
  t.match(db.pragma('wal_checkpoint(TRUNCATE)'), [{ busy: 0 }]);
});

t.test('it can be turned off', async (t) => {
  const config = { datasets: { till: TILL }, monitoring: { checks: { verify: { enabled: false } } } };
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) }, config);
  await ingest({ home });
  t.match(await verifyFigures(context(home)), { message: /turned off/ });
});
