import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import type { Home } from '../../jobs/home.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import { ingest } from '../../jobs/ingest.ts';
import { contentsOf, drop, figure, homeWith, TILL, tillCsv } from './home-with.ts';

const visible = async (dir: string) => (await readdir(dir)).filter((name) => !name.startsWith('.')).sort();

t.test('what lies in the inbox is loaded and moves to the originals', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(10), 'data/raw/b.csv': tillCsv(5, 11) });
  const report = await ingest({ home });
  t.match(report, {
    run_id: 1,
    status: 'done',
    files: [
      {
        name: 'a.csv',
        dataset: 'till',
        status: 'done',
        read: 10,
        inserted: 10,
        revenue: { read: '30', inserted: '30' },
        error: null,
      },
      { name: 'b.csv', status: 'done', inserted: 5 },
    ],
    ledger: { read: 15, inserted: 15, revenue: { inserted: '45' }, balanced: true },
  });
  t.strictSame(await visible(home.raw), []);
  t.strictSame(await readdir(home.claimed), []);
  t.strictSame(await visible(home.ingested), ['a.csv', 'b.csv']);
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 15);
});

t.test('the same bytes again change nothing, whatever their name', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(10) });
  await ingest({ home });
  const before = contentsOf(home);
  await drop(join(home.raw, 'copy.csv'), tillCsv(10));
  const report = await ingest({ home });
  t.match(report, { status: 'done', files: [{ name: 'copy.csv', status: 'unchanged', read: 0, inserted: 0 }] });
  t.match(report.files[0]?.notes, [/those of a\.csv/]);
  t.strictSame(contentsOf(home), before);
  t.strictSame(await visible(home.raw), []);
});

t.test('a file of no dataset is not touched, and is told what differs from the nearest', async (t) => {
  const home = await homeWith(t, { 'data/raw/other.csv': 'sold,article,number\n2025-01-01,A,1\n' });
  const report = await ingest({ home });
  t.match(report.files, [
    {
      status: 'unmatched',
      dataset: null,
      error: { code: 'unmatched', message: /"till" comes nearest.*"pieces".*"price"/ },
    },
  ]);
  t.equal(report.status, 'done');
  t.strictSame(await visible(home.raw), ['other.csv']);
});

t.test('a file that is named is read where it is and stays there', async (t) => {
  const home = await homeWith(t, { 'export.csv': tillCsv(3) });
  const path = join(home.dir, 'export.csv');
  t.match((await ingest({ home, files: [path] })).files, [{ name: 'export.csv', status: 'done', inserted: 3 }]);
  t.strictSame(await visible(home.ingested), []);
  t.equal(await readFile(path, 'utf8'), tillCsv(3));
});

t.test('a dataset that is named is taken without looking for one', async (t) => {
  const config = { datasets: { one: TILL, two: TILL } };
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) }, config);
  t.match((await ingest({ home })).files, [{ status: 'unmatched', error: { message: /one and two alike/ } }]);
  t.match((await ingest({ home, dataset: 'two' })).files, [{ status: 'done', dataset: 'two' }]);
  await t.rejects(ingest({ home, dataset: 'tow' }), { code: 'no_such_dataset', message: /did you mean "two"/ });
});

t.test('rejected records can be mended in data/rejected and dropped again', async (t) => {
  const csv = tillCsv(4).replace('A2,2,1.50', 'A2,two,1.50').replace('A3,2,1.50', 'A3,2');
  const home = await homeWith(t, { 'data/raw/a.csv': csv });
  const report = await ingest({ home });
  t.match(report.files, [{ status: 'done', read: 4, inserted: 2, dead_lettered: 2, balanced: true }]);
  const [name = ''] = await visible(home.rejected);
  t.equal(report.files[0]?.rejected, join(home.rejected, name));
  const rejected = await readFile(join(home.rejected, name), 'utf8');
  t.match(rejected, /not_an_integer/);
  t.match(rejected, /too_few_fields/);
  const mended = rejected
    .replace('A2,two,1.50', 'A2,2,1.50')
    .replace(/^,,,,(too_few_fields)/m, '2025-03-04,A3,2,1.50,$1');
  await drop(join(home.raw, name), mended);
  t.match((await ingest({ home })).files, [{ status: 'done', read: 2, inserted: 2, dead_lettered: 0 }]);
  t.equal(figure(home, 'SELECT sum(revenue) FROM sales'), 120_000);
  t.equal(figure(home, 'SELECT count(*) FROM sale_attributes'), 0, 'the reasons are no data');
});

