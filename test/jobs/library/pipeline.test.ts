import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join as path } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import {
  asIs,
  branch,
  csvSource,
  defineOperator,
  filter,
  flatMap,
  fork,
  into,
  join,
  map,
  merge,
  type PipelineResult,
  pipeline,
  recordsSink,
  recordsSource,
  sqliteSink,
  steps,
  Type,
  tumblingWindow,
  use,
} from 'tillstream';

const HOUR = 3600;
const AT = Date.UTC(2026, 0, 1) / 1000;

/** Orders, one a quarter of an hour; every tenth has a price that is none, every seventh is a return. */
function ordersCsv(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const at = new Date((AT + i * 900) * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return `${i},${i % 7 === 6 ? -1 : 1 + (i % 3)},${i % 10 === 9 ? 'dear' : (1 + i / 100).toFixed(2)},S${i % 2},${at},`;
  });
  return `${['Order No,qty,price,shop,at,note', ...lines].join('\n')}\n`;
}

function fileWith(t: Test, text: string): { csv: string; db: string } {
  const dir = t.testdir({ 'orders.csv': text });
  return { csv: path(dir, 'orders.csv'), db: path(dir, 'shop.db') };
}

const FIELDS = {
  order: { type: 'integer', column: 'Order No' },
  qty: 'integer',
  price: 'money',
  shop: 'text',
  at: 'datetime',
  note: 'text?',
} as const;

function rows(db: string, sql: string): unknown[] {
  const database = new Database(db, { readonly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function sums({ ledger }: PipelineResult): boolean {
  const { read, adjusted, ...outcomes } = ledger;
  return read + adjusted === Object.values(outcomes).reduce((sum, records) => sum + records, 0);
}

t.test('any CSV goes into any table in ten lines, exactly', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(100));
  const result = await pipeline(
    csvSource(csv, FIELDS),
    filter((order) => order.qty > 0),
    map((order) => ({ ...order, total: order.qty * order.price }), { total: 'money' }),
    tumblingWindow({
      time: 'at',
      sizeSeconds: HOUR,
      by: ['shop'],
      aggregates: { orders: { op: 'count' }, total: { op: 'sum', field: 'total' } },
    }),
    sqliteSink(db, 'hourly', { key: ['window_start', 'shop'] }),
  ).run();
  t.equal(result.status, 'done');
  const good = Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 10 !== 9 && i % 7 !== 6);
  const total = good.reduce((sum, i) => sum + (1 + (i % 3)) * (10_000 + 100 * i), 0);
  t.strictSame(rows(db, 'SELECT sum(total) total, sum(orders) orders FROM hourly'), [{ total, orders: good.length }]);
  t.strictSame(rows(db, 'SELECT window_start, shop, total FROM hourly_readable ORDER BY 1, 2 LIMIT 1'), [
    { window_start: '2026-01-01 00:00:00', shop: 'S0', total: 4.06 },
  ]);
  t.match(result.reasons, { not_a_number: 10, filtered: 13 });
  t.equal(result.ledger.read, 100);
  t.ok(sums(result));
  t.match(result.bottleneck, /./);
  t.strictSame(rows(db, 'SELECT line, operator, reason, field FROM tillstream_dead_letters LIMIT 1'), [
    { line: 11, operator: 'cast', reason: 'not_a_number', field: 'price' },
  ]);
});

t.test('the same file again does nothing, a longer one brings what is new, by key', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(20));
  const load = () => pipeline(csvSource(csv, FIELDS), sqliteSink(db, 'orders', { key: ['order'] })).run();
  t.match(await load(), { status: 'done', ledger: { read: 20, inserted: 18, dead_lettered: 2 } });
  t.match(await load(), { status: 'unchanged', ledger: { read: 20, inserted: 18 } });
  appendFileSync(csv, '100,1,2.50,S9,2026-02-01,late\n0,5,1.00,S0,2026-01-01,\n');
  t.match(await load(), {
    status: 'done',
    ledger: { read: 22, inserted: 1, updated: 1, unchanged: 18, dead_lettered: 2 },
  });
  t.strictSame(rows(db, 'SELECT count(*) n FROM orders'), [{ n: 19 }]);
});

