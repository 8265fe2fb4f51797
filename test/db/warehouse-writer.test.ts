import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { listDeadLetters } from '../../db/dead-letters.ts';
import { listFiles } from '../../db/files.ts';
import { identifierOf } from '../../db/identifiers.ts';
import { fileMetrics, fileTimeline, listMonitoring, listRuns, runReport } from '../../db/runs.ts';
import { verify } from '../../db/verify.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import type { Warehouse } from '../../operators/warehouse.ts';
import { fileToLoad, load, pour, randomFrom, randomSales } from './loader.ts';
import { aggregateBatch, checkpointOf, countsOf, type Sale, salesBatch } from './sales-batches.ts';

let counter = 0;

/** An empty warehouse in a file of its own, with run 1 begun. */
function fresh(t: Test): { warehouse: Warehouse; file: string } {
  const file = join(t.testdir(), `warehouse-${counter++}.db`);
  const warehouse = openWarehouse(file, { now: () => 1_700_000_000_000 });
  warehouse.startRun({ trigger: 'test', startedAt: 0 });
  t.teardown(() => warehouse.close());
  return { warehouse, file };
}

/** Rows of a query on a connection of its own. */
function query(file: string, sql: string): unknown[] {
  const db = openDatabase(file, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

function differences(file: string): unknown {
  const db = openDatabase(file, { readonly: true });
  try {
    return verify(db).differences;
  } finally {
    db.close();
  }
}

const SALE: Sale = {
  day: 20260115,
  soldAt: 1_768_500_000,
  store: 'S1',
  region: 'North',
  currency: 'EUR',
  product: 'P1',
  category: 'Toys',
  name: 'Kite',
  customer: 'C-007',
  order: 'ORD-000042',
  line: 1,
  payment: 'card',
  quantity: 2_000,
  unitPrice: 125_000,
  discount: 1_000,
  revenue: 225_000,
  cost: 150_000,
  attributes: '{"note":"gift"}',
};

t.test('keeps every value of a sale, with keys for its texts and the line it came from', async (t) => {
  const { warehouse, file } = fresh(t);
  load(warehouse, { name: 'a.csv', sales: [SALE] });
  t.same(
    query(
      file,
      `SELECT sale_id, file_id, line, sold_at, day, store_id, region, currency, product_id, category, product_name, payment_method,
         order_line, quantity, unit_price, discount, revenue, cost, attributes
       FROM sales JOIN stores USING (store_key) JOIN products USING (product_key) JOIN payments USING (payment_key)
       JOIN sale_attributes USING (sale_id)`,
    ),
    [
      [
        2 ** 32 + 2,
        1,
        2,
        1_768_500_000,
        20260115,
        'S1',
        'North',
        'EUR',
        'P1',
        'Toys',
        'Kite',
        'card',
        1,
        2_000,
        125_000,
        1_000,
        225_000,
        150_000,
        '{"note":"gift"}',
      ],
    ],
  );
  t.same(query(file, 'SELECT affix, order_ref % (1 << 36) FROM sales JOIN affixes ON affix_key = order_ref >> 36'), [
    ['ORD-#6', 42],
  ]);
  t.same(query(file, 'SELECT * FROM daily_sales'), [[20260115, 1, 1, 1, 2_000, 225_000, 75_000, 225_000, 1, 333_333]]);
});

t.test('takes batches without any of the columns', async (t) => {
  const { warehouse, file } = fresh(t);
  load(warehouse, { name: 'a.csv', sales: [{}, {}] });
  t.same(
    query(
      file,
      'SELECT day, store_id, product_id, order_ref, revenue FROM sales JOIN stores USING (store_key) JOIN products USING (product_key)',
    ),
    [
      [0, '', '', null, null],
      [0, '', '', null, null],
    ],
  );
  t.same(differences(file), []);
});

t.test('roll-ups, orders and ledger equal the sales, whatever is loaded how', async (t) => {
  const disposition = fc.constantFrom('append' as const, 'merge' as const, 'replace' as const);
  const file = fc.record({
    rows: fc.integer({ min: 0, max: 700 }),
    seed: fc.integer(),
    disposition,
    batchRows: fc.integer({ min: 1, max: 250 }),
    commitEvery: fc.integer({ min: 1, max: 4 }),
    orders: fc.constantFrom(5, 60, 4000),
    deadLetters: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), (files) => {
      const { warehouse, file } = fresh(t);
      files.forEach(({ rows, seed, orders, ...how }, i) => {
        const sales = randomSales(rows, randomFrom(seed), { orders });
        load(warehouse, {
          name: `${i}.csv`,
          sales,
          dataset: how.disposition,
          primaryKey: ['order_id', 'line'],
          ...how,
        });
      });
      const found = differences(file);
      t.same(found, [], JSON.stringify(files));
      warehouse.close();
      return Array.isArray(found) && found.length === 0;
    }),
    { numRuns: 40 },
  );
});

/** Sales as a shop makes them: days and orders ascend, and an order may go on in the next group of rows. */
function shopSales(rows: number, firstDay: number, firstOrder: number): Sale[] {
  return Array.from({ length: rows }, (_, i) => ({
    ...SALE,
    day: firstDay + Math.floor(i / 700),
    store: `S${i % 7}`,
    product: `P${i % 97}`,
    order: `ORD-${String(firstOrder + Math.floor(i / 3)).padStart(6, '0')}`,
    line: i % 3,
    revenue: 100 + (i % 1_000),
    cost: i % 5 === 0 ? null : 50 + (i % 700),
  }));
}

t.test('the same holds for many rows in order, which go to SQLite as whole pages', async (t) => {
  for (const disposition of ['append', 'merge', 'replace'] as const) {
    const { warehouse, file } = fresh(t);
    const how = {
      disposition,
      dataset: disposition,
      primaryKey: ['order_id', 'line'],
      batchRows: 1_000,
      commitEvery: 2,
    } as const;
    load(warehouse, { name: 'a.csv', sales: shopSales(7_000, 20260101, 0), ...how });
    t.same(differences(file), []);
    load(warehouse, { name: 'b.csv', sales: shopSales(5_000, 20260108, 2_000), ...how });
    t.same(differences(file), []);
    load(warehouse, { name: 'c.csv', sales: shopSales(5_000, 20251201, 900_000), ...how });
    t.same(differences(file), [], 'days before those that are there');
    load(warehouse, { name: 'd.csv', sales: shopSales(3_000, 20260301, 800_000).reverse(), ...how });
    t.same(differences(file), [], 'orders that descend');
    const rows = { append: 20_000, merge: 7_000 + 5_000 - 1_000 + 5_000 + 3_000, replace: 3_000 }[disposition];
    t.same(query(file, 'SELECT count(*) FROM sales'), [[rows]]);
    t.same(query(file, 'PRAGMA integrity_check'), [['ok']]);
  }
});

t.test('and for commits with many cells, of days that are there and of others', async (t) => {
  const file = fc.record({
    rows: fc.integer({ min: 600, max: 2_500 }),
    seed: fc.integer(),
    disposition: fc.constantFrom('append' as const, 'merge' as const, 'merge' as const, 'replace' as const),
    orders: fc.constantFrom(200, 4_000),
    days: fc.constantFrom(20, 100),
  });
  fc.assert(
    fc.property(fc.array(file, { minLength: 2, maxLength: 3 }), (files) => {
      const { warehouse, file } = fresh(t);
      files.forEach(({ rows, seed, disposition, ...shop }, i) => {
        const sales = randomSales(rows, randomFrom(seed), { ...shop, products: 40, stores: 9 });
        const how = { disposition, dataset: disposition, primaryKey: ['order_id', 'line'], batchRows: 400 };
        load(warehouse, { name: `${i}.csv`, sales, ...how });
        t.same(differences(file), [], JSON.stringify(files));
      });
      warehouse.close();
    }),
    { numRuns: 8 },
  );
});

t.test('merge: cells that the last rows of many leave empty are removed', async (t) => {
  const { warehouse, file } = fresh(t);
  const how = { disposition: 'merge', primaryKey: ['order_id', 'line'], batchRows: 1_400, commitEvery: 1 } as const;
  const sales = shopSales(1_400, 20260101, 0);
  load(warehouse, { name: 'a.csv', sales, ...how });
  const moved = sales.map((sale, i) => (i < 1_350 ? sale : { ...sale, day: 20260109 }));
  const { updated } = load(warehouse, { name: 'b.csv', sales: moved, ...how });
  t.equal(updated.records, 50);
  t.same(differences(file), []);
});

t.test('rows whose lines do not ascend are kept all the same', async (t) => {
  const { warehouse, file } = fresh(t);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [] }));
  const batch = salesBatch(opened.fileId, [SALE, SALE, SALE]).select(Int32Array.of(2, 0, 1));
  const written = warehouse.insert(batch);
  warehouse.mergeAggregates(aggregateBatch(opened.fileId, [SALE, SALE, SALE]));
  warehouse.commit(opened.fileId, checkpointOf(0, countsOf(written)));
  t.same(query(file, 'SELECT line FROM sales ORDER BY line'), [[2], [3], [4]]);
});

