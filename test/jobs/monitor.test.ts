import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../db/connection.ts';
import { history, latestResults, monitorRuns, resultsOfRun } from '../../db/operations/checks.ts';
import { openOperations } from '../../db/operations/connection.ts';
import { markDays, markedDays, unmarkDays } from '../../db/operations/marked-days.ts';
import { isoDate } from '../../jobs/generate/calendar.ts';
import { Random } from '../../jobs/generate/random.ts';
import type { Home } from '../../jobs/home.ts';
import { ingest } from '../../jobs/ingest.ts';
import { backtest } from '../../jobs/monitor/backtest.ts';
import { type CheckResult, keyOf } from '../../jobs/monitor/check-result.ts';
import { runMonitor } from '../../jobs/monitor.ts';
import { drop, homeWith } from './home-with.ts';

const CONFIG = {
  datasets: {
    tills: {
      fields: [
        { name: 'time', type: 'datetime', format: '%Y-%m-%d %H:%M:%S', constraints: { required: true } },
        { name: 'receipt', type: 'string', constraints: { required: true } },
        { name: 'store', type: 'string', constraints: { required: true } },
        { name: 'article', type: 'string', constraints: { required: true } },
        { name: 'customer', type: 'string' },
        { name: 'pieces', type: 'integer', constraints: { required: true, minimum: 1 } },
        { name: 'price', type: 'number', constraints: { required: true } },
      ],
      map: {
        sold_at: 'time',
        order_id: 'receipt',
        store_id: 'store',
        product_id: 'article',
        customer_id: 'customer',
        quantity: 'pieces',
        unit_price: 'price',
      },
    },
  },
  monitoring: { timeZone: 'UTC', diskFreeGigabytes: 0 },
};
const HEADER = 'time,receipt,store,article,customer,pieces,price\n';
const STORES = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6'];
const FIRST = 20_500;
const DAYS = 40;
/** The day that is looked at, and noon of the day after. */
const LAST = FIRST + DAYS - 1;
const NOON = (LAST + 1) * 86_400_000 + 12 * 3_600_000;

/** A store's day as lines of CSV. */
function till(store: string, day: number, price = 1): string {
  const random = new Random(day, STORES.indexOf(store));
  const count = 60 + random.below(12);
  const lines = Array.from({ length: count }, (_, i) => {
    const article = random.below(8);
    const time = `${isoDate(day)} ${String(9 + Math.floor(i / 10)).padStart(2, '0')}:${String(random.below(60)).padStart(2, '0')}:00`;
    const customer = random.below(3) === 0 ? '' : `C${random.below(50)}`;
    return `${time},${store}-${day}-${i >> 1},${store},A${article},${customer},1,${((article + 2.5) * price).toFixed(2)}\n`;
  });
  return lines.join('');
}

const day = (number: number, stores = STORES) => HEADER + stores.map((store) => till(store, number)).join('');

/** A home with weeks of ordinary days in its warehouse, the last of them as given. */
async function shop(t: Test, last: Readonly<Record<string, string>>): Promise<Home> {
  const home = await homeWith(t, {}, CONFIG);
  const weeks = Array.from({ length: DAYS - 1 }, (_, i) => day(FIRST + i).slice(HEADER.length));
  await drop(join(home.raw, '1-weeks.csv'), HEADER + weeks.join(''));
  for (const [name, content] of Object.entries(last)) await drop(join(home.raw, `2-${name}`), content);
  await ingest({ home });
  return home;
}

const monitor = (home: Home, now = NOON) => runMonitor({ home, now: () => now });
const failing = (results: readonly CheckResult[]) =>
  results
    .filter(({ verdict, cause, severity }) => verdict === 'failing' && !cause && severity !== 'info')
    .map(keyOf)
    .sort();

function withOperations<T>(home: Home, work: (db: ReturnType<typeof openOperations>) => T): T {
  const db = openOperations(home.operations);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

t.test('a shop as it should be', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST) });
  const { results, failing: count, message } = await monitor(home);
  t.strictSame(failing(results), []);
  t.equal(count, 0, JSON.stringify(results.filter(({ verdict }) => verdict === 'failing')));
  t.match(message, /^\d+ checks, none failing/);
  const volume = results.find((each) => keyOf(each) === 'volume{store=S1}');
  t.match(volume, { day: isoDate(LAST), verdict: 'ok', unit: 'records' });
  t.ok(volume!.low! < volume!.expected! && volume!.expected! < volume!.high!);
  t.equal(volume?.evidence.series?.at(-1)?.value, volume?.observed);
  t.ok(!volume?.evidence.days?.includes(isoDate(LAST)), 'the tested day is no evidence for itself');
  const { alarms, days } = await backtest({ home, now: () => NOON });
  t.equal(days, DAYS);
  t.strictSame(failing(alarms), []);
});

