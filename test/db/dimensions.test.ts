import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { Dimensions, KeyColumn } from '../../db/dimensions.ts';
import { Statements } from '../../db/statements.ts';
import { Batch, syntheticProvenance } from '../../engine/batch.ts';
import { type Column, TextColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { dictionaryColumn } from './sales-batches.ts';

const NAMES = ['store_id', 'region', 'currency'] as const;
type Texts = readonly [string | null, string | null, string | null];

const db = openDatabase(join(t.testdir(), 'warehouse.db'));
const dimensions = new Dimensions(new Statements(db));
t.teardown(() => db.close());

const text = (...texts: string[]) => fc.option(fc.constantFrom(...texts));
const rows = fc.array(fc.tuple(text('S1', 'S2', 'S3', 'S4'), text('N', 'S'), text('EUR', 'CHF')), { maxLength: 60 });

function batchOf(length: number, columns: ReadonlyMap<string, Column>): Batch {
  const split = { fileId: 1, file: 'a.csv', part: 0 };
  return new Batch({ split, sequence: 0, provenance: syntheticProvenance(length), columns, length });
}

/** The texts of a store by its key. */
function store(key: number): unknown {
  return db.prepare('SELECT store_id, region, currency FROM stores WHERE store_key = ?').raw().get(key);
}

t.test('each row has the key of its texts, whatever they are coded as and whichever columns there are', async () => {
  const batch = fc.record({ rows, absent: fc.subarray([1, 2]), kind: fc.constantFrom('shared', 'own', 'text') });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
      const shared = NAMES.map(() => new Dictionary());
      const stores = new KeyColumn(dimensions.store, ...NAMES);
      for (const { rows, absent, kind } of batches) {
        const columns = new Map<string, Column>();
        NAMES.forEach((name, i) => {
          const texts = rows.map((row: Texts) => row[i]!);
          if (absent.includes(i)) return;
          const dictionary = kind === 'shared' ? shared[i]! : new Dictionary();
          columns.set(name, kind === 'text' ? new TextColumn(texts) : dictionaryColumn(texts, dictionary));
        });
        const found = Array.from(stores.keys(batchOf(rows.length, columns)), store);
        const expected = rows.map((row) => row.map((text, i) => (absent.includes(i) ? '' : (text ?? ''))));
        t.same(found, expected);
      }
    }),
    { numRuns: 60 },
  );
});

t.test('a missing first text can have a key that is no row of the dimension', async (t) => {
  const payments = new KeyColumn(dimensions.payment, 'payment_method');
  const column = dictionaryColumn(['cash', null, 'card', null, 'cash']);
  const keys = payments.keys(batchOf(5, new Map([['payment_method', column]])), Number.NaN);
  t.same([...keys], [keys[0], Number.NaN, keys[2], Number.NaN, keys[0]]);
  t.same(db.prepare('SELECT payment_method FROM payments ORDER BY payment_key').pluck().all(), ['cash', 'card']);
});

t.test('keys that were rolled back are given out anew', async (t) => {
  const products = new KeyColumn(dimensions.product, 'product_id', 'category');
  const batch = batchOf(1, new Map([['product_id', dictionaryColumn(['P1'])]]));
  db.exec('BEGIN');
  products.keys(batch);
  db.exec('ROLLBACK');
  dimensions.clear();
  products.clear();
  const [key] = products.keys(batch);
  t.same(db.prepare('SELECT product_id, category FROM products WHERE product_key = ?').raw().get(key), ['P1', '']);
});