t.test('several records made of one line are kept, and know it', async (t) => {
  const { warehouse, file } = fresh(t);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [] }));
  const sales = [SALE, SALE, SALE];
  const parents = Int32Array.of(0, 1, 1, 1, 2);
  const batch = salesBatch(opened.fileId, sales).select(parents);
  const written = warehouse.insert(batch);
  warehouse.mergeAggregates(
    aggregateBatch(
      opened.fileId,
      [...parents].map((row) => sales[row]!),
    ),
  );
  warehouse.commit(opened.fileId, checkpointOf(0, countsOf(written)));
  t.same(query(file, 'SELECT file_id, line FROM sales ORDER BY line'), [
    [1, 2],
    [1, 3],
    [1, 3],
    [1, 3],
    [1, 4],
  ]);
  t.same(differences(file), []);
  const again = warehouse.openFile(fileToLoad(1, { name: 'b.csv', sales: [] }));
  const many = salesBatch(again.fileId, [SALE]).select(new Int32Array(33));
  t.throws(() => warehouse.insert(many), { code: 'too_many_records' });
});

t.test('merge: the newer row wins, an identical one changes nothing', async (t) => {
  const { warehouse, file } = fresh(t);
  const how = { disposition: 'merge', primaryKey: ['order_id', 'line'] } as const;
  const other = { ...SALE, order: 'ORD-000043' };
  load(warehouse, { name: 'a.csv', sales: [SALE, other], ...how });
  const dearer = { ...SALE, revenue: 300_000, day: 20260220 };
  const told = load(warehouse, { name: 'b.csv', sales: [dearer, other, { ...SALE, order: 'ORD-000044' }], ...how });
  t.same(told, {
    inserted: { records: 1, amount: 225_000 },
    updated: { records: 1, amount: 300_000 },
    unchanged: { records: 1, amount: 225_000 },
  });
  t.same(query(file, 'SELECT sale_id >> 32, line, day, revenue FROM sales ORDER BY sale_id'), [
    [1, 3, 20260115, 225_000],
    [2, 2, 20260220, 300_000],
    [2, 4, 20260115, 225_000],
  ]);
  t.same(query(file, 'SELECT day, sum(revenue), sum(orders) FROM daily_store GROUP BY day'), [
    [20260115, 450_000, 2],
    [20260220, 300_000, 1],
  ]);
  t.same(differences(file), []);
});

