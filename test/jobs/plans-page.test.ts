import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { figure, homeWith, TILL } from './home-with.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/plans.md'), 'utf8');
const plans = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!) as unknown[]);

const FILES = {
  'data/raw/a.csv': `sold,article,pieces,price
2025-03-01,A,2,1.50
2025-03-01,B,-1,1.50
2025-03-02,A,0,1.50
2025-03-02,A,few,1.50
2025-03-03,B,4,1.50
`,
  'promotions.csv': 'day,product_id,campaign\n2025-03-02,B,Spring\n2025-03-03,B,Easter\n',
};

/** Loads the files by the page's plan of that number. */
async function loaded(t: Test, number: number, expected: object): Promise<Home> {
  const home = await homeWith(t, FILES, { datasets: { till: { ...TILL, operators: plans[number] } } });
  const { files } = await ingest({ home });
  t.match(files, [{ status: 'done', read: 5, dead_lettered: 1, balanced: true, error: null, ...expected }]);
  return home;
}

t.test('the page has a plan for each way of writing one', (t) => {
  t.equal(plans.length, 5);
  t.end();
});

t.test('a list', (t) => loaded(t, 0, { inserted: 3, filtered: 1 }));

t.test('branches that come together again', async (t) => {
  const home = await loaded(t, 1, { inserted: 3, filtered: 1 });
  t.equal(figure(home, 'SELECT sum(quantity) FROM sales'), 5000);
});

t.test('a copy for a file of its own', async (t) => {
  const home = await loaded(t, 2, { inserted: 4 });
  const returns = await readFile(join(home.processed, 'a.returns.csv'), 'utf8');
  t.match(returns, /^[^\n]+\n[^\n]*B[^\n]*\n$/, 'a header and one line');
  const left = "SELECT sum(records) FROM ledger WHERE operator = 'csv-sink' AND reason = 'left_plan'";
  t.equal(figure(home, left), 1);
  t.equal(figure(home, "SELECT records FROM ledger WHERE operator = 'broadcast' AND outcome = 'adjusted'"), 4);
});

t.test('a table beside the warehouse', async (t) => {
  const home = await loaded(t, 3, { inserted: 4 });
  const db = new Database(join(home.dir, 'data/results.db'), { readonly: true });
  t.teardown(() => db.close());
  const days = db.prepare('SELECT product_id, lines, quantity FROM days ORDER BY window_start, product_id').all();
  t.strictSame(days, [
    { product_id: 'A', lines: 1, quantity: 2_000 },
    { product_id: 'B', lines: 1, quantity: -1_000 },
    { product_id: 'A', lines: 1, quantity: 0 },
    { product_id: 'B', lines: 1, quantity: 4_000 },
  ]);
});

t.test('a join with another source', async (t) => {
  const home = await loaded(t, 4, { read: 7, inserted: 4 });
  const promoted = await readFile(join(home.processed, 'a.promoted.csv'), 'utf8');
  t.match(promoted, /2025-03-03,B,4,Easter/);
  t.match(promoted, /2025-03-01,A,2,\n/);
});
