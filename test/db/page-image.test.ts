import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import t from 'tap';
import { BulkFile } from '../../db/bulk-file.ts';

const PLACES = Int32Array.of(1, 3);

/** A database with small pages, so that few rows make a tree of several levels, and its bulk file. */
function open(pageBytes: number): { db: Database.Database; bulk: BulkFile } {
  const db = new Database(join(t.testdirName, `pages-${counter++}.db`));
  db.pragma(`page_size = ${pageBytes}`);
  db.exec(`
    CREATE TABLE sales (k INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER, d INTEGER AS (k >> 32) VIRTUAL);
    CREATE TABLE orders (k INTEGER PRIMARY KEY, a INTEGER NOT NULL) STRICT;
  `);
  return { db, bulk: new BulkFile(db) };
}
let counter = 0;
t.testdir();

/** Integers around every limit at which SQLite's encoding changes. */
const integer = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc
    .constantFrom(7, 8, 15, 16, 23, 24, 31, 32, 47, 48, 52)
    .chain((bits) => fc.integer({ min: -2, max: 2 }).map((near) => 2 ** bits + near)),
  fc
    .constantFrom(7, 15, 23, 31, 47, 52)
    .chain((bits) => fc.integer({ min: -2, max: 2 }).map((near) => -(2 ** bits) + near)),
  fc.maxSafeInteger(),
);
const value = fc.option(integer, { nil: Number.NaN });

t.test('SQLite reads and copies whatever rows are written as pages', async (t) => {
  const rows = fc.array(
    fc.tuple(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 })), value, value),
    { maxLength: 900 },
  );
  const { db, bulk } = open(512);
  const image = bulk.image('sales', 4);
  t.teardown(() => {
    db.close();
    bulk.close();
  });
  fc.assert(
    fc.property(rows, (steps) => {
      let key = -1;
      const expected = steps.map(([step, a, c]) => {
        key += step;
        return [key, a, c];
      });
      const column = (i: number) => Float64Array.from(expected, (row) => row[i]!);
      if (!image.accepts(column(0), expected.length)) return false;
      image.add(column(0), [column(1), column(2)], PLACES, expected.length);
      image.finish();
      bulk.publish();
      db.exec('DELETE FROM sales; INSERT INTO main.sales SELECT * FROM bulk.sales');
      bulk.clear();
      const found = db.prepare('SELECT k, a, c, b FROM sales ORDER BY k').raw().all();
      t.same(
        found,
        expected.map((row) => [...row.map((cell) => (Number.isNaN(cell) ? null : cell)), null]),
      );
      return db.pragma('main.integrity_check(1)', { simple: true }) === 'ok';
    }),
    { numRuns: 60 },
  );
});

t.test('a tree of many pages has every row, at every page size', async (t) => {
  for (const [pageBytes, rows] of [
    [512, 40_000],
    [4_096, 100_000],
    [65_536, 50_000],
  ] as const) {
    const { db, bulk } = open(pageBytes);
    const image = bulk.image('orders', 2);
    const keys = Float64Array.from({ length: rows }, (_, i) => i * 1_000_003);
    image.add(keys, [keys], Int32Array.of(1), rows);
    image.finish();
    bulk.publish();
    db.exec('INSERT INTO main.orders SELECT * FROM bulk.orders');
    const found = db
      .prepare('SELECT count(*), max(k), sum(a = k), (SELECT a FROM orders WHERE k = 17000051) FROM orders')
      .raw()
      .get();
    t.same(found, [rows, keys.at(-1), rows, 17_000_051]);
    t.equal(db.pragma('main.integrity_check(1)', { simple: true }), 'ok');
    db.close();
    bulk.close();
  }
});

t.test('rows that do not ascend are not accepted', async (t) => {
  const { db, bulk } = open(4_096);
  const image = bulk.image('sales', 4);
  t.equal(image.accepts(Float64Array.of(5, 6, 6), 3), false);
  t.equal(image.accepts(Float64Array.of(-1, 6), 2), false);
  t.equal(image.accepts(Float64Array.of(5, 6), 2), true);
  image.add(Float64Array.of(5, 6), [], new Int32Array(0), 2);
  t.equal(image.accepts(Float64Array.of(6), 1), false);
  t.equal(image.accepts(Float64Array.of(7), 1), true);
  db.close();
  bulk.close();
});
