import t from 'tap';
import type { KpiBreakdown, KpiSummary, KpiTrend, RegionRevenue, TopProduct } from '../../server/schemas.ts';
import { json, loaded, newHome, type Serving, salesCents, salesCsv, served } from './serving.ts';

const DAILY = `date,region,product_id,revenue,cost,quantity
2025-11-07,South,P001,100.10,10.00,5
2025-11-07,North,P001,50.05,10.00,2
2025-11-08,South,P002,200.20,25.50,4
2025-11-09,=1+1,P003,10.00,1.00,1
2025-11-10,South,P001,60.00,10.00,3
`;

async function daily(t: Parameters<typeof newHome>[0]): Promise<Serving> {
  const home = await newHome(t, 'python-original');
  const serving = await served(t, home);
  await loaded(serving, home, { 'sales_1.csv': DAILY });
  return serving;
}

t.test('revenue and top products have the shapes of the Python original', async (t) => {
  const serving = await daily(t);
  const revenue = await json<RegionRevenue[]>(serving, '/kpi/revenue');
  // Margins: South's cells 50.05 %, 49.05 % and 50 %; North's 60.04 %; the formula's 90 %.
  t.same(revenue, [
    { region: 'South', total_revenue: 360.3, total_profit: 178.3, avg_margin: 49.7 },
    { region: 'North', total_revenue: 50.05, total_profit: 30.05, avg_margin: 60.04 },
    { region: '=1+1', total_revenue: 10, total_profit: 9, avg_margin: 90 },
  ]);
  const products = await json<TopProduct[]>(serving, '/kpi/top-products?limit=2');
  t.same(Object.keys(products[0] ?? {}), ['product_id', 'total_revenue', 'total_profit', 'avg_margin']);
  t.match(products, [
    { product_id: 'P001', total_revenue: 210.15, total_profit: 110.15 },
    { product_id: 'P002', total_revenue: 200.2, total_profit: 98.2 },
  ]);
  t.equal((await json<TopProduct[]>(serving, '/kpi/top-products?limit=1&order=-revenue'))[0]?.product_id, 'P003');
  t.equal((await json<TopProduct[]>(serving, '/kpi/top-products?limit=1&offset=1'))[0]?.product_id, 'P002');
});

t.test('a download cannot carry a formula', async (t) => {
  const serving = await daily(t);
  const response = await fetch(`${serving.url}/kpi/revenue?format=csv`);
  t.match(response.headers.get('content-type'), 'text/csv');
  t.match(response.headers.get('content-disposition'), 'revenue.csv');
  const lines = (await response.text()).split('\r\n');
  t.equal(lines[0], 'region,total_revenue,total_profit,avg_margin');
  t.equal(lines[3], "'=1+1,10,9,90");
  t.equal(lines.length, 5, 'and one empty line after the last');
});

t.test('filters, comparison and trend', async (t) => {
  const serving = await daily(t);
  const summary = await json<KpiSummary>(
    serving,
    '/kpi/summary?region=South&from=2025-11-08&to=2025-11-10&compare=previous_period',
  );
  t.match(summary, {
    revenue: 260.2,
    lines: 2,
    units: 7,
    first_day: '2025-11-08',
    last_day: '2025-11-10',
    provisional: false,
  });
  t.match(summary.previous, { first_day: '2025-11-05', last_day: '2025-11-07', revenue: 100.1 });
  t.equal(summary.change?.revenue, 1.599401, '260.2 / 100.1 - 1');
  const both = await json<KpiSummary>(serving, '/kpi/summary?region=South&region=North&product=P001');
  t.match(both, { revenue: 210.15, orders: null, average_basket: null });
  const trend = await json<KpiTrend>(serving, '/kpi/trend?window=2&from=2025-11-08');
  t.same(
    trend.items.map(({ period, revenue, rolling_average, change }) => [period, revenue, rolling_average, change]),
    [
      ['2025-11-08', 200.2, 175.18, 0.333333],
      ['2025-11-09', 10, 105.1, -0.95005],
      ['2025-11-10', 60, 35, 5],
    ],
  );
  const months = await json<KpiTrend>(serving, '/kpi/trend?granularity=month');
  t.match(months.items, [{ period: '2025-11', revenue: 420.35, rolling_average: null }]);
  const weeks = await json<KpiTrend>(serving, '/kpi/trend?granularity=week&from=2025-11-08&compare=previous_period');
  t.same(
    weeks.items.map(({ period, revenue }) => [period, revenue]),
    [
      ['2025-11-03', 210.2],
      ['2025-11-10', 60],
    ],
  );
  t.same(await json(serving, '/kpi/revenue?region=West'), []);
});