t.test('merge: of rows with one key in one file the last one wins', async (t) => {
  const { warehouse, file } = fresh(t);
  const sales = [SALE, { ...SALE, revenue: 1 }, { ...SALE, revenue: 1 }, { ...SALE, revenue: 2 }];
  const told = load(warehouse, { name: 'a.csv', sales, disposition: 'merge', primaryKey: ['order_id', 'line'] });
  t.same([told.inserted.records, told.updated.records, told.unchanged.records], [1, 2, 1]);
  t.same(query(file, 'SELECT revenue FROM sales'), [[2]]);
  t.same(differences(file), []);
});

t.test('replace: the earlier rows go with the last checkpoint, and not before', async (t) => {
  const { warehouse, file } = fresh(t);
  load(warehouse, { name: 'a.csv', sales: [SALE, SALE], disposition: 'replace' });
  load(warehouse, { name: 'other.csv', sales: [SALE], dataset: 'other' });
  const next = {
    name: 'b.csv',
    sales: [SALE, SALE, SALE, SALE, SALE],
    disposition: 'replace',
    batchRows: 2,
    commitEvery: 1,
  } as const;
  const opened = warehouse.openFile(fileToLoad(1, next));
  pour(warehouse, opened, next, () => t.same(query(file, 'SELECT count(*) FROM sales'), [[3]]));
  t.same(query(file, 'SELECT name, status FROM files ORDER BY file_id'), [
    ['a.csv', 'replaced'],
    ['other.csv', 'done'],
    ['b.csv', 'done'],
  ]);
  t.same(query(file, 'SELECT sum(lines) FROM daily_sales'), [[6]]);
  t.same(differences(file), []);
});

