import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Home } from '../../jobs/home.ts';
import type { RunDetail } from '../../server/schemas.ts';
import { drop, json, loaded, newHome, salesCsv, served } from './serving.ts';
import { watch } from './watching.ts';

const DAY = 86_400;
let written = 0;

/** An operator of the home that leaves out sales of less than `least` units. */
async function writeOperator(home: Home, summary: string, keep: string): Promise<void> {
  const path = join(home.dir, 'operators/custom/large-sales.ts');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    `import { defineOperator, Type } from 'tillstream';
     export default defineOperator({
       name: 'large-sales',
       summary: '${summary}',
       options: Type.Object({ least: Type.Integer({ description: 'Units, in 1/1,000.', default: 2000 }) }),
       filter: ${keep},
     });`,
  );
  // Two writings within a tick of the file system's clock would look like one.
  await utimes(path, ++written * DAY, written * DAY);
}

async function configure(home: Home, step: unknown): Promise<void> {
  const config = JSON.parse(await readFile(home.config, 'utf8'));
  config.datasets.sales.operators = [
    'csv-source',
    'validate',
    'enrich',
    step,
    'aggregate',
    'dead-letter',
    'batch-insert',
  ];
  await writeFile(home.config, JSON.stringify(config));
}

const home = await newHome(t);
await writeOperator(home, 'first', '(sale, { least }) => Number(sale.quantity) >= least');
await configure(home, 'large-sales');
const serving = await served(t, home);

t.test('an operator of a home shows like any other, and a changed one counts from the next run on', async (t) => {
  t.match(await json(serving, '/operators/large-sales'), {
    summary: 'first',
    options: [{ name: 'least', default: 2000 }],
  });
  t.match(
    (await json<{ items: { name: string }[] }>(serving, '/operators')).items.map(({ name }) => name),
    /large-sales/,
  );

  // Lines have 1, 2 or 3 units in turn.
  const watcher = await watch(t, serving);
  await loaded(serving, home, { 'a.csv': salesCsv(300) });
  const first = await json<RunDetail>(serving, '/runs/1');
  t.match(first, { inserted: 200, filtered: 100, balanced: true });
  t.ok(
    first.operators.some(({ id }) => id === 'large-sales'),
    'in the run that is kept',
  );
  await watcher.until(({ state }) => state.run?.status === 'done');
  t.match(
    watcher.state.operators?.find(({ id }) => id === 'large-sales'),
    { records_in: 300, records_out: 200, filtered: 100 },
    'in the live picture',
  );
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  t.match(metrics, /tillstream_operator_in_records_total\{operator="large-sales"\} 300\n/);
  t.match(metrics, /tillstream_operator_out_records_total\{operator="large-sales"\} 200\n/);

  await writeOperator(home, 'second', '(sale) => Number(sale.quantity) >= 3000');
  t.match(await json(serving, '/operators/large-sales'), { summary: 'second' });
  await loaded(serving, home, { 'b.csv': salesCsv(300, 1000) });
  t.match(await json<RunDetail>(serving, '/runs/2'), { inserted: 100, filtered: 200, balanced: true });
});

t.test('its options are checked like those of any other', async (t) => {
  await configure(home, { operator: 'large-sales', options: { leest: 1 } });
  await drop(home, 'c.csv', salesCsv(10, 2000));
  const report = await serving.run({ trigger: 'test' });
  t.match(report.files, [
    { status: 'failed', error: { code: 'bad_option', message: /unknown option "leest" — did you mean "least"/ } },
  ]);
  await configure(home, 'large-sales');
});

t.test('one that is half written stops only the plans that name it', async (t) => {
  const path = join(home.dir, 'operators/custom/half.ts');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'export default {');
  await loaded(serving, home, {});
  t.match(await json(serving, '/runs/4'), { inserted: 4 }, 'of the ten that stayed in the inbox');
  t.match(await json(serving, '/operators/half'), { status: 404 });
  await configure(home, 'half');
  await drop(home, 'd.csv', salesCsv(10, 3000));
  await t.rejects(serving.run({ trigger: 'test' }), { code: 'bad_operator', message: /half\.ts: cannot be loaded/ });
});
