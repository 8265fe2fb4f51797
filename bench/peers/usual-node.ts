/**
 * The usual Node way: csv-parse with `columns`, four object-mode Transforms, better-sqlite3 in transactions of 1,000.
 * Usage: node usual-node.ts FILE CATALOGUE DATABASE; prints {"rows", "revenue"}.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse';

type Row = Record<string, unknown>;

const [file = '', catalogue = '', path = ''] = process.argv.slice(2);
const products = new Map(
  readFileSync(catalogue, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [id = '', , category, , cost] = line.split(',');
      return [id, { category, cost: Number(cost) }];
    }),
);

const database = new Database(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
database.exec(`CREATE TABLE sales(order_id TEXT, line INTEGER, sold_at TEXT, store_id TEXT, product_id TEXT, customer_id TEXT,
  quantity INTEGER, unit_price REAL, discount REAL, payment_method TEXT, category TEXT, revenue REAL, profit REAL)`);
database.exec('CREATE TABLE daily(day TEXT, store_id TEXT, product_id TEXT, lines INTEGER, revenue REAL)');
const insert =
  database.prepare(`INSERT INTO sales VALUES(@order_id, @line, @sold_at, @store_id, @product_id, @customer_id,
  @quantity, @unit_price, @discount, @payment_method, @category, @revenue, @profit)`);

const each = (change: (row: Row) => Row | undefined): Transform =>
  new Transform({
    objectMode: true,
    transform(row: Row, _encoding, done: TransformCallback) {
      done(null, change(row));
    },
  });

const validate = each((row) => {
  row.line = Number(row.line);
  row.quantity = Number(row.quantity);
  row.unit_price = Number(row.unit_price);
  row.discount = Number(row.discount);
  const valid = row.order_id !== '' && row.product_id !== '' && !Number.isNaN(Date.parse(row.sold_at as string));
  return valid && Number.isFinite(row.quantity) && Number.isFinite(row.unit_price) ? row : undefined;
});
const price = each((row) => {
  row.revenue = (row.quantity as number) * (row.unit_price as number) * (1 - (row.discount as number));
  return row;
});
const enrich = each((row) => {
  const product = products.get(row.product_id as string);
  row.category = product?.category ?? null;
  row.profit = (row.revenue as number) - (product?.cost ?? 0) * (row.quantity as number);
  return row;
});
const daily = new Map<string, [number, number]>();
const aggregate = each((row) => {
  const key = `${(row.sold_at as string).slice(0, 10)}|${row.store_id}|${row.product_id}`;
  const sum = daily.get(key) ?? [0, 0];
  sum[0]++;
  sum[1] += row.revenue as number;
  daily.set(key, sum);
  return row;
});

let held: Row[] = [];
let rows = 0;
const insertAll = database.transaction((batch: Row[]) => {
  for (const row of batch) insert.run(row);
});
const sink = new Writable({
  objectMode: true,
  write(row: Row, _encoding, done) {
    held.push(row);
    rows++;
    if (held.length === 1000) {
      insertAll(held);
      held = [];
    }
    done();
  },
  final(done) {
    insertAll(held);
    done();
  },
});

await pipeline(createReadStream(file), parse({ columns: true }), validate, price, enrich, aggregate, sink);
const insertDaily = database.prepare('INSERT INTO daily VALUES(?, ?, ?, ?, ?)');
let revenue = 0;
database.transaction(() => {
  for (const [key, [lines, sum]] of daily) {
    insertDaily.run(...key.split('|'), lines, sum);
    revenue += sum;
  }
})();
database.close();
console.log(JSON.stringify({ rows, revenue }));