t.test('the same bytes are known again under any name, unless they were replaced', async (t) => {
  const { warehouse } = fresh(t);
  const sales = [SALE];
  load(warehouse, { name: 'a.csv', sales, disposition: 'replace', contentHash: 'abc' });
  const again = { ...fileToLoad(1, { name: 'copy.csv', sales }), contentHash: 'abc' };
  t.same(warehouse.openFile(again), { status: 'unchanged', fileId: 1, name: 'a.csv', dataset: 'sales' });
  load(warehouse, { name: 'b.csv', sales, disposition: 'replace', contentHash: 'def' });
  t.equal(warehouse.openFile(again).status, 'open');
});

t.test('an interrupted file goes on from its last checkpoint', async (t) => {
  const { warehouse, file } = fresh(t);
  const plan = { name: 'a.csv', sales: randomSales(500, randomFrom(7)), batchRows: 50, commitEvery: 2, deadLetters: 2 };
  const stop = new Error('stop');
  t.throws(
    () =>
      pour(warehouse, warehouse.openFile(fileToLoad(1, plan)), plan, (number) => {
        if (number === 3) throw stop;
      }),
    stop,
  );
  warehouse.failFile(1, { code: 'aborted', message: 'stopped' });
  t.match(query(file, 'SELECT status, error_code FROM files'), [['failed', 'aborted']]);
  t.same(query(file, 'SELECT count(*) FROM sales'), [[300]]);
  const opened = warehouse.openFile(fileToLoad(1, plan));
  t.match(opened, {
    status: 'open',
    fileId: 1,
    resume: { number: 2, bytes: 3000, state: { number: 2 }, states: { deduplicate: { seen: 2 } } },
  });
  pour(warehouse, opened, plan);
  t.same(query(file, 'SELECT count(*), count(DISTINCT line) FROM sales'), [[500, 500]]);
  t.same(query(file, 'SELECT count(*) FROM dead_letters'), [[2]]);
  t.same(differences(file), []);
});

t.test('an interrupted file that has changed, or is read in another way, starts over', async (t) => {
  const { warehouse, file } = fresh(t);
  const plan = { name: 'a.csv', sales: randomSales(300, randomFrom(8)), batchRows: 50, commitEvery: 2 };
  const stop = new Error('stop');
  for (const changes of [{}, { fingerprint: 'two' }, { fingerprint: 'two', sizeBytes: 5 }]) {
    const opened = warehouse.openFile({ ...fileToLoad(1, plan), ...changes });
    t.match(opened, { status: 'open', resume: null });
    t.same(query(file, 'SELECT count(*) FROM sales'), [[0]]);
    t.throws(
      () =>
        pour(warehouse, opened, plan, (number) => {
          if (number === 2) throw stop;
        }),
      stop,
    );
    warehouse.rollback();
  }
  t.same(query(file, 'SELECT status FROM files'), [['abandoned'], ['abandoned'], ['loading']]);
  t.same(differences(file), []);
});

t.test('a checkpoint that was committed before changes nothing', async (t) => {
  const { warehouse, file } = fresh(t);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [SALE] }));
  const give = (number: number, last: boolean) => {
    const written = warehouse.insert(salesBatch(opened.fileId, [SALE], 2 + number));
    warehouse.mergeAggregates(aggregateBatch(opened.fileId, [SALE]));
    warehouse.commit(opened.fileId, checkpointOf(number, countsOf(written), { last }));
  };
  give(0, false);
  const { version } = warehouse;
  const before = query(file, 'SELECT * FROM ledger, daily_sales');
  give(0, false);
  t.equal(warehouse.version, version);
  t.same(query(file, 'SELECT * FROM ledger, daily_sales'), before);
  give(1, true);
  t.ok(warehouse.version > version);
  t.same(query(file, 'SELECT line FROM sales'), [[2], [3]]);
  t.same(differences(file), []);
});

