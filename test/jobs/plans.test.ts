import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import { checkHome } from '../../jobs/check.ts';
import type { Home } from '../../jobs/home.ts';
import type { IngestEvent } from '../../jobs/ingest/events.ts';
import { ingest } from '../../jobs/ingest.ts';
import type { Step } from '../../operators/dataset/schema.ts';
import { contentsOf, homeWith, TILL, tillCsv } from './home-with.ts';

const CSV = tillCsv(3000)
  .replace('A7,2,1.50', 'A7,seven,1.50')
  .replace(/A1(\d)0,2,/g, 'A1$10,0,');
const FILES = { 'data/raw/a.csv': CSV };
/** Small, so that there are several. */
const checkpointBytes = 65_536;

const LIST = [
  'csv-source',
  'validate',
  'enrich',
  { operator: 'filter', options: { where: [{ field: 'quantity', op: '!=', value: 0 }] } },
  'aggregate',
  'dead-letter',
  'batch-insert',
];

const GRAPH: readonly Step[] = [
  'csv-source',
  'validate',
  {
    operator: 'route',
    options: {
      routes: [
        { to: 'nothing', where: [{ field: 'quantity', op: '=', value: 0 }] },
        { to: 'odd', where: [{ field: 'product_id', op: 'matches', value: '[13579]$' }] },
      ],
      otherwise: 'even',
    },
  },
  { operator: 'filter', from: ['route.nothing'], options: { where: [{ field: 'quantity', op: '!=', value: 0 }] } },
  { operator: 'enrich', id: 'enrich-odd', from: ['route.odd'] },
  { operator: 'enrich', from: ['route.even'] },
  { operator: 'merge', from: ['filter', 'enrich-odd', 'enrich'] },
  'aggregate',
  'dead-letter',
  'batch-insert',
];

const homeOf = (t: Test, operators: readonly unknown[], files: Record<string, string> = FILES) =>
  homeWith(t, files, { checkpointBytes, datasets: { till: { ...TILL, operators } } });

function requireVerified(t: Test, { database }: Home): void {
  const db = openDatabase(database);
  try {
    t.strictSame(verify(db).differences, []);
  } finally {
    db.close();
  }
}

/** What is left of loading the files by that plan, in a home of its own. */
async function loadedBy(t: Test, operators: readonly unknown[]) {
  let left: unknown;
  await t.test(`by ${operators.length} operators`, async (t) => {
    const home = await homeOf(t, operators);
    const { files, ledger } = await ingest({ home });
    t.match(files, [{ status: 'done', read: 3000, dead_lettered: 1, filtered: 10, balanced: true, error: null }]);
    requireVerified(t, home);
    const [rejected = ''] = await readdir(home.rejected);
    left = { ledger, contents: contentsOf(home), rejected: await readFile(join(home.rejected, rejected), 'utf8') };
  });
  return left;
}

t.test('a plan that branches and merges leaves the same warehouse as the list that does the same', async (t) => {
  t.strictSame(await loadedBy(t, GRAPH), await loadedBy(t, LIST), 'rows, roll-ups, dead letters and the ledger');
});

/** Loads a larger file by the graph, with a file of its own on one branch, broken off after so many samples again and again. */
async function brokenOff(t: Test, samples: number) {
  let left: unknown;
  let runs = 0;
  await t.test(`broken off after ${samples} samples`, async (t) => {
    const sink = { operator: 'csv-sink', options: { name: 'odd.csv', columns: ['product_id', 'revenue'] } };
    const at = GRAPH.findIndex((step) => typeof step === 'object' && step.operator === 'merge');
    const operators = GRAPH.toSpliced(at - 1, 0, sink).map((step) =>
      typeof step === 'object' && step.operator === 'merge'
        ? { ...step, from: ['filter', 'csv-sink', 'enrich'] }
        : step,
    );
    const home = await homeOf(t, operators, { 'data/raw/a.csv': tillCsv(15_000) });
    for (let status = ''; status !== 'done'; runs++) {
      const abort = new AbortController();
      let seen = 0;
      const onEvent = ({ type }: IngestEvent) => {
        if (type === 'sample' && ++seen === samples + 30 * runs) abort.abort();
      };
      status = (await ingest({ home, signal: abort.signal, sampleMs: 5, onEvent })).status;
    }
    requireVerified(t, home);
    left = { contents: contentsOf(home), odd: await readFile(join(home.processed, 'odd.csv'), 'utf8') };
  });
  return { left, runs };
}

