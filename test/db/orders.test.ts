import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { contentsDigest } from '../../db/contents.ts';
import { verify } from '../../db/verify.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import type { Tally } from '../../engine/operator.ts';
import type { Disposition, Warehouse, WriteTallies } from '../../operators/warehouse.ts';
import { fileToLoad, type Load, load, pour, randomFrom } from './loader.ts';
import { addTallies, aggregateBatch, checkpointOf, countsOf, type Sale, salesBatch } from './sales-batches.ts';

const folder = t.testdir();
let counter = 0;

class Stopped extends Error {}

function freshFile(): string {
  return join(folder, `orders-${counter++}.db`);
}

/** What is kept of orders, what the sales say of them, and whether the two are the same. */
function examine(file: string): { ranges: number; singles: number; orders: number; differences: unknown[] } {
  const db = openDatabase(file, { readonly: true });
  try {
    const expected = new Map<number, [ref: number, day: number, store: number, lines: number]>();
    const sales = db.prepare('SELECT order_ref, day, store_key FROM sales WHERE order_ref IS NOT NULL').raw().all();
    for (const [ref, day, store] of sales as [number, number, number][]) {
      const order = expected.get(ref) ?? [ref, day, store, 0];
      const isFirst = day < order[1] || (day === order[1] && store < order[2]);
      expected.set(ref, isFirst ? [ref, day, store, order[3] + 1] : [ref, order[1], order[2], order[3] + 1]);
    }
    const orders = [...expected.values()].sort((a, b) => a[0] - b[0]);
    const kept = db.prepare('SELECT order_ref, day, store_key, lines FROM orders ORDER BY order_ref').raw().all();
    const counts = Object.entries(Object.groupBy(orders, ([, day, store]) => `${day} ${store}`));
    const counted = db
      .prepare("SELECT day || ' ' || store_key, orders FROM daily_store WHERE orders <> 0")
      .raw()
      .all() as [string, number][];
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    const differences = [
      ...verify(db).differences,
      ...(JSON.stringify(kept) === JSON.stringify(orders) ? [] : ['orders']),
      ...(JSON.stringify(counted.sort()) === JSON.stringify(counts.map(([of, some]) => [of, some!.length]).sort())
        ? []
        : ['counts']),
    ];
    return { ranges: count('order_ranges'), singles: count('single_orders'), orders: orders.length, differences };
  } finally {
    db.close();
  }
}

/** How orders are kept, if that is right. */
function right(t: Test, file: string): { ranges: number; singles: number; orders: number } {
  const { differences, ...kept } = examine(file);
  t.same(differences, []);
  return kept;
}

const LETTERS = 'abcdefghij';
/** Identifiers without a number get refs below 0. */
const withoutNumber = (n: number) => [...String(n)].map((digit) => LETTERS[Number(digit)]).join('');

interface Shape {
  readonly seed: number;
  readonly rows: number;
  readonly pattern: 'ascending' | 'descending' | 'tills' | 'runs' | 'anywhere';
  readonly first: number;
  readonly step: number;
  readonly stragglers: number;
  readonly isNumbered: boolean;
}

