import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import t from 'tap';
import { breakdown, earningsBy, revenueBy } from '../../db/breakdown.ts';
import { openDatabase } from '../../db/connection.ts';
import { identifierOf } from '../../db/identifiers.ts';
import { type KpiFilter, revenue, summary, topProducts, trend, warehouseVersion } from '../../db/kpi.ts';
import { measuresByPeriod, revenueByPeriod } from '../../db/measures.ts';
import { dekadOf, monthOf, plusDays, spansOf } from '../../db/period.ts';
import { openWarehouse } from '../../db/warehouse-writer.ts';
import { load, randomFrom, randomSales } from './loader.ts';

const file = join(t.testdir(), 'warehouse.db');
const warehouse = openWarehouse(file);
load(warehouse, {
  name: 'a.csv',
  sales: randomSales(6_000, randomFrom(3), { orders: 900, days: 100 }),
  batchRows: 1_000,
});
warehouse.close();
const db = openDatabase(file, { readonly: true });
t.teardown(() => db.close());

interface Where {
  readonly sql: string;
  readonly values: readonly string[];
}

/** The filter as conditions on sales. */
function where({ from, to, region, store, category, product }: KpiFilter): Where {
  const conditions: (readonly [string, string | readonly string[] | undefined])[] = [
    ['region', region],
    ['store_id', store],
    ['category', category],
    ['product_id', product],
  ];
  const asked = conditions
    .filter(([, texts]) => texts !== undefined)
    .map(([column, texts]) => [column, [texts!].flat()] as const);
  const sql = asked.map(([column, texts]) => `${column} IN (${texts.map(() => '?').join(', ')})`);
  const values = asked.flatMap(([, texts]) => texts as string[]);
  if (from !== undefined) sql.push(`day >= ${from.replaceAll('-', '')}`);
  if (to !== undefined) sql.push(`day <= ${to.replaceAll('-', '')}`);
  if (from !== undefined || to !== undefined) sql.push('day > 0');
  return { sql: sql.join(' AND ') || 'true', values };
}

const JOINED = 'sales JOIN stores USING (store_key) JOIN products USING (product_key)';

/** Answers as plain SQL over the sales gives them: totals, and cells with their margins rounded to millionths. */
function plainTotals(db: Database, filter: KpiFilter, name: string): unknown[] {
  const { sql, values } = where(filter);
  const rows = db
    .prepare(
      `SELECT ${name}, sum(lines) AS lines, sum(revenue) AS revenue, sum(profit) AS profit, avg(margin) AS margin FROM (
         SELECT region, product_id, count(*) AS lines, sum(revenue) AS revenue, sum(revenue - cost) AS profit,
           avg(iif(revenue = 0, NULL, 1e6 * (revenue - cost) / revenue)) AS margin
         FROM ${JOINED} WHERE ${sql} GROUP BY day, store_key, product_key
       ) GROUP BY ${name} ORDER BY coalesce(sum(revenue), 0) DESC, ${name}`,
    )
    .all(...values) as Record<string, number | null>[];
  return rows.map((row) => [
    row[name],
    (row.revenue ?? 0) / 1e4,
    (row.profit ?? 0) / 1e4,
    row.margin === null ? null : row.margin! / 1e4,
  ]);
}

const day = fc
  .integer({ min: 0, max: 130 })
  .map((days) => new Date(Date.UTC(2025, 11, 20 + days)).toISOString().slice(0, 10));
const some = (values: string[]) =>
  fc.option(fc.oneof(fc.constantFrom(...values), fc.subarray(values)), { nil: undefined });
const filters = fc
  .record({
    from: fc.option(day, { nil: undefined }),
    to: fc.option(day, { nil: undefined }),
    region: some(['North', 'South', 'East', 'Nowhere']),
    store: some(['S0', 'S1', 'S2', '']),
    category: some(['C0', 'C1']),
    product: some(['P0', 'P1', 'P2', 'P5', 'none']),
  })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as KpiFilter);

t.test('revenue by region and top products equal plain SQL over the sales, under any filter', async (t) => {
  fc.assert(
    fc.property(filters, (filter) => {
      const margins = (rows: readonly { avg_margin: number | null }[], plain: readonly unknown[]) =>
        rows.every(({ avg_margin }, i) => {
          const expected = (plain[i] as (number | null)[])[3]!;
          return avg_margin === null ? expected === null : Math.abs(avg_margin - expected!) < 0.0051;
        });
      const regions = revenue(db, filter);
      const plainRegions = plainTotals(db, filter, 'region');
      t.same(
        regions.map((row) => [row.region, row.total_revenue, row.total_profit]),
        plainRegions.map((row) => (row as unknown[]).slice(0, 3)),
      );
      const products = topProducts(db, filter, {});
      const plainProducts = plainTotals(db, filter, 'product_id');
      t.same(
        products.map((row) => [row.product_id, row.total_revenue, row.total_profit]),
        plainProducts.map((row) => (row as unknown[]).slice(0, 3)),
      );
      return margins(regions, plainRegions) && margins(products, plainProducts);
    }),
    { numRuns: 150 },
  );
});

