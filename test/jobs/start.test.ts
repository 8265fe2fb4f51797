import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { initHome } from '../../jobs/home.ts';
import { start } from '../../jobs/start.ts';
import { homeWith, tillCsv } from './home-with.ts';

t.test('an empty home begins with a month that ends today', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  let told = 0;
  const { demo, run } = await start({ home, now: () => Date.parse('2025-06-30T12:00:00Z'), onDemo: () => told++ });
  t.equal(told, 1);
  t.equal(demo.length, 30);
  t.match(run, { status: 'done', ledger: { balanced: true } });
  t.ok(run.ledger.inserted > 10_000 && run.ledger.dead_lettered > 0, 'a little dirt is part of it');
  t.ok((await readdir(home.ingested)).includes('sales_2025-06-30.csv'));
  t.same((await start({ home })).demo, [], 'once');
});

t.test('a home with files of its own gets none', async (t) => {
  const home = await homeWith(t, { 'data/raw/a.csv': tillCsv(3) });
  const { demo, run } = await start({ home, onDemo: () => t.fail('nothing is made up') });
  t.same(demo, []);
  t.match(run.files, [{ name: 'a.csv', status: 'done' }]);
});
