import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import t from 'tap';
import { BulkFile } from '../../db/bulk-file.ts';

/** Columns of the table: some records take more than 127 bytes, so that their length takes two. */
const NAMES = Array.from({ length: 19 }, (_, i) => (i === 0 ? 'k' : `c${i}`));

const NARROW = NAMES.slice(0, 2);

/** A database with small pages, so that few rows make a tree of several levels, and its bulk file. */
function open(pageBytes: number, names = NAMES): { db: Database.Database; bulk: BulkFile } {
  const db = new Database(join(t.testdirName, `pages-${counter++}.db`));
  db.pragma(`page_size = ${pageBytes}`);
  db.pragma('synchronous = OFF');
  const columns = names.slice(1).map((name) => `${name} INTEGER`);
  db.exec(`CREATE TABLE sales (k INTEGER PRIMARY KEY, ${columns.join(', ')}, g INTEGER AS (k >> 32) VIRTUAL)`);
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
/** Columns with NULLs, without any, and with nothing else. */
const column = fc.constantFrom(
  fc.option(integer, { nil: Number.NaN }),
  integer,
  fc.integer({ min: -9, max: 9 }),
  fc.constant(Number.NaN),
);
const step = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 }));
/** Rows that are added at once: how far each key is from the one before, and values of some columns. */
const batch = fc
  .subarray(NAMES.map((_, i) => i).slice(1), { minLength: 0 })
  .chain((places) => fc.tuple(...places.map(() => column)).map((columns) => ({ places, columns })))
  .chain(({ places, columns }) =>
    fc.record({
      places: fc.constant(places),
      rows: fc.array(fc.tuple(step, ...columns), { maxLength: 90, size: 'max' }),
    }),
  );

t.test('SQLite reads and copies whatever rows are written as pages', async (t) => {
  const { db, bulk } = open(512);
  const image = bulk.image('sales', NAMES.length);
  t.teardown(() => {
    db.close();
    bulk.close();
  });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 8, size: 'max' }), (batches) => {
      let key = -1;
      const expected: (number | null)[][] = [];
      for (const { places, rows } of batches) {
        const keys = Float64Array.from(rows, ([step]) => (key += step));
        const columns = places.map((_, i) => Float64Array.from(rows, (row) => row[i + 1]!));
        if (!image.accepts(keys, rows.length)) return false;
        image.add(keys, columns, Int32Array.from(places), rows.length);
        rows.forEach((row, at) => {
          const cells: (number | null)[] = NAMES.map(() => null);
          cells[0] = keys[at]!;
          places.forEach((place, i) => {
            cells[place] = Number.isNaN(row[i + 1]) ? null : row[i + 1]!;
          });
          expected.push(cells);
        });
      }
      const isWhole = image.rows === expected.length;
      image.finish();
      bulk.publish();
      db.exec('DELETE FROM sales; INSERT INTO main.sales SELECT * FROM bulk.sales');
      bulk.clear();
      const found = db
        .prepare(`SELECT ${NAMES.join(', ')} FROM sales ORDER BY k`)
        .raw()
        .all();
      t.same(found, expected);
      return isWhole && db.pragma('main.integrity_check(1)', { simple: true }) === 'ok';
    }),
    { numRuns: 60 },
  );
});

t.test('a tree may have any number of pages', async (t) => {
  const { db, bulk } = open(512);
  const image = bulk.image('sales', NAMES.length);
  const places = Int32Array.from(NAMES.slice(1), (_, i) => i + 1);
  const values = Float64Array.from({ length: 200 }, (_, i) => 2 ** 50 + i);
  // Two rows are a leaf, and some forty leaves an interior page: at one more, that page must share them with the next.
  for (let rows = 1; rows <= values.length; rows++) {
    image.add(values, Array(places.length).fill(values), places, rows);
    image.finish();
    bulk.publish();
    db.exec('DELETE FROM sales; INSERT INTO main.sales SELECT * FROM bulk.sales');
    bulk.clear();
    t.equal(db.prepare('SELECT count(*) FROM sales').pluck().get(), rows);
  }
  db.close();
  bulk.close();
});

t.test('a value takes the bytes it needs', async (t) => {
  const { db, bulk } = open(4_096, NARROW);
  const image = bulk.image('sales', NARROW.length);
  const keys = Float64Array.from({ length: 10_000 }, (_, i) => i);
  for (const [value, bytes] of [
    [127, 1],
    [-32_768, 2],
    [2 ** 23 - 1, 3],
    [-(2 ** 31), 4],
    [2 ** 47 - 1, 6],
    [2 ** 47, 8],
  ] as const) {
    image.add(keys, [keys.map(() => value)], Int32Array.of(1), keys.length);
    image.finish();
    bulk.publish();
    db.exec('DELETE FROM sales; INSERT INTO main.sales SELECT * FROM bulk.sales');
    bulk.clear();
    const payload = db.prepare(
      "SELECT sum(payload) / sum(ncell) FROM dbstat WHERE name = 'sales' AND pagetype = 'leaf'",
    );
    t.equal(payload.pluck().get(), 3 + bytes);
  }
  db.close();
  bulk.close();
});

t.test('refuses infinity, and tables whose rows may not fit into a page', async (t) => {
  const { db, bulk } = open(512, NARROW);
  const image = bulk.image('sales', NARROW.length);
  const one = Float64Array.of(1);
  t.throws(() => image.add(one, [Float64Array.of(Number.POSITIVE_INFINITY)], Int32Array.of(1), 1), RangeError);
  t.throws(() => image.add(one, [Float64Array.of(Number.NEGATIVE_INFINITY)], Int32Array.of(1), 1), RangeError);
  t.throws(() => bulk.image('sales', 60), RangeError);
  db.close();
  bulk.close();
});

t.test('a tree of many pages has every row, at every page size', async (t) => {
  for (const [pageBytes, rows] of [
    [512, 40_000],
    [4_096, 100_000],
    [65_536, 50_000],
  ] as const) {
    const { db, bulk } = open(pageBytes, NARROW);
    const image = bulk.image('sales', NARROW.length);
    const keys = Float64Array.from({ length: rows }, (_, i) => i * 1_000_003);
    image.add(keys, [keys], Int32Array.of(1), rows);
    image.finish();
    bulk.publish();
    db.exec('INSERT INTO main.sales SELECT * FROM bulk.sales');
    const found = db
      .prepare('SELECT count(*), max(k), sum(c1 = k), (SELECT c1 FROM sales WHERE k = 17000051) FROM sales')
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
  const image = bulk.image('sales', NAMES.length);
  t.equal(image.accepts(Float64Array.of(5, 6, 6), 3), false);
  t.equal(image.accepts(Float64Array.of(-1, 6), 2), false);
  t.equal(image.accepts(Float64Array.of(5, 6), 2), true);
  image.add(Float64Array.of(5, 6), [], new Int32Array(0), 2);
  t.equal(image.accepts(Float64Array.of(6), 1), false);
  t.equal(image.accepts(Float64Array.of(7), 1), true);
  db.close();
  bulk.close();
});
