import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Home } from '../../jobs/home.ts';
import { initHome } from '../../jobs/home.ts';
import type { RunReport } from '../../jobs/ingest/report.ts';
import { ingest } from '../../jobs/ingest.ts';
import { tillstream } from '../bin/terminal-in-memory.ts';
import { figure } from './home-with.ts';

/** Real data, which is kept beside the project and not in it. */
const DATA = join(import.meta.dirname, '../../../shared/data');
const skip = !existsSync(DATA) && `${DATA} is not here`;

interface Loaded {
  readonly home: Home;
  readonly report: RunReport;
  ask<T>(line: string): Promise<T>;
}

/** Loads files into a home made from an example, by configuration alone. */
async function loaded(t: Test, example: string, folder = example, names?: readonly string[]): Promise<Loaded> {
  const home = await initHome(join(t.testdir(), 'home'), example);
  const dir = join(DATA, folder);
  const files = (names ?? csvsIn(dir)).map((name) => join(dir, name));
  const report = await ingest({ home, files });
  const ask = async <T>(line: string) =>
    (await tillstream([...line.split(' '), '--json', '--home', home.dir])).json<T>();
  t.match(await ask('verify'), { ok: true, differences: [] }, 'every figure is what the sales say');
  t.equal(report.ledger.balanced, true);
  return { home, report, ask };
}

function csvsIn(dir: string): string[] {
  return (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.csv')).sort();
}

const golden = <T>(path: string): T => JSON.parse(readFileSync(join(DATA, path), 'utf8')) as T;

interface RetailGolden {
  readonly counts: { readonly rows: number };
  readonly invoices: number;
  readonly net_revenue: string;
  readonly by_month: Record<string, string>;
  readonly by_country: Record<string, string>;
}

t.test('online-retail: net revenue in all, by month and by country', { skip }, async (t) => {
  const expected = golden<RetailGolden>('online-retail.golden.json');
  const { report, ask } = await loaded(t, 'online-retail');
  t.equal(report.files.length, 305);
  t.equal(report.ledger.read, expected.counts.rows);
  t.equal(report.ledger.inserted, expected.counts.rows);
  t.equal(report.ledger.revenue.inserted, expected.net_revenue);
  const summary = await ask<{ orders: number; revenue: number }>('kpi summary');
  t.equal(summary.orders, expected.invoices);
  t.equal(summary.revenue, Number(expected.net_revenue));
  const months = await ask<{ period: string; revenue: number }[]>('kpi trend --granularity month');
  t.strictSame(Object.fromEntries(months.map(({ period, revenue }) => [period, revenue])), numbers(expected.by_month));
  const countries = await ask<{ region: string; total_revenue: number }[]>('kpi revenue');
  t.same(Object.fromEntries(countries.map((row) => [row.region, row.total_revenue])), numbers(expected.by_country));
});

function numbers(texts: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Number(text)]));
}

t.test('superstore: sales, profit and quantity', { skip }, async (t) => {
  const { report, ask } = await loaded(t, 'superstore');
  t.match(report.files, [{ status: 'done', read: 9994, inserted: 9994, revenue: { inserted: '2297200.8603' } }]);
  t.match(await ask('kpi summary'), { revenue: 2297200.8603, profit: 286397.0217, units: 37873 });
});

t.test('dirty-cafe-sales: what is complete is loaded, the rest rejected', { skip }, async (t) => {
  const { report, ask } = await loaded(t, 'dirty-cafe-sales');
  t.match(report.files, [
    { status: 'done', read: 10_010, inserted: 7392, dead_lettered: 2618, revenue: { inserted: '65929.5' } },
  ]);
  const { total } = await ask<{ total: number }>('dead-letters');
  t.equal(total, 2618);
});

interface OriginalGolden {
  readonly 'GET /kpi/revenue': readonly Kpi[];
  readonly 'GET /kpi/top-products (limit=5)': readonly Kpi[];
  readonly runs_recomputed_from_raw: readonly { file: string; rows: number; agg_rows: number; revenue: number }[];
}

interface Kpi {
  readonly region?: string;
  readonly product_id?: string;
  readonly total_revenue: number;
  readonly total_profit: number;
  readonly avg_margin: number;
}