t.test('a file that breaks its contract fails, goes back, and the others are loaded', async (t) => {
  const strict = { ...TILL, contract: { columns: 'freeze' } };
  const wider = tillCsv(2).replaceAll('\n', ',x\n').replace('price,x', 'price,colour');
  const home = await homeWith(
    t,
    { 'data/raw/a.csv': wider, 'data/raw/b.csv': tillCsv(2) },
    { datasets: { till: strict } },
  );
  const report = await ingest({ home });
  t.equal(report.status, 'failed');
  t.match(report.files, [
    { name: 'a.csv', status: 'failed', error: { code: 'contract_broken', message: /"colour"/ } },
    { name: 'b.csv', status: 'done' },
  ]);
  t.strictSame(await visible(home.raw), ['a.csv']);
});

t.test('columns that come and go are noted with the run', async (t) => {
  const home = await homeWith(t, {
    'data/raw/1.csv': tillCsv(2),
    'data/raw/2.csv': tillCsv(2, 3).replaceAll('\n', ',red\n').replace('price,red', 'price,colour'),
  });
  const report = await ingest({ home });
  t.match(report.files[1]?.notes, [/"colour" is no field of the dataset/]);
  const changes = figure(home, "SELECT group_concat(against || ' ' || change || ' ' || field) FROM schema_drift");
  t.match(changes, /dataset added colour/);
  t.match(changes, /file added colour/, 'also against the file before');
});

t.test('a file before the last run counts as the file before', async (t) => {
  const home = await homeWith(t, { 'data/raw/1.csv': tillCsv(2) });
  await ingest({ home });
  await drop(join(home.raw, '2.csv'), tillCsv(2, 3).replaceAll('\n', ',red\n').replace('price,red', 'price,colour'));
  await ingest({ home });
  t.equal(figure(home, "SELECT count(*) FROM schema_drift WHERE against = 'file' AND change = 'added'"), 1);
});

t.test('gzip, hidden, temporary and foreign files', async (t) => {
  const home = await homeWith(t, {
    'data/raw/a.csv.gz': gzipSync(tillCsv(7)),
    'data/raw/.hidden.csv': tillCsv(1),
    'data/raw/b.csv.part': tillCsv(1),
    'data/raw/notes.md': 'hello',
  });
  t.match((await ingest({ home })).files, [{ name: 'a.csv.gz', status: 'done', inserted: 7 }]);
  t.strictSame((await readdir(home.raw)).sort(), ['.claimed', '.hidden.csv', 'b.csv.part', 'notes.md']);
});

t.test('a name that was there before gets a number among the originals', async (t) => {
  const home = await homeWith(t);
  for (const first of [1, 10, 20]) {
    await drop(join(home.raw, 'sales.csv'), tillCsv(3, first));
    await ingest({ home });
  }
  t.strictSame(await visible(home.ingested), ['sales-2.csv', 'sales-3.csv', 'sales.csv']);
  t.equal(figure(home, 'SELECT count(*) FROM sales'), 9);
});

t.test('events tell a run from its beginning to its end', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(10) });
  const events: IngestEvent[] = [];
  const report = await ingest({ home, onEvent: (event) => events.push(event) });
  const types = events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);
  t.strictSame(types, ['run-started', 'file-started', 'sample', 'file-finished', 'run-finished']);
  t.match(events[0], { runId: 1, files: 1, bytes: Buffer.byteLength(tillCsv(10)) });
  t.match(events.at(-1), { report });
  t.ok(JSON.stringify(events), 'plain data');
});

t.test('a run keeps each operator’s metrics and the timeline', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(10) });
  await ingest({ home });
  t.ok(Number(figure(home, 'SELECT count(*) FROM operator_metrics')) >= 5);
  const [sample] = JSON.parse(String(figure(home, 'SELECT timeline FROM files'))) as object[];
  t.match(sample, { elapsedMs: Number, operators: [{ id: 'csv-source' }] });
});

