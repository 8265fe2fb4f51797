import { join } from 'node:path';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { verify } from '../../db/verify.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import { load, randomFrom, randomSales } from './loader.ts';

const file = join(t.testdir(), 'warehouse.db');
const warehouse = openWarehouse(file);
load(warehouse, { name: 'a.csv', sales: randomSales(900, randomFrom(11)), deadLetters: 1 });
warehouse.close();
const db = openDatabase(file);
t.teardown(() => db.close());

/** The tables in which `verify` finds something after a change, which is undone. */
function foundAfter(change: string): string[] {
  db.exec('BEGIN');
  try {
    const { changes } = db.prepare(change).run();
    if (changes === 0) throw new Error(`changes nothing: ${change}`);
    return [...new Set(verify(db).differences.map(({ what }) => what))].sort();
  } finally {
    db.exec('ROLLBACK');
  }
}

t.test('finds nothing where nothing is wrong, and says what it looked at', async (t) => {
  t.match(verify(db), { ok: true, checked: { sales: 900, files: 1 }, differences: [] });
});

t.test('finds a wrong, a missing and a superfluous row in every table it recomputes', async (t) => {
  for (const table of [
    'daily_sales',
    'daily_store',
    'daily_product',
    'daily_category',
    'daily_category_total',
    'dekad_sales',
    'month_sales',
    'month_store',
    'month_product',
    'month_category',
    'month_category_total',
  ]) {
    t.same(foundAfter(`UPDATE ${table} SET revenue = revenue + 1 WHERE lines = (SELECT max(lines) FROM ${table})`), [
      table,
    ]);
    t.same(foundAfter(`DELETE FROM ${table} WHERE lines = (SELECT min(lines) FROM ${table})`), [table]);
  }
  t.same(
    foundAfter(
      'INSERT INTO daily_product SELECT 20991231, product_key, lines, quantity, revenue, profit, costed_revenue, margin_lines, margin_sum, cells, cell_margin_sum FROM daily_product LIMIT 1',
    ),
    ['daily_product'],
  );
  t.same(foundAfter('UPDATE month_store SET orders = orders - 1'), ['month_store']);
  t.same(
    foundAfter('UPDATE single_orders SET lines = 99 WHERE order_ref = (SELECT max(order_ref) FROM single_orders)'),
    ['orders'],
  );
  t.same(foundAfter('DELETE FROM single_orders WHERE order_ref = (SELECT min(order_ref) FROM single_orders)'), [
    'orders',
  ]);
  t.same(
    foundAfter('INSERT INTO single_orders SELECT order_ref + 1000000, day, store_key, lines FROM orders LIMIT 1'),
    ['orders'],
  );
  t.same(foundAfter("UPDATE ledger SET records = records + 1 WHERE outcome = 'dead_lettered'"), ['ledger']);
  t.same(foundAfter("INSERT INTO sale_attributes VALUES (7, '{}')"), ['sale_attributes']);
});

t.test('finds a sale that was changed in all that is made from it', async (t) => {
  const found = foundAfter(
    'UPDATE sales SET revenue = revenue + 1, order_ref = order_ref + 500000 WHERE sale_id = (SELECT min(sale_id) FROM sales WHERE revenue > 0 AND order_ref > 0)',
  );
  t.same(found, [
    'daily_category',
    'daily_category_total',
    'daily_product',
    'daily_sales',
    'daily_store',
    'dekad_sales',
    'ledger',
    'month_category',
    'month_category_total',
    'month_product',
    'month_sales',
    'month_store',
    'orders',
  ]);
});

t.test('says where and what', async (t) => {
  db.exec('BEGIN');
  t.teardown(() => db.exec('ROLLBACK'));
  const { day, store_key, lines } = db
    .prepare('SELECT day, store_key, lines FROM daily_store ORDER BY day DESC, store_key LIMIT 1')
    .get() as Record<string, number>;
  db.prepare('UPDATE daily_store SET lines = lines + 2 WHERE day = ? AND store_key = ?').run(day, store_key);
  t.same(verify(db).differences, [
    {
      what: 'daily_store',
      where: `day ${day}, store_key ${store_key}`,
      column: 'lines',
      kept: lines! + 2,
      expected: lines,
    },
  ]);
});

t.test('roll-ups that an older warehouse has not yet are added to it', async (t) => {
  const folder = t.testdir();
  const older = join(folder, 'older.db');
  await db.backup(older);
  const before = openDatabase(older);
  before.exec('DROP TABLE daily_category; DROP TABLE month_category; DROP TABLE categories');
  before.exec('DROP VIEW orders; DROP TABLE order_ranges; ALTER TABLE single_orders RENAME TO orders');
  before.exec('DROP TABLE dekad_sales; DROP TABLE daily_category_total; DROP TABLE month_category_total');
  before.pragma('user_version = 1');
  before.close();
  t.throws(() => openDatabase(older, { readonly: true }), { code: 'database_older' });
  const migrated = openDatabase(older);
  t.teardown(() => migrated.close());
  t.match(verify(migrated), { ok: true, checked: { daily_category: /\d/, dekad_sales: /\d/ }, differences: [] });
});