t.test('what is wrong with files is found, kept, excused and forgotten', async (t) => {
  const home = await shop(t, {
    'most.csv': day(LAST, ['S1', 'S2', 'S4', 'S6']),
    'again.csv': `${HEADER}${till('S4', LAST)}\n`,
    'dear.csv': HEADER + till('S5', LAST, 10),
  });
  const first = await monitor(home);
  t.strictSame(failing(first.results), ['duplicates{store=S4}', 'freshness{store=S3}', 'price{store=S5}']);
  const silent = first.results.find((each) => keyOf(each) === 'freshness{store=S3}');
  t.match(silent?.message, /^S3: nothing reported; on this weekday it usually has \d+ records/);
  const revenue = first.results.find((each) => keyOf(each) === 'revenue{store=S5}');
  t.match(revenue, { verdict: 'failing', cause: 'price{store=S5}' });

  const kept = withOperations(home, (db) => latestResults<CheckResult>(db));
  t.strictSame(failing(kept), failing(first.results));
  t.equal(kept.length, new Set(first.results.map(keyOf)).size);

  await t.test('a second pass keeps only what is new', async (t) => {
    await monitor(home);
    const [run] = withOperations(home, (db) => monitorRuns(db));
    const news = withOperations(home, (db) => resultsOfRun(db, run!.monitor_run_id));
    t.ok(
      news.every(({ check }) => check === 'disk-space'),
      JSON.stringify(news.map(({ check }) => check)),
    );
    t.equal(withOperations(home, (db) => history(db, 'price{store=S5}')).length, 1);
  });

  await t.test('what somebody expected does not fail again', async (t) => {
    const mark = { subject: { store: 'S5' }, from: isoDate(LAST), kind: 'expected', note: 'a new price list' } as const;
    const id = withOperations(home, (db) => markDays(db, mark));
    const { results } = await monitor(home);
    t.strictSame(failing(results), ['duplicates{store=S4}', 'freshness{store=S3}']);
    t.match(
      withOperations(home, (db) => markedDays(db)),
      [{ ...mark, to: mark.from, check: null }],
    );
    t.ok(withOperations(home, (db) => unmarkDays(db, id)));
    t.notOk(
      withOperations(home, (db) => unmarkDays(db, id)),
      'it is gone',
    );
    t.ok(failing((await monitor(home)).results).includes('price{store=S5}'));
  });

  await t.test('a belated file makes it well', async (t) => {
    await drop(join(home.raw, 'belated.csv'), HEADER + till('S3', LAST));
    await ingest({ home });
    const { results } = await monitor(home);
    t.strictSame(failing(results), ['duplicates{store=S4}', 'price{store=S5}']);
    t.equal(results.find((each) => keyOf(each) === 'freshness{store=S3}')?.verdict, 'ok');
  });

  await t.test('the next day, all is well again', async (t) => {
    await drop(join(home.raw, 'next.csv'), day(LAST + 1));
    await ingest({ home });
    const { results } = await monitor(home, NOON + 86_400_000);
    t.strictSame(failing(results), []);
    const latest = withOperations(home, (db) => latestResults<CheckResult>(db));
    t.strictSame(failing(latest), []);
    t.equal(latest.find((each) => keyOf(each) === 'price{store=S5}')?.day, isoDate(LAST + 1));
  });

  const { alarms } = await backtest({ home, from: isoDate(LAST), to: isoDate(LAST), now: () => NOON });
  t.strictSame(failing(alarms), ['duplicates{store=S4}', 'price{store=S5}'], 'the backtest says the same of it');
});

t.test('a file whose rows are turned away, and one with the customers gone', async (t) => {
  const shifted = till('S2', LAST).replaceAll(/,1,(\d+\.\d+)\n/g, ',$1,1\n');
  const anonymous = till('S6', LAST).replaceAll(/,C\d+,/g, ',,');
  const home = await shop(t, {
    'most.csv': day(LAST, ['S1', 'S3', 'S4', 'S5']),
    [`till-S2-${isoDate(LAST)}.csv`]: HEADER + shifted,
    'customers.csv': HEADER + anonymous,
  });
  const { results } = await monitor(home);
  t.strictSame(failing(results), ['dead-letters{store=S2}', 'null-rate{field=customer_id,store=S6}']);
});