t.test('breakdowns add up to the summary, whatever they are by', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  await loaded(serving, home, { 'a.csv': salesCsv(2_000) });
  const summary = await json<KpiSummary>(serving, '/kpi/summary');
  t.equal(summary.revenue, salesCents(2_000) / 100);
  t.equal(summary.orders, 1_000);
  for (const by of ['region', 'store', 'category', 'product', 'weekday', 'hour', 'weekday_hour', 'payment']) {
    const { items, total } = await json<KpiBreakdown>(serving, `/kpi/breakdown?by=${by}&limit=1000`);
    t.equal(items.length, total, by);
    const sum = (name: 'revenue' | 'profit' | 'lines' | 'units') =>
      items.reduce((all, row) => all + (row[name] ?? 0), 0);
    t.equal(sum('revenue').toFixed(4), summary.revenue.toFixed(4), `${by}: revenue`);
    t.equal(sum('profit').toFixed(4), summary.profit?.toFixed(4), `${by}: profit`);
    t.equal(sum('lines'), summary.lines, `${by}: lines`);
    t.equal(sum('units'), summary.units, `${by}: units`);
    t.equal(items.reduce((all, { share }) => all + (share ?? 0), 0).toFixed(6), '1.000000', `${by}: shares`);
  }
  const hours = await json<KpiBreakdown>(serving, '/kpi/breakdown?by=hour&from=2026-03-01&to=2026-03-01');
  t.same(
    hours.items.map(({ key }) => key),
    ['8', '12', '16'],
    'orders of the first of March are at 8, 12 and 16',
  );
  const heat = await json<KpiBreakdown>(serving, '/kpi/breakdown?by=weekday_hour&from=2026-03-01&to=2026-03-01');
  t.same(
    heat.items.map(({ key }) => key),
    ['7-8', '7-12', '7-16'],
    'it was a Sunday',
  );
  const cash = await json<KpiBreakdown>(serving, '/kpi/breakdown?by=payment&store=S001&order=-revenue');
  t.same(cash.items.map(({ key }) => key).sort(), ['card', 'cash']);
});

t.test('a poll that finds nothing new costs nothing', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  await loaded(serving, home, { 'a.csv': salesCsv(10) });
  for (const path of [
    '/kpi/summary',
    '/kpi/revenue',
    '/kpi/trend',
    '/kpi/insights',
    '/kpi/filters',
    '/kpi/breakdown?by=store',
  ]) {
    const first = await fetch(`${serving.url}${path}`);
    const etag = first.headers.get('etag') ?? '';
    await first.body?.cancel();
    const again = await fetch(`${serving.url}${path}`, { headers: { 'if-none-match': etag } });
    t.equal(again.status, 304, path);
    t.equal(await again.text(), '');
  }
  const { headers } = await fetch(`${serving.url}/kpi/summary`);
  const etag = headers.get('etag') ?? '';
  await loaded(serving, home, { 'b.csv': salesCsv(10, 100) });
  const after = await fetch(`${serving.url}/kpi/summary`, { headers: { 'if-none-match': etag } });
  t.equal(after.status, 200, 'after a commit the answer is another one');
  t.match(await after.json(), { lines: 20 });
});

t.test('insights are sentences with the figures in them', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  t.same((await json<{ items: unknown[] }>(serving, '/kpi/insights')).items, [], 'nothing is said of nothing');
  await loaded(serving, home, { 'a.csv': salesCsv(3_000) });
  const { items } = await json<{ items: { code: string; text: string; figures: Record<string, unknown> }[] }>(
    serving,
    '/kpi/insights',
  );
  const region = items.find(({ code }) => code === 'top_region');
  const [best] = await json<RegionRevenue[]>(serving, '/kpi/revenue');
  t.equal(region?.figures.revenue, best?.total_revenue);
  t.match(region?.text, best?.region ?? '');
  t.ok(items.some(({ code }) => code === 'momentum'));
  for (const { text } of items) t.match(text, /^[A-Z0-9].*\.$/);
});

t.test('what cannot be asked is refused with the place and the reason', async (t) => {
  const home = await newHome(t);
  const serving = await served(t, home);
  t.match(await json(serving, '/kpi/summary?regoin=South'), {
    status: 400,
    code: 'invalid_request',
    detail: /querystring\/regoin.*region/,
    errors: [{ place: 'querystring/regoin' }],
  });
  t.match(await json(serving, '/kpi/trend?granularity=year'), {
    code: 'invalid_request',
    detail: /must be one of day, week, month/,
  });
  t.match(await json(serving, '/kpi/summary?from=2026-02-30'), { code: 'invalid_request' });
  t.match(await json(serving, '/kpi/summary?from=2026-02-02&to=2026-02-01'), { code: 'invalid_period' });
  t.match(await json(serving, '/kpi/breakdown'), { code: 'invalid_request' });
  const injected = await json<unknown[]>(serving, `/kpi/revenue?region=${encodeURIComponent("x' OR 1=1 --")}`);
  t.same(injected, [], 'what is given is bound, never part of the statement');
});
