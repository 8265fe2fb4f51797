import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { dailyRun } from '../../jobs/daily-run.ts';
import { type Home, initHome } from '../../jobs/home.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { ingest } from '../../jobs/ingest.ts';
import { drop, figure, homeWith, TILL, tillCsv } from './home-with.ts';

/** Runs the job in this thread; returns what it gave, the reports of its runs and what it said. */
async function run(home: Home, at = '2025-06-30T12:00:00Z', signal = new AbortController().signal) {
  const reports: RunReport[] = [];
  const lines: string[] = [];
  const { message, result } = await dailyRun({
    ...{ home, trigger: 'schedule', signal, now: () => Date.parse(at), onWake: () => {} },
    log: (line) => lines.push(line),
    ingest: async (request, signal) => {
      const report = await ingest({ home, ...request, ...(signal && { signal }) });
      reports.push(report);
      return report;
    },
  });
  return { message, result, report: reports[0], lines };
}

const health = async ({ logs }: Home) =>
  JSON.parse(await readFile(join(logs, 'pipeline_health.json'), 'utf8')) as object;

t.test('an empty home becomes the demo: a month at first, then each day that has come since', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  const first = await run(home);
  t.equal(first.result.demo.length, 30);
  t.match(first.report, { status: 'done', ledger: { balanced: true } });
  t.ok(
    Number(first.report?.ledger.inserted) > 10_000 && Number(first.report?.ledger.dead_lettered) > 0,
    'slightly dirty',
  );
  t.ok((await readdir(home.ingested)).includes('sales_2025-06-30.csv'));
  t.match(first.lines[0], 'making up a month');
  t.match(await health(home), { timestamp: '2025-06-30T12:00:00.000Z', status: 'OK', message: /30 files/ });
  t.same(Object.keys(await health(home)), ['timestamp', 'status', 'message'], "the original's shape");

  t.same((await run(home)).result.demo, [], 'once a day');
  const orders = Number(figure(home, 'SELECT count(*) FROM orders'));
  const later = await run(home, '2025-07-02T12:00:00Z');
  t.strictSame(
    later.report?.files.map(({ name, status }) => [name, status]),
    [
      ['sales_2025-07-01.csv', 'done'],
      ['sales_2025-07-02.csv', 'done'],
    ],
    'also the day on which nothing ran',
  );
  t.ok(Number(figure(home, 'SELECT count(*) FROM orders')) > orders + 200, 'orders of their own');

  await rm(home.demo);
  t.same((await run(home, '2025-07-05T12:00:00Z')).result.demo, [], 'without the mark no more are made up');
});

t.test(
  'of sales by day and region it writes what was enriched and summed up, as the shipped configuration asks',
  async (t) => {
    const home = await initHome(join(t.testdir(), 'shop'));
    const daily =
      'date,region,product_id,revenue,cost,quantity\n2025-06-29,North,P001,12.50,2.00,3\n2025-06-29,South,P001,4,2,1\n';
    await drop(join(home.raw, 'daily.csv'), daily);
    t.match(await run(home), { report: { status: 'done', ledger: { inserted: 2 } } });
    const names = (await readdir(home.processed)).sort();
    t.strictSame(names, ['daily.aggregated.csv', 'daily.enriched.csv']);
    for (const name of names) {
      const lines = (await readFile(join(home.processed, name), 'utf8')).trimEnd().split('\n');
      t.equal(lines.length, 3, name);
    }
  },
);

t.test('a home with files of its own gets none', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  const { result, report } = await run(home);
  t.same(result.demo, []);
  t.match(report?.files, [{ name: 'a.csv', status: 'done' }]);
  t.same(figure(home, 'SELECT transactional_rows FROM monitoring_log'), 3);
});

t.test('a run that could not be made is told in the health file, and thrown', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  await writeFile(home.config, '{ "datasets": 1 }');
  await t.rejects(run(home), { code: 'invalid_config' });
  t.match(await health(home), { status: 'FAIL', message: /datasets/ });
});

t.test('a file that fails makes the health FAIL, and the job goes on', async (t) => {
  const strict = { datasets: { till: { ...TILL, contract: { columns: 'freeze' } } } };
  const extra = tillCsv(2).replace('price', 'price,colour').replaceAll('1.50', '1.50,red');
  const home = await homeWith(t, { 'data/raw/a.csv': extra, 'data/raw/b.csv': tillCsv(3) }, strict);
  const { message, result } = await run(home);
  t.match(result, { status: 'failed', files: 2, ledger: { inserted: 3 } });
  t.match(message, /a\.csv failed: .*colour/);
  t.match(await health(home), { status: 'FAIL', message });
});
