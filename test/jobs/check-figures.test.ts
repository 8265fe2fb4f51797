import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { activeAlert } from '../../db/operations/alerts.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { resultOfRun, updateAlerts } from '../../jobs/alert.ts';
import { checkAndAlert } from '../../jobs/check-figures.ts';
import { ingest } from '../../jobs/ingest.ts';
import { drop, homeWith, tillCsv } from './home-with.ts';

t.test('a run that failed in a terminal is an alert at the next check, until one ends well', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  const db = openOperations(home.operations);
  t.teardown(() => db.close());
  await ingest({ home });
  await checkAndAlert({ home });
  t.notOk(activeAlert(db, 'run-failed'));

  await drop(join(home.raw, 'b.csv'), Buffer.concat([Buffer.from(tillCsv(3)), Buffer.alloc(4_000)]));
  t.match(await ingest({ home }), { status: 'failed' });
  const { results } = await checkAndAlert({ home });
  t.match(
    results.find(({ check }) => check === 'run-failed'),
    { verdict: 'failing', message: /^Run 2 failed: / },
  );
  const alert = activeAlert(db, 'run-failed');
  t.match(alert, { state: 'open', severity: 'critical' });
  await checkAndAlert({ home });
  t.equal(activeAlert(db, 'run-failed')?.alert_id, alert?.alert_id, 'it is told once');

  await rm(join(home.raw, 'b.csv'));
  await drop(join(home.raw, 'c.csv'), tillCsv(3, 10));
  await ingest({ home });
  await checkAndAlert({ home });
  t.notOk(activeAlert(db, 'run-failed'));
});

t.test('that a later run could not be made stays an alert', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  await ingest({ home });
  const db = openOperations(home.operations);
  t.teardown(() => db.close());
  const results = [resultOfRun({ run_id: null, status: 'failed', error: { code: 'disk_full', message: 'no room' } })];
  updateAlerts({ db, results, now: () => Date.now() + 1_000 });
  await checkAndAlert({ home });
  t.match(activeAlert(db, 'run-failed'), { state: 'open' });
});