t.test('a day before the last is judged again when more comes of it', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST) });
  t.strictSame(failing((await monitor(home)).results), []);
  await drop(join(home.raw, 'again.csv'), `${HEADER}${till('S4', LAST - 2)}\n`);
  await ingest({ home });
  const { results } = await monitor(home);
  const found = results.filter(({ check, verdict }) => check === 'duplicates' && verdict === 'failing');
  t.match(found[0], { subject: { store: 'S4' }, day: isoDate(LAST - 2) });
  const latest = withOperations(home, (db) => latestResults<CheckResult>(db));
  t.equal(
    latest.find((each) => keyOf(each) === 'duplicates{store=S4}')?.day,
    isoDate(LAST),
    'the last day stays the latest',
  );
});

t.test('the backtest sees only the past', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST, STORES.slice(1)) });
  const to = isoDate(LAST - 5);
  const before = await backtest({ home, to, now: () => NOON });
  await drop(join(home.raw, 'later.csv'), HEADER + STORES.map((store) => till(store, LAST + 1, 50).repeat(3)).join(''));
  await ingest({ home });
  t.strictSame(await backtest({ home, to, now: () => NOON + 86_400_000 }), before);
  t.match((await backtest({ home, now: () => NOON })).alarms.map(keyOf), ['freshness{store=S1}']);
});

t.test('a shop that has gone quiet, and one that is history', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST) });
  const quiet = (await monitor(home, NOON + 3 * 86_400_000)).results.filter(({ day }) => day === null);
  t.match(
    quiet.find(({ check }) => check === 'freshness'),
    { verdict: 'failing', message: /nothing reported since/ },
  );
  const asleep = await monitor(home, NOON + 60 * 86_400_000);
  t.match(
    asleep.results.filter(({ check, day }) => check === 'freshness' && day === null),
    [{ verdict: 'ok', message: /taken for a history/ }],
  );
});

t.test('roll-ups that disagree are told', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST) });
  const db = openDatabase(home.database);
  db.exec('UPDATE daily_product SET revenue = revenue + 1 WHERE day = (SELECT max(day) FROM daily_product)');
  db.close();
  t.ok(failing((await monitor(home)).results).includes('roll-ups'));
});

t.test('files that nobody takes are told, and why, until they are gone from the inbox', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST) });
  await drop(join(home.raw, 'short.csv'), day(LAST).replaceAll(/,[^,\n]*$/gm, ''));
  await drop(join(home.raw, 'notes.txt'), 'who;what\nme;this\n');
  const { results } = await monitor(home);
  t.strictSame(failing(results), ['original-columns', 'unmatched-file']);
  const columns = results.find(({ check }) => check === 'original-columns');
  t.match(columns?.message, /^Not loaded, still in data\/raw: short\.csv .*"price" is missing\.$/);
  t.match(results.find(({ check }) => check === 'unmatched-file')?.message, /notes\.txt is of no dataset/);
  for (const name of ['short.csv', 'notes.txt']) await rm(join(home.raw, name));
  t.strictSame(failing((await monitor(home)).results), []);
});

t.test('figures are watched of the dimensions that are chosen', async (t) => {
  const home = await shop(t, { 'last.csv': day(LAST, ['S1']) });
  await writeFile(
    home.config,
    JSON.stringify({ ...CONFIG, monitoring: { ...CONFIG.monitoring, dimensions: ['dataset'] } }),
  );
  const { results } = await monitor(home);
  const volumes = results.filter(({ check }) => check === 'volume').map(({ subject }) => subject);
  t.strictSame(volumes, [{}, { dataset: 'tills' }]);
  t.match(
    results.find(({ check, subject }) => check === 'volume' && subject.dataset),
    {
      verdict: 'failing',
      cause: 'freshness',
      message: /^Dataset tills: \d+ records, expected \d+ \(-\d+ %\); \d+ to \d+ would be normal\.$/,
    },
  );
  t.notOk(
    results.some(({ check, subject }) => check === 'revenue' && subject.dataset),
    'files know no revenue by day',
  );
});

t.test('nothing to check, and a bad calendar', async (t) => {
  const home = await homeWith(t, {}, CONFIG);
  t.match(await monitor(home), { failing: 0, results: [] });
  const calendar = [{ kind: 'holliday', from: '2026-12-25' }];
  await drop(join(home.raw, 'day.csv'), day(FIRST));
  await ingest({ home });
  await writeFile(home.config, JSON.stringify({ ...CONFIG, monitoring: { calendar } }));
  await t.rejects(monitor(home), /monitoring.*kind|kind/s);
});