t.test('a run that was cut off goes on where its sink has got to', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(60_000));
  let fail = true;
  const load = () =>
    pipeline(
      csvSource(csv, FIELDS, { checkpointBytes: 100_000 }),
      map((order) => {
        return order;
      }),
      use(
        defineOperator({
          name: 'cut',
          summary: 'fails once',
          options: Type.Object({}),
          create: () => ({
            process(batch, out) {
              if (fail && batch.provenance.lines[0]! > 40_000) throw new Error('cut off');
              return out.emit(batch);
            },
          }),
        }),
      ),
      sqliteSink(db, 'orders'),
    ).run();
  await t.rejects(load(), { message: /cut off/ });
  const [{ n }] = rows(db, 'SELECT count(*) n FROM orders') as [{ n: number }];
  t.ok(n > 0 && n < 54_000, 'some of it is there');
  fail = false;
  const result = await load();
  t.match(result, { status: 'resumed', ledger: { read: 60_000, inserted: 54_000, dead_lettered: 6_000 } });
  t.strictSame(rows(db, 'SELECT count(*) n, count(DISTINCT "order") d FROM orders'), [{ n: 54_000, d: 54_000 }]);
  t.strictSame(rows(db, 'SELECT count(*) n FROM tillstream_dead_letters'), [{ n: 6_000 }]);
});

t.test('branches, merges, joins and several ends', async (t) => {
  const { db } = fileWith(t, '');
  const sales = Array.from({ length: 50 }, (_, i) => ({
    id: i,
    at: i * 10,
    shop: `S${i % 5}`,
    qty: i % 4 === 0 ? -1 : 1,
  }));
  const weather = Array.from({ length: 5 }, (_, i) => ({ shop: `S${i}`, at: 0, celsius: i * 1.5 }));
  const seen: { id: number; kind: string; celsius: number }[] = [];
  const result = await pipeline(
    merge(recordsSource(sales.slice(0, 25)), recordsSource(sales.slice(25))),
    join(recordsSource(weather), { on: ['shop'], withinSeconds: 1000, time: 'at' }),
    branch(
      (sale) => sale.qty < 0,
      map((sale) => ({ ...sale, kind: 'return' as const })),
      steps(
        map((sale) => ({ ...sale, kind: 'sale' as const })),
        asIs(),
      ),
    ),
    fork(
      recordsSink((sale) => void seen.push({ id: sale.id, kind: sale.kind, celsius: sale.celsius })),
      into(
        filter((sale) => sale.kind === 'return'),
        sqliteSink(db, 'returns', { key: ['id'] }),
      ),
    ),
  ).run();
  t.ok(sums(result));
  seen.sort((a, b) => a.id - b.id);
  t.strictSame(
    seen,
    sales.map(({ id, qty }) => ({ id, kind: qty < 0 ? 'return' : 'sale', celsius: (id % 5) * 1.5 })),
  );
  t.strictSame(
    rows(db, 'SELECT id FROM returns ORDER BY id'),
    sales.filter(({ qty }) => qty < 0).map(({ id }) => ({ id })),
  );
});

t.test('a record on which a function throws is rejected with its line, and the others go on', async (t) => {
  const rejected: object[] = [];
  const taken: number[] = [];
  const result = await pipeline(
    recordsSource([{ n: 1 }, { n: 2 }, { n: 3 }]),
    flatMap((record) => {
      if (record.n === 2) throw new Error('two is not wanted');
      return [record, { n: record.n * 10 }];
    }),
    recordsSink(
      ({ n }) => void taken.push(n),
      (letter) => rejected.push(letter),
    ),
  ).run();
  t.strictSame(taken, [1, 10, 3, 30]);
  t.strictSame(rejected, [{ line: 2, operator: 'flat-map', reason: 'operator_error', message: 'two is not wanted' }]);
  t.match(result.ledger, { read: 3, inserted: 4, dead_lettered: 1, adjusted: 2 });
});