t.test('breakdowns by store, category and product equal plain SQL over the sales, under any filter', async (t) => {
  const names = { region: 'region', store: 'store_id', category: 'category', product: 'product_id' } as const;
  fc.assert(
    fc.property(filters, fc.constantFrom('region', 'store', 'category', 'product'), (filter, by) => {
      const { sql, values } = where(filter);
      const name = names[by];
      const plain = db
        .prepare(
          `SELECT ${name} AS key, count(*) AS lines, coalesce(sum(revenue), 0) / 1e4 AS revenue, coalesce(sum(quantity), 0) / 1e3 AS units,
             coalesce(sum(revenue - cost), 0) / 1e4 AS profit
           FROM ${JOINED} WHERE ${sql} GROUP BY ${name} ORDER BY coalesce(sum(revenue), 0) DESC, ${name}`,
        )
        .all(...values);
      const { items } = breakdown(db, by, filter);
      const found = items.map(({ key, lines, revenue, units, profit }) => ({
        key,
        lines,
        revenue,
        units,
        profit: profit ?? 0,
      }));
      t.same(found, plain, JSON.stringify([by, filter]));
    }),
    { numRuns: 200 },
  );
});

t.test('revenue and earnings alone are what they are among other figures, under any filter', async (t) => {
  const bys = ['region', 'store', 'category', 'product', 'weekday'] as const;
  fc.assert(
    fc.property(
      filters,
      fc.constantFrom(...bys),
      fc.constantFrom('day', 'week', 'month'),
      (filter, by, granularity) => {
        const alone = revenueBy(db, by, filter);
        const { items } = breakdown(db, by, filter, { order: 'revenue' });
        t.same(
          items.map(({ key }) => alone.get(key)),
          items.map(({ revenue }) => revenue),
        );
        const earnings = items.map(({ key, label, share, revenue, profit, margin }) => {
          return { key, label, share, revenue, profit, margin };
        });
        if (by !== 'weekday') t.same(earningsBy(db, by, filter, 100), { items: earnings, total: items.length });
        const periods = measuresByPeriod(db, filter, granularity);
        t.same(
          revenueByPeriod(db, filter, granularity),
          periods.map(({ period, revenue }) => ({ period, revenue })),
        );
      },
    ),
    { numRuns: 60 },
  );
});

t.test('the summary equals plain SQL over the sales, under any filter', async (t) => {
  fc.assert(
    fc.property(filters, (filter) => {
      const { sql, values } = where(filter);
      const plain = db
        .prepare(
          `SELECT count(*) AS lines, coalesce(sum(revenue), 0) / 1e4 AS revenue, coalesce(sum(revenue - cost), 0) / 1e4 AS profit,
             coalesce(sum(quantity), 0) / 1e3 AS units, min(iif(day = 0, NULL, day)) AS first, max(iif(day = 0, NULL, day)) AS last
           FROM ${JOINED} WHERE ${sql}`,
        )
        .get(...values) as Record<string, number>;
      const found = summary(db, filter);
      const digits = (text: string | null) => (text === null ? null : Number(text.replaceAll('-', '')));
      t.same(
        [found.lines, found.revenue, found.profit, found.units, digits(found.first_day), digits(found.last_day)],
        [plain.lines, plain.revenue, plain.profit, plain.units, plain.first, plain.last],
        JSON.stringify(filter),
      );
      t.equal(found.orders === null, filter.product !== undefined || filter.category !== undefined);
    }),
    { numRuns: 100 },
  );
  const orders = db.prepare('SELECT count(DISTINCT order_ref) FROM sales').pluck().get();
  t.equal(summary(db).orders, orders);
});

t.test('the trend equals plain SQL over the sales, by day, week and month', async (t) => {
  const periods = {
    day: "format('%d-%02d-%02d', day / 10000, day / 100 % 100, day % 100)",
    week: "date(format('%d-%02d-%02d', day / 10000, day / 100 % 100, day % 100), '-6 days', 'weekday 1')",
    month: "format('%d-%02d', day / 10000, day / 100 % 100)",
  };
  fc.assert(
    fc.property(filters, fc.constantFrom('day' as const, 'week' as const, 'month' as const), (filter, granularity) => {
      const { sql, values } = where(filter);
      const plain = db
        .prepare(
          `SELECT ${periods[granularity]} AS period, coalesce(sum(revenue), 0) / 1e4 AS revenue,
             coalesce(sum(revenue - cost), 0) / 1e4 AS profit, coalesce(sum(quantity), 0) / 1e3 AS units
           FROM ${JOINED} WHERE ${sql} AND day > 0 GROUP BY 1 ORDER BY 1`,
        )
        .all(...values);
      const found = trend(db, filter, { granularity });
      t.same(
        found.map(({ period, revenue, profit, units }) => ({ period, revenue, profit, units })),
        plain,
        JSON.stringify(filter),
      );
    }),
    { numRuns: 100 },
  );
});

