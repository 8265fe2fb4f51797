import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import type { RunRequest } from '../../jobs/ingest/request.ts';
import { ingest } from '../../jobs/ingest.ts';
import { watch } from '../../jobs/watch.ts';
import { drop, figure, homeWith, TILL, tillCsv } from './home-with.ts';

/** Watches a home until the test is over, with real runs. */
function watched(t: Test, home: Home, before: (request: RunRequest) => Promise<void> = async () => {}) {
  const abort = new AbortController();
  const reports: RunReport[] = [];
  const lines: string[] = [];
  const ended = watch({
    ...{ home, trigger: 'start', signal: abort.signal, now: Date.now, onWake: () => {} },
    log: (line) => lines.push(line),
    ingest: async (request, signal) => {
      await before(request);
      const report = await ingest({ home, ...request, ...(signal && { signal }) });
      reports.push(report);
      return report;
    },
  });
  t.teardown(async () => {
    abort.abort();
    await ended;
  });
  return { reports, lines };
}

async function until(isSo: () => boolean, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; !isSo(); await delay(20)) if (Date.now() > end) throw new Error('never came to be');
}

const SLOW_RESCAN = { datasets: { till: TILL }, jobs: { watch: { rescanSeconds: 600 } } };

t.test('a file is asked for within a second of being written', async (t) => {
  const home = await homeWith(t, {}, SLOW_RESCAN);
  let askedAt = 0;
  const { reports } = watched(t, home, async () => {
    askedAt = Date.now();
  });
  await delay(300);
  const before = Date.now();
  await writeFile(join(home.raw, 'a.csv'), tillCsv(3));
  await until(() => reports.length > 0);
  t.ok(askedAt - before < 5_000, `after ${askedAt - before} ms; on a machine that is not busy it is under one second`);
  t.match(reports[0]?.files, [{ name: 'a.csv', status: 'done', inserted: 3 }]);
});

t.test('500 files dropped at once are all loaded, and each once', async (t) => {
  const home = await homeWith(t, {}, SLOW_RESCAN);
  const { reports } = watched(t, home);
  const names = Array.from({ length: 500 }, (_, i) => `f${i}.csv`);
  await Promise.all(names.map((name, i) => writeFile(join(home.raw, name), tillCsv(2, 1 + 2 * i))));
  const done = () => reports.flatMap(({ files }) => files.filter(({ status }) => status === 'done'));
  await until(() => done().length >= 500, 60_000);
  t.strictSame(new Set(done().map(({ name }) => name)), new Set(names));
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 1_000);
  t.equal(done().length, 500);
  t.ok(reports.every(({ status, ledger }) => status === 'done' && ledger.balanced));
});

t.test('a file that is still growing is left alone, and others are not kept waiting', async (t) => {
  const home = await homeWith(t, {}, SLOW_RESCAN);
  const growing = join(home.raw, 'growing.csv');
  await writeFile(growing, tillCsv(1));
  const grow = setInterval(() => void appendFile(growing, '2025-03-01,B,2,1.50\n'), 100);
  const { reports } = watched(t, home);
  await writeFile(join(home.raw, 'still.csv'), tillCsv(3));
  await until(() => reports.length > 0);
  clearInterval(grow);
  t.strictSame(
    reports[0]?.files.map(({ name }) => name),
    ['still.csv'],
  );
  await until(() => reports.length > 1);
  t.match(reports[1]?.files, [{ name: 'growing.csv', status: 'done' }]);
});

t.test('a file of no dataset is tried once, and again when it or the configuration is another', async (t) => {
  const home = await homeWith(t, { 'data/raw/odd.csv': 'a,b\n1,2\n' }, SLOW_RESCAN);
  const { reports } = watched(t, home);
  await until(() => reports.length === 1);
  t.match(reports[0]?.files, [{ name: 'odd.csv', status: 'unmatched' }]);
  await drop(join(home.raw, 'good.csv'), tillCsv(3));
  await until(() => reports.length === 2);
  t.strictSame(
    reports[1]?.files.map(({ name }) => name),
    ['good.csv'],
    'not with others that come',
  );
  await delay(1_000);
  t.equal(reports.length, 2, 'it is left alone');
  await drop(join(home.raw, 'odd.csv'), 'a,c\n1,2\n3,4\n');
  await until(() => reports.length === 3);
  const odd = { fields: [{ name: 'a' }, { name: 'c' }] };
  await writeFile(`${home.config}.new`, JSON.stringify({ datasets: { till: TILL, odd } }));
  await rename(`${home.config}.new`, home.config);
  await appendFile(join(home.raw, '.wake'), '');
  await drop(join(home.raw, 'more.csv'), tillCsv(3, 50));
  await until(() => reports.flatMap(({ files }) => files).some(({ dataset }) => dataset === 'odd'));
  t.pass('with a configuration that knows it, it is loaded');
});

t.test('a drive that tells nothing is looked at now and then', async (t) => {
  const home = await homeWith(t, {}, { datasets: { till: TILL }, jobs: { watch: { rescanSeconds: 1 } } });
  // The folder itself is put in place after the watcher has begun to listen to another.
  await rename(home.raw, `${home.raw}-later`);
  const { reports } = watched(t, home);
  await delay(200);
  await drop(join(`${home.raw}-later`, 'a.csv'), tillCsv(3));
  await rename(home.raw, `${home.raw}-before`);
  await rename(`${home.raw}-later`, home.raw);
  await until(() => reports.length > 0);
  t.match(reports[0]?.files, [{ name: 'a.csv', status: 'done' }]);
});