/** Sales whose orders come in that pattern, with one to four lines each, few of them on other days and in other stores. */
function salesOf({ seed, rows, pattern, first, step, stragglers, isNumbered }: Shape): Sale[] {
  const random = randomFrom(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const numberOf = (i: number) => {
    if (pattern === 'ascending') return first + i * step;
    if (pattern === 'descending') return first + (rows - i) * step;
    if (pattern === 'tills') return first + (i >> 1) * step + (i % 2) * 500;
    if (pattern === 'runs') return first + ((i * 37) % (rows + 1)) * step + Math.floor(i / 40);
    return first + pick(rows) * step;
  };
  const sales: Sale[] = [];
  for (let i = 0; sales.length < rows; i++) {
    const lines = random() < 0.02 ? 40 : 1 + pick(4);
    const day = 20_260_101 + Math.floor(i / 60);
    const store = pick(5);
    for (let line = 0; line < lines; line++) {
      const n = random() < stragglers ? numberOf(pick(i + 1)) : numberOf(i);
      sales.push({
        day: random() < 0.05 ? 20_260_101 + pick(20) : day,
        store: `S${random() < 0.05 ? pick(5) : store}`,
        region: 'North',
        product: `P${pick(3)}`,
        category: 'C',
        order: random() < 0.03 ? null : isNumbered ? `O-${String(n).padStart(7, '0')}` : withoutNumber(n),
        line: sales.length % 50,
        quantity: 1_000,
        revenue: 100 + pick(50),
        cost: 50,
      });
    }
  }
  return sales.slice(0, rows);
}

/** The same warehouse, but what comes from one line is said to come from another. */
function disordered(warehouse: Warehouse, mask: number): Warehouse {
  const from = (id: number) => id ^ mask;
  return {
    insert: (batch) => {
      batch.provenance.lines.set(batch.provenance.lines.map(from));
      return warehouse.insert(batch);
    },
    mergeAggregates: (batch) => warehouse.mergeAggregates(batch),
    commit: (fileId, checkpoint) => warehouse.commit(fileId, checkpoint),
  } as Warehouse;
}

const shape = fc.record({
  seed: fc.integer(),
  rows: fc.constantFrom(0, 3, 130, 400, 700),
  pattern: fc.constantFrom(
    ...(['ascending', 'ascending', 'ascending', 'ascending', 'descending', 'tills', 'runs', 'anywhere'] as const),
  ),
  first: fc.constantFrom(0, 0, 150, 700, 1_000_000, 1_000_300),
  step: fc.constantFrom(1, 2, 3),
  stragglers: fc.constantFrom(0, 0, 0, 0.01, 0.2),
  isNumbered: fc.constantFrom(true, true, true, false),
});
const step = fc.record({
  shape,
  disposition: fc.constantFrom<Disposition>('append', 'append', 'append', 'merge', 'merge', 'replace'),
  batchRows: fc.constantFrom(7, 50, 90, 300),
  commitEvery: fc.integer({ min: 1, max: 4 }),
  /** What changes the order of lines; 0 leaves it. */
  mask: fc.constantFrom(0, 0, 0, 0, 1, 64, 1024),
  /** The writer stops before that commit. It goes on afterwards, or another file of the same name is loaded. */
  stopAt: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 2 }),
  isGivenUp: fc.boolean(),
  /** An earlier file's records come once more. */
  again: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 }),
});

t.test('orders are counted once, whatever files bring them how, and after every commit', async (t) => {
  let rangesSeen = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 5 }), (steps) => {
      const file = freshFile();
      let warehouse = openWarehouse(file);
      const check = () => {
        const { ranges, differences } = examine(file);
        rangesSeen += ranges;
        if (differences.length > 0) throw new Error(JSON.stringify(differences.slice(0, 3)));
      };
      const loads: Load[] = [];
      steps.forEach(({ shape, mask, stopAt, isGivenUp, again, disposition, ...pace }, i) => {
        const sales = (again !== null && loads[again]?.sales) || salesOf(shape);
        const how = { ...pace, disposition, dataset: disposition, primaryKey: ['order_id', 'line'] };
        const one: Load = { name: `${i}.csv`, sales, ...how };
        loads.push(one);
        const read = (what: Load, until: number | null) => {
          const runId = warehouse.startRun({ trigger: 'test', startedAt: 1_000 });
          const opened = warehouse.openFile(fileToLoad(runId, what));
          pour(disordered(warehouse, mask), opened, what, (number) => {
            check();
            if (number === until) throw new Stopped();
          });
          warehouse.finishRun(runId, { status: 'done', endedAt: 3_000 });
        };
        try {
          read(one, stopAt);
        } catch (error) {
          if (!(error instanceof Stopped)) throw error;
          warehouse.close();
          warehouse = openWarehouse(file);
          read(isGivenUp ? { ...one, sales: sales.slice(0, sales.length >> 1) } : one, null);
        }
        check();
      });
      warehouse.close();
    }),
    { numRuns: 40 },
  );
  t.ok(rangesSeen > 5, `${rangesSeen} ranges`);
});

const LONG: Shape = {
  ...{ seed: 4, rows: 9_000, pattern: 'ascending', first: 10_000, step: 2, stragglers: 0, isNumbered: true },
};
const pace = { batchRows: 1_000, commitEvery: 3 };

t.test('orders that ascend take a row for hundreds of them', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  t.teardown(() => warehouse.close());
  load(warehouse, { name: 'a.csv', sales: salesOf(LONG), ...pace });
  const { ranges, singles, orders } = right(t, file);
  t.ok(orders > 2_000 && ranges + singles < 20, JSON.stringify({ ranges, singles, orders }));

  load(warehouse, { name: 'before.csv', sales: salesOf({ ...LONG, first: 1, rows: 3_000 }), ...pace });
  t.match(right(t, file), { singles: singles + 2 });

  const late = { ...salesOf(LONG)[4_000]!, day: 20_250_101 };
  load(warehouse, { name: 'late.csv', sales: [late], ...pace });
  const loosened = right(t, file);
  t.ok(loosened.singles > singles && loosened.singles < 1_100, 'the orders of one range have become single ones');
});

