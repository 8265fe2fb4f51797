import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { tillstream } from './terminal-in-memory.ts';

/** A home with a week of slightly dirty sales in its inbox. */
async function homeWithSales(t: Test): Promise<string> {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  await tillstream(['generate', '--rows', '2000', '--days', '4', '--dirty', '2%', '--out', join(dir, 'data/raw')]);
  return dir;
}

t.test('the first hour: init, generate, ingest, ask, prove', async (t) => {
  const dir = await homeWithSales(t);
  const run = (line: string) => tillstream([...line.split(' '), '--home', dir]);

  const checked = await run('check');
  t.equal(checked.code, 0);
  t.match(checked.stdout, 'can be used');

  const ingested = (await run('ingest --json')).json<IngestDocument>();
  t.equal(ingested.status, 'done');
  t.equal(ingested.files.length, 4);
  t.equal(ingested.ledger.read, 2000);
  t.equal(ingested.ledger.balanced, true);
  const { read, inserted, updated, unchanged, filtered, late, dead_lettered } = ingested.ledger;
  t.equal(read, inserted + updated + unchanged + filtered + late + dead_lettered);

  const summary = (await run('kpi summary --json')).json<{ revenue: number; lines: number }>();
  t.equal(summary.lines, inserted);
  t.equal(summary.revenue.toFixed(4), Number(ingested.ledger.revenue.inserted).toFixed(4));

  const regions = (await run('kpi revenue --json')).json<{ total_revenue: number }[]>();
  const sum = regions.reduce((total, { total_revenue }) => total + Math.round(total_revenue * 1e4), 0);
  t.equal(sum, Math.round(summary.revenue * 1e4));
  const north = (await run('kpi summary --region North --json')).json<{ revenue: number }>();
  t.ok(north.revenue > 0 && north.revenue < summary.revenue);

  const top = (await run('kpi top-products --limit 3 --json')).json<unknown[]>();
  t.equal(top.length, 3);
  const days = (await run('kpi trend --json')).json<unknown[]>();
  t.equal(days.length, 4);

  const runs = (await run('runs --json')).json<{ items: { run_id: number; files: number }[] }>();
  t.match(runs.items, [{ run_id: 1, files: 4 }]);
  const detail = (await run('runs 1 --json')).json<{ ledger: object; file_list: object[]; operators: object[] }>();
  t.same(detail.ledger, ingested.ledger);
  t.equal(detail.file_list.length, 4);

  const letters = (await run('dead-letters --json')).json<{
    total: number;
    items: { reason: string; line: number }[];
  }>();
  t.equal(letters.total, dead_lettered);
  const { reason } = letters.items[0]!;
  const some = (await run(`dead-letters --reason ${reason} --json`)).json<{ items: { reason: string }[] }>();
  t.ok(some.items.length > 0 && some.items.every((letter) => letter.reason === reason));

  const verified = await run('verify');
  t.equal(verified.code, 0, verified.stdout);
  t.match(verified.stdout, 'Everything agrees');

  for (const line of [
    'kpi revenue',
    'kpi top-products',
    'kpi summary',
    'kpi trend --granularity week',
    'runs',
    'runs 1',
    'dead-letters',
  ]) {
    const { code, stdout } = await run(line);
    t.equal(code, 0, line);
    t.ok(stdout.length > 0, line);
  }
});

interface IngestDocument {
  readonly status: string;
  readonly files: readonly object[];
  readonly ledger: Record<
    'read' | 'inserted' | 'updated' | 'unchanged' | 'filtered' | 'late' | 'dead_lettered',
    number
  > & {
    readonly balanced: boolean;
    readonly revenue: { readonly inserted: string };
  };
}

t.test('ingest --json gives every file with its counts and amounts as decimal text', async (t) => {
  const dir = await homeWithSales(t);
  const { stdout, stderr, json } = await tillstream(['ingest', '--json', '--home', dir]);
  t.ok(stdout.startsWith('{') && stdout.endsWith('}\n'), 'one document');
  t.match(stderr, 'records of sales', 'progress is on stderr');
  const [file] = json<{ files: Record<string, unknown>[] }>().files;
  for (const key of ['read', 'inserted', 'updated', 'unchanged', 'filtered', 'late', 'dead_lettered', 'duration_ms']) {
    t.type(file?.[key], 'number', key);
  }
  t.match(file, {
    name: String,
    dataset: 'sales',
    status: 'done',
    error: null,
    revenue: { read: /^-?\d+(\.\d+)?$/, inserted: /^-?\d+(\.\d+)?$/ },
  });
});

t.test('start --once makes up a month in an empty home, and none in one that has something', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  const first = await tillstream(['start', '--once', '--home', dir]);
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, 'making up a month of sales');
  t.match(first.stdout, 'The ledger balances.');
  t.match(first.stdout, /Revenue +[\d,.]+/);
  const env = { CI: 'true' };
  const again = (await tillstream(['start', '--json', '--home', dir], { env })).json<{
    demo: string[];
    run: { files: [] };
  }>();
  t.match(again, { demo: [], run: { files: [], status: 'done' } });
  const { items } = (await tillstream(['jobs', 'logs', 'daily-run', '--json', '--home', dir])).json<JobLogs>();
  t.match(items, [
    { trigger: 'start', status: 'done', message: 'nothing to load' },
    { status: 'done', message: /30 files/, log: /making up/ },
  ]);
});