t.test('what cannot work is told in words', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(3));
  await t.rejects(pipeline(csvSource(csv, { quantity: 'integer' }), sqliteSink(db, 'a')).run(), {
    code: 'missing_column',
    message: /no column "quantity" here.*aliases/,
  });
  await t.rejects(pipeline(csvSource('nowhere.csv', FIELDS), sqliteSink(db, 'a')).run(), { code: /file|missing/ });
  await t.rejects(pipeline(csvSource(csv, FIELDS), sqliteSink(db, 'sqlite_own')).run(), { code: 'bad_table' });
  const database = new Database(db);
  database.exec('CREATE TABLE theirs (id INTEGER PRIMARY KEY, qty INTEGER CHECK (qty > 1)) STRICT');
  database.close();
  const two = csvSource(csv, { order: FIELDS.order, qty: 'integer' });
  await t.rejects(pipeline(two, sqliteSink(db, 'theirs')).run(), {
    code: 'no_such_column',
    message: /no column "order"/,
  });
  const named = map((order: { order: number; qty: number }) => ({ id: order.order, qty: order.qty }));
  await t.rejects(pipeline(two, named, sqliteSink(db, 'theirs', { key: ['qty'] })).run(), {
    code: 'key_not_unique',
    message: /CREATE UNIQUE INDEX "theirs_key" ON "theirs" \("qty"\)/,
  });
  const result = await pipeline(two, named, sqliteSink(db, 'theirs', { key: ['id'] })).run();
  t.match(result, { ledger: { inserted: 2, dead_lettered: 1 }, reasons: { constraint_violated: 1 } });
  t.match(rows(db, 'SELECT operator, reason FROM tillstream_dead_letters'), [
    { operator: 'sqlite-sink', reason: 'constraint_violated' },
  ]);
});

t.test('operators of the catalogue take part by name', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(20));
  await pipeline(
    csvSource(csv, { order: FIELDS.order, shop: 'text' }),
    sqliteSink(db, 'shops', { key: ['shop'] }),
  ).run();
  const found: { name: string; first: number }[] = [];
  const sql = { database: db, query: 'SELECT "order" AS first FROM shops WHERE shop = :shop' };
  await pipeline(
    recordsSource([{ shop: 'S0' }, { shop: 'S1' }]),
    use<{ shop: string }, { shop: string; first: number }>('lookup', {
      sql,
      on: ['shop'],
      fields: { first: { from: 'first', type: 'integer' } },
    }),
    use('jsonl-sink', { folder: dirname(db), name: 'shops.jsonl' }),
    recordsSink((shop: { shop: string; first: number }) => void found.push({ name: shop.shop, first: shop.first })),
  ).run();
  t.strictSame(found, [
    { name: 'S0', first: 18 },
    { name: 'S1', first: 19 },
  ]);
  t.equal(
    readFileSync(path(dirname(db), 'shops.jsonl'), 'utf8'),
    '{"shop":"S0","first":18}\n{"shop":"S1","first":19}\n',
  );
});

t.test('a run can be stopped', async (t) => {
  const { csv, db } = fileWith(t, ordersCsv(1000));
  const abort = new AbortController();
  const running = pipeline(
    csvSource(csv, FIELDS),
    filter(() => {
      abort.abort();
      return true;
    }),
    sqliteSink(db, 'orders'),
  ).run({ signal: abort.signal });
  await t.rejects(running, { name: 'AbortError' });
  writeFileSync(csv, ordersCsv(2));
  t.match(await pipeline(csvSource(csv, FIELDS), sqliteSink(db, 'orders')).run({ measure: 'price' }), {
    status: 'done',
  });
});
