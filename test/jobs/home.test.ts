import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { checkHome } from '../../jobs/check.ts';
import { exampleNames, findHome, initHome } from '../../jobs/home.ts';

t.test('every example makes a home whose configuration can be used', async (t) => {
  const names = await exampleNames();
  for (const name of ['online-retail', 'superstore', 'dirty-cafe-sales', 'python-original'])
    t.ok(names.includes(name), name);
  for (const name of names) {
    const home = await initHome(join(t.testdir(), name), name);
    t.match(await checkHome(home), { problems: [] }, name);
  }
});

t.test('without an example it is the configuration of the project, with catalogue and stores', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  t.match(await checkHome(home), { datasets: [{ name: 'sales' }, { name: 'sales_daily' }], problems: [] });
  t.match(await readFile(join(home.dir, 'data/product_catalog.csv'), 'utf8'), /^product_id,/);
});

t.test('nothing is overwritten, not even a catalogue', async (t) => {
  const dir = t.testdir({ data: { 'stores.csv': 'mine' } });
  await t.rejects(initHome(dir), { code: 'home_exists', message: /stores\.csv is there already/ });
  t.equal(await readFile(join(dir, 'data/stores.csv'), 'utf8'), 'mine');
});

t.test('a home is found from any folder within it', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  t.equal((await findHome(undefined, join(home.raw, '.claimed'))).dir, home.dir);
  t.equal((await findHome('shop', join(home.dir, '..'))).dir, home.dir);
  const other = join(home.dir, '..', 'other');
  await mkdir(other);
  await t.rejects(findHome(other, home.dir), { code: 'no_home' });
});

t.test('check names a catalogue that is missing', async (t) => {
  const home = await initHome(join(t.testdir(), 'shop'));
  const config = JSON.parse(await readFile(home.config, 'utf8'));
  config.datasets.sales.catalogue = 'data/catalogue.csv';
  await writeFile(home.config, JSON.stringify(config));
  t.match((await checkHome(home)).problems, [{ dataset: 'sales', message: /catalogue\.csv: there is no such file/ }]);
});