/** One sale of each order. */
function saleOf(n: number, day = 20_260_101, store = 'S1'): Sale {
  const what = { region: 'North', product: 'P', category: 'C', quantity: 1_000, revenue: 100, cost: 50, line: 1 };
  return { ...what, day, store, order: `O-${String(n).padStart(7, '0')}` };
}

/** `count` numbers from one on, so far apart. */
const numbers = (first: number, count: number, apart = 1) => Array.from({ length: count }, (_, i) => first + i * apart);

t.test('orders that come between two ranges, or at the edge of one, are found', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  t.teardown(() => warehouse.close());
  const all = { batchRows: 10_000 };
  load(warehouse, { name: 'a.csv', sales: numbers(0, 3_000, 100).map((n) => saleOf(n)), ...all });
  t.match(right(t, file), { ranges: 3, singles: 2 });
  const beginning = 1_025 * 100;
  const between = [...numbers(beginning - 99, 98), beginning, beginning + 1];
  load(warehouse, { name: 'b.csv', sales: between.map((n) => saleOf(n)), ...all });
  t.match(right(t, file), { orders: 3_099 });
  load(warehouse, { name: 'c.csv', sales: [250_050, 90, 100, 300_000].map((n) => saleOf(n, 20_250_101)), ...all });
  t.match(right(t, file), { orders: 3_102 });
});

t.test('orders that a merge changes before they are written are what it made of them', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  t.teardown(() => warehouse.close());
  const how = { disposition: 'merge', primaryKey: ['order_id', 'line'], batchRows: 50, commitEvery: 10 } as const;
  const fresh = numbers(0, 200).map((n) => saleOf(n));
  load(warehouse, { name: 'a.csv', sales: [...fresh, saleOf(70, 20_260_103), saleOf(90, 20_260_101, 'S2')], ...how });
  t.match(right(t, file), { ranges: 0, orders: 200 });
  load(warehouse, { name: 'b.csv', sales: numbers(1_000, 200).map((n) => saleOf(n)), ...how });
  t.match(right(t, file), { ranges: 1, orders: 400 });
  load(warehouse, { name: 'c.csv', sales: [{ ...saleOf(1_100), revenue: 7 }], ...how });
  t.match(right(t, file), { ranges: 0, orders: 400 });
});

t.test('sales that come after later ones of their file are counted to the orders that have them', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  t.teardown(() => warehouse.close());
  const runId = warehouse.startRun({ trigger: 'test', startedAt: 0 });
  const { fileId } = warehouse.openFile(fileToLoad(runId, { name: 'a.csv', sales: [] }));
  let number = 0;
  const give = (...parts: (readonly [sales: Sale[], firstLine: number])[]) => {
    const written: Record<string, Tally> = {};
    for (const [sales, line] of parts) addTallies(written, warehouse.insert(salesBatch(fileId, sales, line)));
    const all = parts.flatMap(([sales]) => sales);
    warehouse.mergeAggregates(aggregateBatch(fileId, all));
    const counts = countsOf(written as unknown as WriteTallies);
    warehouse.commit(fileId, checkpointOf(number++, counts, { last: false }));
  };
  const sales = (first: number, day?: number) => numbers(first, 100).map((n) => saleOf(n, day));
  give([sales(0), 1_000], [sales(100), 3_000]);
  give([sales(200), 5_000]);
  t.match(right(t, file), { ranges: 2, orders: 300 });
  // These lie between the sales of the first range.
  give([sales(50, 20_250_101), 2_000]);
  t.match(right(t, file), { ranges: 0, orders: 300 });
  give([sales(400), 6_000]);
  t.match(right(t, file), { ranges: 0, orders: 400 });
});

t.test('a file that is given up takes its orders with it', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  t.teardown(() => warehouse.close());
  load(warehouse, { name: 'kept.csv', sales: salesOf({ ...LONG, first: 1, rows: 500 }), ...pace });
  const before = examine(file);
  const sales = salesOf(LONG);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'b.csv', sales }));
  t.throws(() =>
    pour(warehouse, opened, { name: 'b.csv', sales, ...pace }, (number) => {
      if (number === 2) throw new Stopped();
    }),
  );
  warehouse.rollback();
  t.ok(examine(file).ranges > before.ranges);
  load(warehouse, { name: 'b.csv', sales: sales.slice(0, 1) });
  t.same(examine(file), { ...before, singles: before.singles + 1, orders: before.orders + 1 });
});

