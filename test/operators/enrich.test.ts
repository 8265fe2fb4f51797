import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { dictionaryColumn, NumberColumn } from '../../engine/column.ts';
import { marginOf } from '../../operators/enrich/amounts.ts';
import { yearMonthDay } from '../../operators/enrich/calendar.ts';
import { enrich } from '../../operators/enrich.ts';
import { batchOf, batchOfRecords, runThrough } from './in-memory.ts';

const money = (...values: number[]) => new NumberColumn('decimal', Float64Array.from(values), 10_000);
const quantities = (...values: number[]) => new NumberColumn('decimal', Float64Array.from(values), 1000);

t.test('days are those of the calendar', (t) => {
  const agrees = () =>
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const [year, month, day] = date.toISOString().slice(0, 10).split('-').map(Number);
          return yearMonthDay(Math.floor(date.getTime() / 86_400_000)) === year! * 10_000 + month! * 100 + day!;
        },
      ),
    );
  t.doesNotThrow(agrees);
  t.end();
});

t.test('margin is profit over revenue in millionths, half to even, and missing where revenue is 0', (t) => {
  t.equal(marginOf(27_995_2700, 122_545_2400), 228_448);
  t.equal(marginOf(-5, 10), -500_000);
  t.equal(marginOf(1, 2_000_000), 0, 'half goes to the even neighbour');
  t.equal(marginOf(3, 2_000_000), 2);
  t.ok(Number.isNaN(marginOf(5, 0)));
  t.end();
});

t.test('the catalogue fills what records lack and leaves what they have', async (t) => {
  const path = join(t.testdir(), 'catalogue.csv');
  writeFileSync(
    path,
    '\uFEFFproduct_id,product_name,category,brand,cost_price\nP1,Tea,Drinks,Acme,2.5\nP2,"Cup, blue",Home,,\n',
  );
  const batch = batchOf(
    [
      ['product_id', dictionaryColumn(['P1', 'P2', 'P9', null, 'P1'])],
      ['category', dictionaryColumn([null, 'Gifts', 'Other', null, 'Hot drinks'])],
      ['quantity', quantities(2000, 1000, 1000, 1000, -1000)],
      ['revenue', money(100_000, 50_000, 50_000, 50_000, -40_000)],
    ],
    5,
  );
  const out = await runThrough(enrich, { catalogue: path }, [batch]);
  const of = (field: string) => out.records().map((record) => record[field]);
  t.strictSame(of('product_name'), ['Tea', 'Cup, blue', null, null, 'Tea']);
  t.strictSame(of('category'), ['Drinks', 'Gifts', 'Other', null, 'Hot drinks']);
  t.strictSame(of('brand'), ['Acme', null, null, null, 'Acme']);
  t.strictSame(of('cost'), [50_000, null, null, null, -25_000]);
  t.strictSame(of('profit'), [50_000, null, null, null, -15_000]);
  t.strictSame(of('margin'), [500_000, null, null, null, 375_000]);
  t.strictSame(of('day'), [0, 0, 0, 0, 0], 'a record without time belongs to day 0');
});

t.test('a catalogue that has changed between two files is read again', async (t) => {
  const path = join(t.testdir(), 'catalogue.csv');
  const categoryOf = async (text: string) => {
    writeFileSync(path, text);
    const batch = batchOf([['product_id', dictionaryColumn(['P1'])]], 1);
    return (await runThrough(enrich, { catalogue: path }, [batch])).records()[0]!.category;
  };
  t.equal(await categoryOf('product_id,category\nP1,Tea\n'), 'Tea');
  t.equal(await categoryOf('product_id,category\nP1,Tea\n'), 'Tea');
  t.equal(await categoryOf('product_id,category\nP1,Cup\n'), 'Cup');
});

t.test('a given profit gives the cost', async (t) => {
  const batch = batchOf(
    [
      ['revenue', money(2_619_600)],
      ['profit', money(419_136)],
    ],
    1,
  );
  const [record] = (await runThrough(enrich, {}, [batch])).records();
  t.equal(record!.cost, 2_200_464);
  t.equal(record!.profit, 419_136);
});

t.test('a catalogue that cannot be used says why', async (t) => {
  const dir = t.testdir({ 'odd.csv': 'sku,name\n1,Tea\n' });
  const batch = batchOfRecords([{ revenue: 1 }]);
  await t.rejects(runThrough(enrich, { catalogue: join(dir, 'none.csv') }, [batch]), {
    code: 'bad_reference_table',
    message: /none\.csv: the file is missing/,
  });
  await t.rejects(runThrough(enrich, { catalogue: join(dir, 'odd.csv') }, [batch]), {
    message: /expected a column "product_id", got: sku, name/,
  });
});
