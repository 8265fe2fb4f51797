import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { drop, figure, homeWith, TILL, tillCsv } from './home-with.ts';

const RECORDS = 15_000;
const RESULTS = 'data/results.db';

/** So that a run can be interrupted before it is done, whatever the machine. */
const SLOWLY = { operator: 'throttle', options: { perSecond: 20_000, burst: 500 } };

/** Every record goes to the warehouse; of each day a row goes into a table, and each record into another. */
const BRANCHES = [
  ...['csv-source', SLOWLY, 'validate', 'enrich', 'aggregate', 'dead-letter'],
  { operator: 'broadcast', options: { to: ['warehouse', 'days', 'lines'] } },
  { operator: 'batch-insert', from: ['broadcast.warehouse'] },
  {
    operator: 'tumbling-window',
    from: ['broadcast.days'],
    options: {
      ...{ time: 'sold_at', sizeSeconds: 86_400, outOfOrderSeconds: 86_400 * 40 },
      aggregates: { lines: { op: 'count' }, revenue: { op: 'sum', field: 'revenue' } },
    },
  },
  { operator: 'sqlite-sink', options: { file: RESULTS, table: 'days', key: ['window_start'] } },
  { operator: 'sqlite-sink', id: 'lines', from: ['broadcast.lines'], options: { file: RESULTS, table: 'lines' } },
];
const IN_LINE = [
  ...['csv-source', SLOWLY, 'validate', 'enrich'],
  { operator: 'sqlite-sink', options: { file: RESULTS, table: 'lines' } },
  ...['aggregate', 'dead-letter', 'batch-insert'],
];

const planned = (operators: readonly unknown[]) => ({
  checkpointBytes: 65_536,
  datasets: { till: { ...TILL, operators } },
});

function rows(home: Home, sql: string): unknown[] {
  const db = new Database(join(home.dir, RESULTS), { readonly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

/** Loads until some of it is in the warehouse. */
async function interrupted(home: Home): Promise<void> {
  const stop = new AbortController();
  const committed = () => Number(figure(home, 'SELECT count(*) FROM sales'));
  await ingest({
    home,
    signal: stop.signal,
    sampleMs: 20,
    onEvent: ({ type }) => {
      if (type === 'sample' && committed() > 0) stop.abort();
    },
  });
}

function proven(home: Home): boolean {
  const db = openDatabase(home.database, { readonly: true });
  try {
    return verify(db).ok;
  } finally {
    db.close();
  }
}

for (const [name, operators] of Object.entries({ branches: BRANCHES, 'in line': IN_LINE })) {
  t.test(`${name}: a run that is interrupted leaves in all tables what another does`, async (t) => {
    const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(RECORDS) }, planned(operators));
    await interrupted(home);
    const [{ n }] = rows(home, 'SELECT max(number) AS n FROM tillstream_checkpoints') as [{ n: number }];
    t.ok(n >= Number(figure(home, 'SELECT max(number) FROM checkpoints')), 'no table is behind the warehouse');
    const before = Number(figure(home, 'SELECT count(*) FROM sales'));
    t.ok(before > 0 && before < RECORDS, 'interrupted');
    t.match((await ingest({ home })).files, [{ status: 'done', inserted: RECORDS, notes: [/went on/] }]);
    t.strictSame(rows(home, 'SELECT count(*) n, count(DISTINCT product_id) d, sum(revenue) r FROM lines'), [
      { n: RECORDS, d: RECORDS, r: RECORDS * 30_000 },
    ]);
    if (operators === BRANCHES) {
      t.strictSame(rows(home, 'SELECT count(*) n, sum(lines) l, sum(revenue) r FROM days'), [
        { n: 28, l: RECORDS, r: RECORDS * 30_000 },
      ]);
    }
    t.ok(proven(home), 'and the ledger is that of the warehouse');
  });
}

t.test('a table that has lost what the warehouse has: the file is read from its beginning', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(RECORDS) }, planned(BRANCHES));
  await interrupted(home);
  for (const suffix of ['', '-wal', '-shm']) await rm(join(home.dir, RESULTS + suffix), { force: true });
  t.match((await ingest({ home })).files, [{ status: 'done', inserted: RECORDS, notes: [/read from its beginning/] }]);
  t.strictSame(rows(home, 'SELECT count(*) n FROM lines'), [{ n: RECORDS }]);
  t.ok(proven(home));
});

t.test('what a table does not take is rejected, and goes no further', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(5) }, planned(IN_LINE));
  t.match((await ingest({ home })).files, [{ status: 'done', inserted: 5 }]);
  const db = new Database(join(home.dir, RESULTS));
  db.exec(
    "CREATE TRIGGER no BEFORE INSERT ON lines WHEN new.product_id = 'A8' BEGIN SELECT RAISE(ABORT, 'not A8'); END",
  );
  db.close();
  await drop(join(home.dir, 'data/raw/b.csv'), tillCsv(5, 6));
  t.match((await ingest({ home })).files, [{ status: 'done', inserted: 4, dead_lettered: 1 }]);
  t.strictSame(rows(home, 'SELECT count(*) n FROM lines'), [{ n: 9 }]);
  t.equal(figure(home, 'SELECT reason FROM dead_letters'), 'constraint_violated');
  t.ok(proven(home));
});

t.test('the warehouse is no such table', async (t) => {
  const sink = { operator: 'sqlite-sink', options: { file: 'db/tillstream.db', table: 'lines' } };
  const plan = ['csv-source', 'validate', 'enrich', sink, 'aggregate', 'dead-letter', 'batch-insert'];
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(5) }, planned(plan));
  t.match((await ingest({ home })).files, [
    { status: 'failed', error: { code: 'table_in_warehouse', message: /name another/ } },
  ]);
});
