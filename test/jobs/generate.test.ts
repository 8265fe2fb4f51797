import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { type GenerateOptions, generateDaily, generateDemoMonth, generateSales } from '../../jobs/generate.ts';

type Made = Awaited<ReturnType<typeof generateSales>>;

const HEADER = 'order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method';

function rowsOf(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.slice(1).map((line) => line.split(','));
}

function digest(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(basename(file)).update(readFileSync(file));
  return hash.digest('hex');
}

async function make(test: Tap, options: Partial<GenerateOptions>): Promise<Made & { rowsRead: string[][] }> {
  const made = await generateSales({ out: test.testdir(), ...options });
  return { ...made, rowsRead: made.files.flatMap(rowsOf) };
}

type Tap = { testdir(): string };

t.test('the same seed gives the same bytes, another seed others', async (t) => {
  const options = { rows: 5_000, days: 5, seed: 42, dirty: 0.05 };
  const dirs = t.testdir({ a: {}, b: {}, c: {} });
  const a = await generateSales({ ...options, out: join(dirs, 'a') });
  const b = await generateSales({ ...options, out: join(dirs, 'b') });
  const c = await generateSales({ ...options, seed: 43, out: join(dirs, 'c') });
  t.equal(digest(a.files), digest(b.files));
  t.not(digest(a.files), digest(c.files));
  t.equal(readFileSync(a.manifest ?? '', 'utf8'), readFileSync(b.manifest ?? '', 'utf8'));
  // Bytes as first made: whoever changes what is drawn changes everybody's reproducible data, and should mean it.
  t.equal(digest(a.files), '953eb224e8587b3fdadc185e9f8d9f735c798a56e7b42d929431eceacdbf5966');
});

t.test('writes exactly the rows asked for, a file a day with the header first, and nothing unfinished', async (t) => {
  const { files, rowsRead, rows, bytes } = await make(t, { rows: 12_345, days: 9, endDate: '2024-03-02' });
  t.equal(rows, 12_345);
  t.equal(rowsRead.length, 12_345);
  t.strictSame(
    files.map((file) => basename(file)),
    ['02-23', '02-24', '02-25', '02-26', '02-27', '02-28', '02-29', '03-01', '03-02'].map((d) => `sales_2024-${d}.csv`),
  );
  for (const file of files) t.equal(readFileSync(file, 'utf8').split('\n')[0], HEADER);
  t.equal(
    bytes + files.length * (HEADER.length + 1),
    files.reduce((sum, f) => sum + readFileSync(f).length, 0),
  );
  t.strictSame(readdirSync(t.testdirName).sort(), files.map((file) => basename(file)).sort());
});

t.test('one file holds the same rows', async (t) => {
  const dirs = t.testdir({ daily: {}, single: {} });
  const daily = await generateSales({ rows: 3_000, days: 4, out: join(dirs, 'daily') });
  const single = await generateSales({ rows: 3_000, days: 4, single: true, out: join(dirs, 'single') });
  t.strictSame(
    single.files.map((f) => basename(f)),
    ['sales_2025-12-28_2025-12-31.csv'],
  );
  t.strictSame(single.files.flatMap(rowsOf), daily.files.flatMap(rowsOf));
  t.equal(single.expected.revenue, daily.expected.revenue);
});

t.test('quoted: texts stand in quotes, numbers do not, and the values are the same', async (t) => {
  const dirs = t.testdir({ bare: {}, quoted: {} });
  const bare = await generateSales({ rows: 500, days: 1, out: join(dirs, 'bare') });
  const quoted = await generateSales({ rows: 500, days: 1, quoted: true, out: join(dirs, 'quoted') });
  const [row] = quoted.files.flatMap(rowsOf);
  t.match(row?.join(','), /^"O\d{9}",1,"[-\d]{10} [\d:]{8}","S\d{3}","P\d{4}","(C\d{6})?",-?\d+,[\d.]+,[\d.]+,"\w+"$/);
  const unquoted = quoted.files.map((file) => readFileSync(file, 'utf8').replaceAll('"', ''));
  t.strictSame(
    unquoted,
    bare.files.map((file) => readFileSync(file, 'utf8')),
  );
});

t.test('the revenue told is that of the rows', async (t) => {
  const { rowsRead, expected } = await make(t, { rows: 20_000, days: 20 });
  const exact = rowsRead.reduce((sum, row) => sum + revenue(row), 0n);
  t.equal(BigInt(expected.revenue), exact);
  t.equal(expected.accepted, 20_000);
});

t.test('orders and times ascend, and an order is one customer at one till', async (t) => {
  const { rowsRead } = await make(t, { rows: 20_000, days: 3, single: true });
  let faults = 0;
  for (let i = 1; i < rowsRead.length; i++) {
    const [before, row] = [rowsRead[i - 1]!, rowsRead[i]!];
    const same = row[0] === before[0];
    if (row[2]! < before[2]! || row[0]! < before[0]!) faults++;
    if (Number(row[1]) !== (same ? Number(before[1]) + 1 : 1)) faults++;
    if (same && [2, 3, 5, 9].some((cell) => row[cell] !== before[cell])) faults++;
  }
  t.equal(faults, 0);
});