t.test('a load by a graph that is broken off goes on as if nothing had happened', async (t) => {
  const whole = await brokenOff(t, Number.POSITIVE_INFINITY);
  const broken = await brokenOff(t, 10);
  t.ok(broken.runs > 1, `it took ${broken.runs} runs`);
  t.strictSame(broken.left, whole.left);
});

t.test('a copy of the records can go to a file of its own beside the warehouse', async (t) => {
  const home = await homeOf(t, [
    ...['csv-source', 'validate', 'enrich'],
    { operator: 'broadcast', options: { to: ['archive', 'warehouse'] } },
    { operator: 'aggregate', from: ['broadcast.warehouse'] },
    ...['dead-letter', 'batch-insert'],
    { operator: 'filter', from: ['broadcast.archive'], options: { where: [{ field: 'quantity', op: '=', value: 0 }] } },
    { operator: 'csv-sink', options: { name: 'nothing.csv', columns: ['product_id'] } },
  ]);
  const { files } = await ingest({ home });
  t.match(files, [{ status: 'done', read: 3000, inserted: 2999, dead_lettered: 1, balanced: true, error: null }]);
  t.equal(files[0]?.filtered, 2999, 'the copies, none of which is for the warehouse');
  requireVerified(t, home);
  const kept = await readFile(join(home.processed, 'nothing.csv'), 'utf8');
  t.strictSame(kept.trim().split('\n').slice(0, 3), ['product_id', 'A100', 'A110']);
  t.equal(kept.trim().split('\n').length, 11);
});

t.test('a check shows where the branches of a plan come from', async (t) => {
  const { datasets, problems } = await checkHome(await homeOf(t, GRAPH));
  t.strictSame(problems, []);
  const [way = ''] = datasets.map(({ plan }) => plan.join(' → '));
  t.match(way, /^csv-source → validate → route → filter \(from route.nothing\) → enrich-odd \(from route.odd\) → /);
  t.match(
    way,
    /enrich \(from route.even\) → merge \(from filter, enrich-odd, enrich\) → aggregate → dead-letter → batch-insert$/,
  );
});

t.test('two sinks for the warehouse are refused, with what to do instead', async (t) => {
  const home = await homeOf(t, [
    ...['csv-source', 'validate', 'aggregate'],
    { operator: 'route', options: { by: 'product_id', values: ['A1'], otherwise: 'rest' } },
    { operator: 'batch-insert', from: ['route.A1'] },
    { operator: 'batch-insert', from: ['route.rest'] },
  ]);
  const message = /one "batch-insert", got batch-insert and batch-insert-2: bring the branches together with "merge"/;
  t.match((await ingest({ home })).files, [{ status: 'failed', error: { code: 'bad_plan', message } }]);
  t.match((await checkHome(home)).problems, [{ code: 'bad_plan', message }]);
});

t.test('records of another source can not pass for lines of the file', async (t) => {
  const operators = [
    'csv-source',
    { operator: 'csv-source', id: 'more', options: { path: 'more.csv' } },
    { operator: 'merge', from: ['csv-source', 'more'] },
    ...['validate', 'enrich', 'aggregate', 'dead-letter', 'batch-insert'],
  ];
  const home = await homeOf(t, operators, { ...FILES, 'more.csv': tillCsv(10, 9000) });
  const message = /records of the source "more" stand on no line of a.csv/;
  t.match((await ingest({ home })).files, [{ status: 'failed', error: { code: 'foreign_records', message } }]);
});

t.test('a row of another source that can not be read is kept, but not among those to be mended', async (t) => {
  const operators = [
    'csv-source',
    'validate',
    { operator: 'csv-source', id: 'more', options: { path: 'more.csv' } },
    {
      operator: 'join',
      from: { left: 'validate', right: 'more' },
      options: { on: ['product_id'], onRight: ['article'], kind: 'left', withinSeconds: 0 },
    },
    ...['enrich', 'aggregate', 'dead-letter', 'batch-insert'],
  ];
  const files = { 'data/raw/a.csv': tillCsv(3), 'more.csv': 'article,sold_at\ntoo,many,cells\n' };
  const home = await homeOf(t, operators, files);
  t.match((await ingest({ home })).files, [
    { status: 'done', read: 4, inserted: 3, dead_lettered: 1, balanced: true, rejected: null },
  ]);
});