t.test('the same orders are the same contents, however they are kept', async (t) => {
  const digests = [1, 3].map((commitEvery) => {
    const file = freshFile();
    const warehouse = openWarehouse(file);
    const sales = salesOf(LONG);
    load(warehouse, { name: 'a.csv', sales, batchRows: 500, commitEvery });
    const db = openDatabase(file, { readonly: true });
    const { ranges } = examine(file);
    const { orders, daily_store } = contentsDigest(db);
    db.close();
    warehouse.close();
    return { ranges, orders, daily_store };
  });
  t.not(digests[0]!.ranges, digests[1]!.ranges);
  t.same({ ...digests[0], ranges: 0 }, { ...digests[1], ranges: 0 });
});

t.test('verify finds what is wrong with a range', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  load(warehouse, { name: 'a.csv', sales: salesOf(LONG), ...pace });
  warehouse.close();
  const db = openDatabase(file);
  t.teardown(() => db.close());
  const second = 'last_ref = (SELECT last_ref FROM order_ranges ORDER BY last_ref LIMIT 1 OFFSET 1)';
  const found = (change: string) => {
    db.exec('BEGIN');
    const { changes } = db.prepare(change).run();
    const { differences } = verify(db);
    db.exec('ROLLBACK');
    t.ok(changes > 0, change);
    return new Set(differences.map(({ what }) => what));
  };
  for (const change of [
    `DELETE FROM order_ranges WHERE ${second}`,
    `UPDATE order_ranges SET first_ref = first_ref - 1 WHERE ${second}`,
    `UPDATE order_ranges SET first_ref = first_ref + 1 WHERE ${second}`,
    `UPDATE order_ranges SET last_ref = last_ref + 1 WHERE ${second}`,
    `UPDATE order_ranges SET last_ref = last_ref - 1 WHERE ${second}`,
    `UPDATE order_ranges SET first_sale = first_sale - 1 WHERE ${second}`,
    `UPDATE order_ranges SET first_sale = first_sale + 1 WHERE ${second}`,
    `UPDATE order_ranges SET last_sale = last_sale + 100 WHERE ${second}`,
    `UPDATE order_ranges SET last_sale = last_sale - 100 WHERE ${second}`,
    `UPDATE order_ranges SET orders = orders + 1 WHERE ${second}`,
    `UPDATE order_ranges SET lines = lines + 1 WHERE ${second}`,
    `INSERT INTO order_ranges SELECT last_ref + 1000000, first_ref + 1000000, first_sale, last_sale, orders, lines FROM order_ranges WHERE ${second}`,
    `INSERT INTO single_orders SELECT last_ref, 20260101, 1, 1 FROM order_ranges WHERE ${second}`,
    `INSERT INTO single_orders SELECT first_ref + 1, 20260101, 1, 1 FROM order_ranges WHERE ${second}`,
  ]) {
    t.same(found(change), new Set(['orders']), change);
  }
});

t.test('the single orders of an older warehouse stay what they are', async (t) => {
  const file = freshFile();
  const warehouse = openWarehouse(file);
  load(warehouse, { name: 'a.csv', sales: salesOf({ ...LONG, rows: 2_000 }), ...pace });
  warehouse.close();
  const older = openDatabase(file);
  older.exec(`
    CREATE TABLE former (order_ref INTEGER PRIMARY KEY, day INTEGER NOT NULL, store_key INTEGER NOT NULL, lines INTEGER NOT NULL) STRICT;
    INSERT INTO former SELECT * FROM orders;
    DROP VIEW orders; DROP TABLE order_ranges; DROP TABLE single_orders;
    ALTER TABLE former RENAME TO orders;
    PRAGMA user_version = 3;
  `);
  older.close();
  const migrated = openWarehouse(file);
  t.teardown(() => migrated.close());
  const { orders, ...rest } = right(t, file);
  t.same(rest, { ranges: 0, singles: orders });
  load(migrated, { name: 'b.csv', sales: salesOf({ ...LONG, rows: 4_000 }), ...pace });
  t.ok(right(t, file).ranges > 0);
});