t.test('looks like a shop: seasons, weekdays, hours, regulars, promotions and returns', async (t) => {
  const { rowsRead } = await make(t, { rows: 200_000, days: 365, endDate: '2025-12-31' });
  const count = (key: (row: string[]) => string | number): Map<string | number, number> => {
    const counts = new Map<string | number, number>();
    for (const row of rowsRead) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
    return counts;
  };
  const by = (counts: Map<string | number, number>, key: string | number): number => counts.get(key) ?? 0;
  const months = count((row) => row[2]!.slice(5, 7));
  t.ok(by(months, '12') > 1.4 * by(months, '02'), 'December sells more than February');
  const weekdays = count((row) => new Date(`${row[2]!.slice(0, 10)}T00:00:00Z`).getUTCDay());
  t.ok(by(weekdays, 6) > 1.5 * by(weekdays, 2), 'Saturday sells more than Tuesday');
  const hours = count((row) => row[2]!.slice(11, 13));
  t.ok(
    by(hours, '12') > 2.5 * by(hours, '20') && by(hours, '03') === 0,
    'noon sells more than the evening, night nothing',
  );
  const stores = count((row) => row[3]!);
  t.ok(stores.size === 20 && by(stores, 'S001') > 3 * by(stores, 'S020'), 'stores differ in size');
  const customers = [...count((row) => row[5]!)].filter(([id]) => id !== '').map(([, lines]) => lines);
  t.ok(Math.max(...customers) > 10 * (customers.reduce((a, b) => a + b, 0) / customers.length), 'there are regulars');
  const share = (test: (row: string[]) => boolean): number => rowsRead.filter(test).length / rowsRead.length;
  const within = (value: number, least: number, most: number): boolean => value > least && value < most;
  t.ok(
    within(
      share((row) => row[5] === ''),
      0.3,
      0.5,
    ),
    'some are unknown',
  );
  t.ok(
    within(
      share((row) => row[6]!.startsWith('-')),
      0.01,
      0.04,
    ),
    'some is brought back',
  );
  t.ok(
    within(
      share((row) => row[8] !== '0'),
      0.05,
      0.5,
    ),
    'some is reduced',
  );
});

t.test('a return takes back what was sold, at the price paid', async (t) => {
  const { rowsRead } = await make(t, { rows: 20_000, days: 10 });
  const sold = new Set<string>();
  let returns = 0;
  for (const row of rowsRead) {
    const [, , , store, product, customer, quantity, price, discount, payment] = row;
    const terms = [store, product, customer, price, discount, payment].join();
    if (Number(quantity) > 0) sold.add(terms);
    else if (returns++ >= 0 && !sold.has(terms)) t.fail(`never sold: ${row.join()}`);
  }
  t.ok(returns > 100);
});

t.test('demo month: thirty days up to the date given, no manifest beside the inbox', async (t) => {
  const { files, rows, manifest, expected } = await generateDemoMonth({ out: t.testdir(), endDate: '2026-02-10' });
  t.equal(files.length, 30);
  t.equal(basename(files.at(-1) ?? ''), 'sales_2026-02-10.csv');
  t.equal(rows, 20_000);
  t.equal(manifest, undefined);
  t.ok(expected.deadLettered > 20 && expected.deadLettered < 100);
  t.equal(readdirSync(t.testdirName).length, 30);
});

t.test('daily sums: six columns, unit cost below unit revenue, four regions', async (t) => {
  const { file, rows } = await generateDaily({ out: t.testdir(), endDate: '2025-11-13' });
  const read = rowsOf(file);
  t.equal(rows, 500);
  t.equal(read.length, 500);
  t.match(readFileSync(file, 'utf8'), /^date,region,product_id,revenue,cost,quantity\n/);
  t.ok(read.every(([, , , money, cost, quantity]) => Number(money) > Number(cost) * Number(quantity)));
  t.equal(new Set(read.map((row) => row[1])).size, 4);
  t.ok(read.every(([date]) => date! > '2025-11-06' && date! <= '2025-11-13'));
});

t.test('refuses nonsense with a sentence', async (t) => {
  const out = t.testdir();
  const refuses = async (options: Record<string, unknown>, message: RegExp): Promise<void> => {
    await t.rejects(generateSales({ out, ...options } as GenerateOptions), { code: 'invalid_option', message });
  };
  await refuses({ row: 5 }, /unknown option "row".*"rows"/);
  await refuses({ rows: 0 }, /rows must be a whole number from 1/);
  await refuses({ rows: 1.5 }, /rows must be a whole number/);
  await refuses({ dirty: 2 }, /dirty must be from 0 to 1, got 2/);
  await refuses({ endDate: '2025-02-30' }, /endDate: expected a date as YYYY-MM-DD, got '2025-02-30'/);
  await refuses({ endDate: 'today' }, /endDate/);
  await refuses({ products: 20_000 }, /products must be/);
});

t.test('stops when told to', async (t) => {
  const stop = new AbortController();
  const onProgress = (): void => stop.abort();
  const made = generateSales({ out: t.testdir(), rows: 1_000_000, signal: stop.signal, onProgress });
  await t.rejects(made, { name: 'AbortError' });
});

/** In 1/10,000 of the currency unit. */
function revenue(row: string[]): bigint {
  const [quantity, price, discount] = [row[6]!, row[7]!, row[8]!];
  return BigInt(quantity) * BigInt(price.replace('.', '')) * BigInt(100 - Math.round(Number(discount) * 100));
}