t.test('rollback forgets rows, roll-ups, orders, dead letters and new keys', async (t) => {
  const { warehouse, file } = fresh(t);
  const plan = { name: 'a.csv', sales: randomSales(200, randomFrom(9)), deadLetters: 1 };
  const opened = warehouse.openFile(fileToLoad(1, plan));
  t.throws(() =>
    pour(warehouse, opened, plan, () => {
      throw new Error('stop');
    }),
  );
  warehouse.rollback();
  t.same(
    query(file, 'SELECT (SELECT count(*) FROM stores), (SELECT count(*) FROM affixes), (SELECT count(*) FROM sales)'),
    [[0, 0, 0]],
  );
  pour(warehouse, opened, plan);
  t.same(query(file, 'SELECT count(*) FROM sales'), [[200]]);
  t.same(differences(file), []);
});

t.test('a file whose ledger does not balance leaves nothing but a note', async (t) => {
  const { warehouse, file } = fresh(t);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [SALE] }));
  const give = (number: number, lost: number) => {
    const written = warehouse.insert(salesBatch(opened.fileId, [SALE], 2 + number));
    warehouse.mergeAggregates(aggregateBatch(opened.fileId, [SALE]));
    const counts = countsOf(written);
    counts['csv-source']!.out.records += lost;
    counts.validate!.in.records += lost;
    counts.validate!.out.records += lost;
    warehouse.commit(opened.fileId, checkpointOf(number, counts, { last: number === 1 }));
  };
  give(0, 0);
  t.throws(() => give(1, 1), { code: 'ledger_unbalanced', message: /3 read and 2 accounted for/ });
  t.match(findFileIn(file, 1), { status: 'failed', error_code: 'ledger_unbalanced' });
  t.same(
    query(
      file,
      'SELECT (SELECT count(*) FROM sales), (SELECT count(*) FROM daily_sales), (SELECT count(*) FROM ledger)',
    ),
    [[0, 0, 0]],
  );
});

t.test('refuses a commit whose roll-ups have not counted every record', async (t) => {
  const { warehouse, file } = fresh(t);
  const opened = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [SALE] }));
  const written = warehouse.insert(salesBatch(opened.fileId, [SALE]));
  t.throws(() => warehouse.commit(opened.fileId, checkpointOf(0, countsOf(written))), { code: 'roll_ups_differ' });
  t.same(query(file, 'SELECT count(*) FROM sales'), [[0]]);
});

t.test('refuses the same line twice, another file in between, and files that are not open', async (t) => {
  const { warehouse } = fresh(t);
  const first = warehouse.openFile(fileToLoad(1, { name: 'a.csv', sales: [SALE] }));
  const second = warehouse.openFile(fileToLoad(1, { name: 'b.csv', sales: [SALE] }));
  warehouse.insert(salesBatch(first.fileId, [SALE]));
  t.throws(() => warehouse.startRun({ trigger: 'test', startedAt: 0 }), { code: 'file_in_progress' });
  t.throws(() => warehouse.insert(salesBatch(second.fileId, [SALE])), { code: 'file_in_progress' });
  t.throws(() => warehouse.insert(salesBatch(99, [SALE])), { code: 'file_not_open' });
});

t.test('identifiers without a number, with long ones and beyond the numbered affixes stay apart', async (t) => {
  const { warehouse, file } = fresh(t);
  const db = openDatabase(file);
  t.teardown(() => db.close());
  // Only one numbered affix is left.
  db.exec("INSERT INTO affixes VALUES (131070, 'last but one#1')");
  warehouse.rollback();
  const orders = ['abc', 'abc1', 'abc01', '12345678901234567890', 'é-9', '9', ''];
  load(warehouse, { name: 'a.csv', sales: orders.map((order) => ({ ...SALE, order })) });
  t.same(query(file, 'SELECT count(*), count(DISTINCT order_ref) FROM sales'), [[7, 7]]);
  const refs = db.prepare('SELECT order_ref FROM sales ORDER BY line').pluck().all() as number[];
  t.same(
    refs.map((ref) => identifierOf(db, ref)),
    orders,
  );
  t.equal(db.prepare('SELECT max(affix_key) FROM affixes').pluck().get(), 131_071);
});