t.test('a file that a killed run had claimed and finished is moved at the next start', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(10) });
  await ingest({ home });
  // As if the process had died after the commit and before the move.
  await rename(join(home.ingested, 'a.csv'), join(home.claimed, 'a.csv'));
  const before = contentsOf(home);
  t.match((await ingest({ home })).files, [{ name: 'a.csv', status: 'unchanged' }]);
  t.strictSame(contentsOf(home), before);
  t.strictSame(await visible(home.ingested), ['a.csv']);
  t.strictSame(await readdir(home.claimed), []);
});

t.test('stopping keeps what was committed, and the next run goes on from there', async (t) => {
  const config = { checkpointBytes: 65_536, datasets: { till: TILL } };
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(100_000) }, config);
  const whole = await homeWithCopy(home);
  await ingest({ home: whole });
  const stop = new AbortController();
  const checkpoints = () => figure(home, 'SELECT count(*) FROM checkpoints');
  const stopped = await ingest({
    home,
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === 'sample' && checkpoints() === 1) stop.abort();
    },
  });
  t.match(stopped, { status: 'aborted', files: [{ status: 'failed', error: { code: 'interrupted' } }] });
  const { read, inserted } = stopped.ledger;
  t.ok(read > 0 && read < 100_000 && inserted === read, `stopped after ${read} records`);
  t.strictSame(await visible(home.raw), ['a.csv']);
  const resumed = await ingest({ home });
  t.match(resumed.files, [{ status: 'done', inserted: 100_000, notes: [/went on/] }]);
  t.strictSame(contentsOf(home), contentsOf(whole));
});

t.test(
  'another file in the place of an interrupted one, of the same name and size, is read from its beginning',
  async (t) => {
    const config = { checkpointBytes: 65_536, datasets: { till: TILL } };
    const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(50_000) }, config);
    const stop = new AbortController();
    const checkpoints = () => figure(home, 'SELECT count(*) FROM checkpoints');
    const onEvent = ({ type }: IngestEvent) => {
      if (type === 'sample' && checkpoints() === 1) stop.abort();
    };
    t.equal((await ingest({ home, signal: stop.signal, sampleMs: 5, onEvent })).status, 'aborted');
    t.ok(Number(figure(home, 'SELECT count(*) FROM sales')) > 0);
    await drop(join(home.raw, 'a.csv'), tillCsv(50_000).replaceAll('1.50', '2.50'));
    const report = await ingest({ home });
    t.match(report.files, [
      { status: 'done', inserted: 50_000, revenue: { inserted: '250000' }, notes: [/another one/] },
    ]);
    t.equal(figure(home, 'SELECT sum(revenue) FROM sales'), 2_500_000_000, 'nothing of the other is left');
    const db = openDatabase(home.database, { readonly: true });
    t.teardown(() => db.close());
    t.match(verify(db), { ok: true });
  },
);

t.test('a file that cannot be moved after its commit is moved by the next run', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  await rename(home.ingested, `${home.ingested}.away`);
  await writeFile(home.ingested, 'in the way');
  const report = await ingest({ home }).catch((error: Error) => error);
  t.match(report, { code: /./ }, 'a folder that is none is told of before anything is done');
  await rm(home.ingested);
  await rename(`${home.ingested}.away`, home.ingested);
  t.match((await ingest({ home })).files, [{ status: 'done', inserted: 3 }]);
});

t.test('files that a killed run had claimed are not taken for the dataset of others', async (t) => {
  const other = { ...TILL, match: { files: ['other*'] } };
  const home = await homeWith(t, { 'b.csv': tillCsv(2) }, { datasets: { till: TILL, other } });
  await drop(join(home.claimed, 'a.csv'), tillCsv(3, 5));
  t.match((await ingest({ home, files: [join(home.dir, 'b.csv')], dataset: 'other' })).files, [
    { name: 'b.csv', dataset: 'other' },
  ]);
  t.match((await ingest({ home })).files, [{ name: 'a.csv', dataset: 'till', status: 'done' }]);
});

async function homeWithCopy(home: Home): Promise<Home> {
  const dir = `${home.dir}-2`;
  await cp(home.dir, dir, { recursive: true, preserveTimestamps: true });
  const { homeAt } = await import('../../jobs/home.ts');
  return homeAt(dir);
}