interface JobLogs {
  readonly items: readonly { readonly status: string; readonly message: string; readonly log: string }[];
}

t.test('jobs lists, runs, pauses and tells', async (t) => {
  const dir = await homeWithSales(t);
  const run = (line: string) => tillstream([...line.split(' '), '--home', dir]);
  t.match((await run('jobs')).stdout, /daily-run +every 24 hours, and at start +not yet run/);
  const ran = await run('jobs run daily-run');
  t.equal(ran.code, 0, ran.stderr);
  t.match(ran.stdout, /daily-run: run 1: 4 files, 2,000 records read/);
  t.match(ran.stderr, 'records of sales', 'progress');
  t.match(await run('jobs pause daily-run'), { code: 0, stdout: /is paused/ });
  t.match((await run('jobs')).stdout, /daily-run +paused \(every 24 hours.*done/);
  t.match(await run('jobs resume daily-run'), { code: 0 });
  const { items } = (await run('jobs --json')).json<{ items: { name: string; state: string; next_at: string }[] }>();
  t.match(items[0], { name: 'daily-run', state: 'idle', next_at: /Z$/ });
  t.match((await run('jobs logs daily-run')).stdout, /done \(hand, .*\): run 1: 4 files/);
  t.match(await run('jobs run watch'), { code: 1, stderr: /runs all the time/ });
  t.match(await run('jobs run dayly-run'), { code: 1, stderr: /did you mean "daily-run"/ });
  t.match(await run('jobs stop watch'), { code: 2, stderr: /expected run, pause, resume, logs/ });
  t.match(await run('jobs run'), { code: 2, stderr: /say which job/ });
});

t.test('infer prints a dataset that ingest can use once it is written', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  const file = join(dir, 'webshop_orders.csv');
  const lines = Array.from(
    { length: 50 },
    (_, i) => `W-${1000 + i};${1 + (i % 28)}.03.2025;Mug ${i % 7};${1 + (i % 3)};${i % 9},50`,
  );
  await writeFile(file, `Bestellung;Datum;Artikel;Menge;Preis\n${lines.join('\n')}\n`);
  const inferred = (await tillstream(['infer', file, '--json'])).json<{ dataset: { dialect: object } }>();
  t.match(inferred.dataset.dialect, { delimiter: ';' });
  const written = await tillstream(['infer', file, '--write', '--name', 'webshop', '--home', dir]);
  t.equal(written.code, 0, written.stderr);
  const again = await tillstream(['infer', file, '--write', '--name', 'webshop', '--home', dir]);
  t.equal(again.code, 1);
  t.match(again.stderr, 'has a dataset "webshop" already');
  const ingested = (await tillstream(['ingest', file, '--json', '--home', dir])).json<IngestDocument>();
  t.match(ingested.files, [{ dataset: 'webshop', status: 'done', read: 50 }]);
});

t.test('operators lists and explains', async (t) => {
  const { items } = {
    items: (await tillstream(['operators', '--json'])).json<{ operators: { name: string }[] }>().operators,
  };
  t.ok(items.some(({ name }) => name === 'validate'));
  for (const { name } of items) t.match((await tillstream(['operators', name])).stdout, `${name}: `);
  const wrong = await tillstream(['operators', 'validat']);
  t.equal(wrong.code, 1);
  t.match(wrong.stderr, 'did you mean "validate"');
});

t.test('init takes an example, and overwrites nothing', async (t) => {
  const dir = join(t.testdir(), 'cafe');
  const made = await tillstream(['init', dir, '--example', 'dirty-cafe-sales']);
  t.equal(made.code, 0, made.stderr);
  t.match(await readFile(join(dir, 'schema_config.json'), 'utf8'), 'datasets');
  t.strictSame((await readdir(join(dir, 'data'))).sort(), ['ingested', 'processed', 'raw', 'rejected']);
  const again = await tillstream(['init', dir]);
  t.equal(again.code, 1);
  t.match(again.stderr, 'is not overwritten');
  const unknown = await tillstream(['init', join(dir, 'x'), '--example', 'superstor']);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, 'did you mean "superstore"');
});

t.test('check names what is wrong and where', async (t) => {
  const dir = join(t.testdir(), 'shop');
  await tillstream(['init', dir]);
  const path = join(dir, 'schema_config.json');
  const config = await readFile(path, 'utf8');
  await writeFile(path, config.replace('"fields"', '"feilds"'));
  const { code, stdout } = await tillstream(['check', '--home', dir]);
  t.equal(code, 1);
  t.match(stdout, /line \d+: datasets\.\w+.*feilds.*did you mean "fields"/);
});

t.test('the home is the folder around, TILLSTREAM_HOME or --home', async (t) => {
  const dir = await homeWithSales(t);
  await cp(dir, `${dir}-2`, { recursive: true });
  const within = await tillstream(['check', '--json'], { cwd: join(dir, 'data', 'raw') });
  t.match(within.json(), { config: join(dir, 'schema_config.json') });
  const env = { TILLSTREAM_HOME: `${dir}-2` };
  t.match((await tillstream(['check', '--json'], { env })).json(), { config: join(`${dir}-2`, 'schema_config.json') });
  const said = await tillstream(['check', '--json', '--home', dir], { env });
  t.match(said.json(), { config: join(dir, 'schema_config.json') });
  const none = await tillstream(['check', '--home', t.testdir()]);
  t.equal(none.code, 1);
  t.match(none.stderr, 'has no schema_config.json; `tillstream init');
});