/** Revenue and profit to the cent, margins within 0.01. */
function sameKpis(t: Test, got: readonly Kpi[], expected: readonly Kpi[]): void {
  const exact = (rows: readonly Kpi[]) => rows.map(({ avg_margin: _, ...rest }) => rest);
  t.strictSame(exact(got), exact(expected));
  got.forEach(({ avg_margin }, i) => {
    t.ok(Math.abs(avg_margin - expected[i]!.avg_margin) < 0.0101, `margin ${avg_margin} is ${expected[i]!.avg_margin}`);
  });
}

t.test('python-original: the KPI responses of the system before', { skip }, async (t) => {
  const expected = golden<OriginalGolden>('python-original/golden.json');
  const { ask } = await loaded(t, 'python-original', 'python-original', ['sales_20251114_131239.csv']);
  sameKpis(t, await ask('kpi revenue'), expected['GET /kpi/revenue']);
  sameKpis(t, await ask('kpi top-products --limit 5'), expected['GET /kpi/top-products (limit=5)']);
});

t.test('python-original: aggregated rows and revenue of each file', { skip }, async (t) => {
  const { runs_recomputed_from_raw: runs } = golden<OriginalGolden>('python-original/golden.json');
  for (const { file, rows, agg_rows, revenue } of runs) {
    const { home, report } = await loaded(t, 'python-original', 'python-original', [file]);
    t.match(report.files, [{ read: rows, inserted: rows, revenue: { inserted: String(revenue) } }], file);
    t.equal(figure(home, 'SELECT count(*) FROM sales_aggregated'), agg_rows, file);
  }
});

t.test('csv-spectrum: every value as its JSON says', { skip }, async (t) => {
  const names = csvsIn(join(DATA, 'csv-spectrum/csvs'));
  t.equal(names.length, 12);
  // One by one: some are the same bytes under another name.
  for (const name of names) {
    const { home, report } = await loaded(t, 'csv-spectrum', 'csv-spectrum/csvs', [name]);
    t.match(report.files, [{ status: 'done', dead_lettered: 0 }], name);
    const expected = [golden<CellTexts | CellTexts[]>(`csv-spectrum/json/${name.replace('.csv', '.json')}`)].flat();
    t.strictSame(JSON.parse(String(figure(home, ATTRIBUTES))), expected.map(withValues), name);
  }
});

const ATTRIBUTES = 'SELECT json_group_array(json(attributes)) FROM (SELECT * FROM sale_attributes ORDER BY 1)';

type CellTexts = Readonly<Record<string, string>>;

/** Where the JSON of csv-spectrum is not of the CSV beside it: another telephone number, and CRLF where the CSV has LF. */
const SLIPS: Readonly<Record<string, readonly [json: string, csv: string]>> = {
  '1234567890': ['1234567890', '2095257564'],
  'Once upon \r\na time': ['\r\n', '\n'],
};

/** Empty cells are no values. */
function withValues(record: CellTexts): CellTexts {
  const cells = Object.entries(record).filter(([, value]) => value !== '');
  return Object.fromEntries(cells.map(([name, value]) => [name, value.replace(...(SLIPS[value] ?? ['', '']))]));
}

interface Letters {
  readonly total: number;
  readonly items: readonly { readonly file: string; readonly line: number; readonly faults: readonly object[] }[];
}

t.test('duckdb-rejects: every fault a dead letter with its line, the ledger balanced', { skip }, async (t) => {
  const { report, ask } = await loaded(t, 'duckdb-rejects');
  const { total, items } = await ask<Letters>('dead-letters --limit 100000');
  t.equal(total, report.ledger.dead_lettered);
  const paths = csvsIn(join(DATA, 'duckdb-rejects'));
  t.equal(report.files.length, paths.length);
  for (const { name, status, balanced, dead_lettered } of report.files) {
    t.match({ status, balanced }, { status: 'done', balanced: true }, name);
    const letters = items.filter(({ file }) => file === name);
    t.equal(letters.length, dead_lettered, `${name}: as many as the ledger says`);
    t.ok(letters.length > 0, `${name} has faults`);
    const path = paths.find((each) => basename(each) === name) ?? '';
    const lines = readFileSync(join(DATA, 'duckdb-rejects', path), 'latin1').split(/\r\n|\r|\n/).length;
    const sound = letters.every(({ line, faults }) => line >= 1 && line <= lines && faults.length > 0);
    t.ok(sound, `${name}: each with its line and faults`);
  }
});