t.test('keeps runs, metrics, timeline, drift and a line in the monitoring log', async (t) => {
  const { warehouse, file } = fresh(t);
  const runId = warehouse.startRun({ trigger: 'ingest', startedAt: 1_763_000_000_000, detail: { version: '1' } });
  const plan = { name: 'a.csv', sales: [SALE, SALE], deadLetters: 1 };
  const drift = [{ change: 'added', field: 'coupon', against: 'dataset', action: 'evolved' }];
  const opened = warehouse.openFile({ ...fileToLoad(runId, plan), drift });
  pour(warehouse, opened, plan);
  warehouse.saveMeasurements({
    fileId: opened.fileId,
    operators: [
      { operator: 'csv-source', metrics: { busyMs: 3 } },
      { operator: 'batch-insert', metrics: {} },
    ],
    timeline: [{ at: 1 }],
  });
  warehouse.finishRun(runId, { status: 'done', endedAt: 1_763_000_002_500 });
  const db = openDatabase(file, { readonly: true });
  t.teardown(() => db.close());
  t.match(listRuns(db, { limit: 1 }), [{ run_id: runId, status: 'done', files: 1, detail: { version: '1' } }]);
  t.match(runReport(db, runId), {
    files: [{ name: 'a.csv', records_read: 3, cells: 1 }],
    totals: {
      balanced: true,
      read: { records: 3, amount: 450_000 },
      outcomes: { inserted: { records: 2, amount: 450_000 }, dead_lettered: { records: 1 } },
    },
    drift: [{ change: 'added', field: 'coupon' }],
  });
  t.same(
    fileMetrics(db, opened.fileId).map(({ operator }) => operator),
    ['csv-source', 'batch-insert'],
  );
  t.same(fileTimeline(db, opened.fileId), [{ at: 1 }]);
  t.match(listDeadLetters(db, { run: runId, reason: 'not_a_number' }), [
    { file: 'a.csv', line: 1_000_000, raw: 'raw 1000000', faults: [{ field: 'quantity' }] },
  ]);
  t.match(listMonitoring(db), [
    {
      duration_secs: 2.5,
      transactional_rows: 2,
      aggregated_rows: 1,
      total_revenue: 45,
      notes: 'Schema drift: added coupon',
    },
  ]);
  t.equal(listFiles(db, { status: 'done' }).length, 1);
});

t.test('a run that was cut off is marked when the next one begins', async (t) => {
  const { warehouse, file } = fresh(t);
  warehouse.startRun({ trigger: 'ingest', startedAt: 2 });
  t.same(query(file, 'SELECT status, error_code FROM runs'), [
    ['aborted', 'interrupted'],
    ['running', null],
  ]);
});

t.test('the views have the columns of the Python original', async (t) => {
  const { warehouse, file } = fresh(t);
  load(warehouse, { name: 'a.csv', sales: [SALE] });
  const db = openDatabase(file, { readonly: true });
  t.teardown(() => db.close());
  t.same(db.prepare('SELECT * FROM sales_transactional').all(), [
    {
      date: '2026-01-15',
      region: 'North',
      product_id: 'P1',
      revenue: 22.5,
      cost: 7.5,
      quantity: 2,
      product_name: 'Kite',
      category: 'Toys',
      brand: null,
      cost_price: null,
      total_cost: 15,
      profit: 7.5,
      margin_percent: 33.3333,
    },
  ]);
  t.same(db.prepare('SELECT * FROM sales_aggregated').all(), [
    {
      date: '2026-01-15',
      region: 'North',
      product_id: 'P1',
      total_revenue: 22.5,
      total_profit: 7.5,
      total_quantity: 2,
      avg_margin: 33.3333,
    },
  ]);
});

function findFileIn(file: string, fileId: number): unknown {
  const db = openDatabase(file, { readonly: true });
  try {
    return listFiles(db).find(({ file_id }) => file_id === fileId);
  } finally {
    db.close();
  }
}