t.test('the rolling average is the mean of seven days, days without sales included', async (t) => {
  const points = trend(db, { from: '2026-01-10', to: '2026-01-20', store: 'S1' });
  const before = trend(db, { to: '2026-01-20', store: 'S1' });
  t.equal(points[0]!.period, '2026-01-10');
  for (const { period, rolling_average } of points) {
    const earliest = new Date(Date.parse(period) - 6 * 86_400_000).toISOString().slice(0, 10);
    const week = before.filter((point) => point.period >= earliest && point.period <= period);
    const mean = week.reduce((sum, point) => sum + point.revenue, 0) / 7;
    t.ok(Math.abs(rolling_average! - mean) < 0.0051, `${period}: ${rolling_average} is about ${mean}`);
  }
  t.equal(trend(db)[2]!.rolling_average, null);
});

t.test('limit and offset take a part of the answer', async (t) => {
  const all = topProducts(db, {}, {});
  t.equal(topProducts(db).length, 5);
  t.same(topProducts(db, {}, { limit: 2, offset: 1 }), all.slice(1, 3));
  t.same(trend(db, {}, { limit: 2, offset: 3 }), trend(db).slice(3, 5));
});

t.test('a date that is none is refused', async (t) => {
  for (const from of ['2026-02-30', '2026-2-3', 'yesterday'])
    t.throws(() => summary(db, { from }), { code: 'invalid_date' });
});

t.test('a period is whole months and few days', async (t) => {
  const span = ({ grain, from, to, sign }: ReturnType<typeof spansOf>[number]) =>
    `${sign < 0 ? '-' : '+'}${grain} ${from}..${to}`;
  const spans = (from: number | null, to: number | null, byDekad = false) => spansOf({ from, to }, byDekad).map(span);
  t.same(spans(null, null), ['+month 0..999912']);
  t.same(spans(20260101, 20260331), ['+month 202601..202603']);
  t.same(spans(20260130, 20260302), ['+month 202602..202602', '+day 20260130..20260131', '+day 20260301..20260302']);
  t.same(spans(20260103, 20260329), ['+month 202601..202603', '-day 20260101..20260102', '-day 20260330..20260331']);
  t.same(spans(20260103, 20260104), ['+day 20260103..20260104']);
  t.same(spans(20260103, 20260130), ['+month 202601..202601', '-day 20260101..20260102', '-day 20260131..20260131']);
  t.same(spans(20260201, 20260101), []);
  t.same(spans(20260112, 20260318, true), [
    '+month 202602..202602',
    '+dekad 2026011..2026012',
    '+dekad 2026030..2026031',
    '-day 20260111..20260111',
    '-day 20260319..20260320',
  ]);
  t.same(spans(20260219, 20260302, true), [
    '+dekad 2026022..2026022',
    '+day 20260219..20260220',
    '+day 20260301..20260302',
  ]);
});

t.test('spans count every day of a period once, and no other', async (t) => {
  const days = Array.from({ length: 120 }, (_, i) => plusDays(20251218, i));
  const grains = { day: (day: number) => day, dekad: dekadOf, month: monthOf };
  const bound = fc.option(fc.constantFrom(...days));
  fc.assert(
    fc.property(bound, bound, fc.boolean(), (from, to, byDekad) => {
      const spans = spansOf({ from, to }, byDekad);
      const times = (day: number) =>
        spans.reduce((sum, span) => {
          const period = grains[span.grain](day);
          return period >= span.from && period <= span.to ? sum + span.sign : sum;
        }, 0);
      const least = from ?? (to === null ? 0 : 1);
      t.same(
        [0, ...days].filter((day) => times(day) !== Number(day >= least && day <= (to ?? 99991231))),
        [],
      );
      const single = spans.filter(({ grain }) => grain === 'day').reduce((sum, { from, to }) => sum + to - from + 1, 0);
      t.ok(single <= (byDekad ? 10 : 31), `${single} days`);
    }),
    { numRuns: 300 },
  );
});

t.test('identifiers can be read back, and the version counts commits', async (t) => {
  const refs = db
    .prepare('SELECT DISTINCT order_ref FROM sales WHERE order_ref IS NOT NULL LIMIT 5')
    .pluck()
    .all() as number[];
  for (const ref of refs) t.match(identifierOf(db, ref), /^ORD-\d{5}$/);
  t.equal(identifierOf(db, null), null);
  t.ok(warehouseVersion(db) > 0);
});
