import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Batch } from '../../../engine/batch.ts';
import { fillOptions } from '../../../engine/fill-options.ts';
import type { Fault } from '../../../engine/operator.ts';
import { csvSource } from '../../../operators/csv-source.ts';
import { type Dataset, readConfig } from '../../../operators/dataset/config.ts';
import { compilePlan } from '../../../operators/dataset/plan.ts';
import { enrich } from '../../../operators/enrich.ts';
import { validate } from '../../../operators/validate.ts';
import { SHARED, sharedMissing } from '../csv/reading.ts';
import { Collected, contextWith } from '../in-memory.ts';

const EXAMPLES = join(import.meta.dirname, '../../../docs/examples');

interface Sums {
  /** Canonical column to its sum, as integers of the column's scale. */
  readonly sums: Record<string, number>;
  readonly dead: { readonly faults: readonly Fault[] }[];
  readonly byRegion: Record<string, number>;
}

/** The example's one dataset. */
async function exampleOf(name: string): Promise<Dataset> {
  const { datasets } = await readConfig(join(EXAMPLES, name, 'schema_config.json'));
  return [...datasets.values()][0]!;
}

/** Runs files through source, validate and enrich as the dataset says. */
async function load(dataset: Dataset, files: readonly string[]): Promise<Sums> {
  const total: Sums = { sums: {}, dead: [], byRegion: {} };
  const [source, ...rest] = compilePlan(dataset, { home: '/', checkpointBytes: 1 << 24 });
  const [typing, enriching] = [validate, enrich].map((operator) => ({
    operator,
    options: fillOptions(operator, rest.find((step) => step.operator === operator.name)!.options),
  }));
  for (const path of files) {
    const options = fillOptions(csvSource, { ...source!.options, path });
    const out = new Collected();
    const typed = new Collected();
    const read = csvSource.source!(options, contextWith());
    const operator = typing!.operator.create!(typing!.options, contextWith());
    for await (const batch of read.read(out)) if (batch instanceof Batch) await operator.process(batch, typed, 'main');
    const enriched = new Collected();
    const last = enriching!.operator.create!(enriching!.options, contextWith());
    for (const batch of typed.batches) await last.process(batch, enriched, 'main');
    for (const batch of enriched.batches) add(total, batch);
    total.dead.push(...out.dead, ...typed.dead);
  }
  return total;
}

function add({ sums, byRegion }: Sums, batch: Batch): void {
  for (const [name, column] of batch.columns) {
    if (column.kind !== 'number') continue;
    for (const value of column.values) if (!Number.isNaN(value)) sums[name] = (sums[name] ?? 0) + value;
  }
  const region = batch.columns.get('region');
  const revenue = batch.columns.get('revenue');
  if (!region || revenue?.kind !== 'number') return;
  for (let row = 0; row < batch.length; row++) {
    const name = String(region.get(row));
    byRegion[name] = (byRegion[name] ?? 0) + (revenue.get(row) as number);
  }
}

const filesIn = (folder: string, pattern: RegExp) =>
  readdirSync(join(SHARED, folder))
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(SHARED, folder, name));

t.test('online-retail: net revenue in all and by country', { skip: sharedMissing }, async (t) => {
  const { sums, dead, byRegion } = await load(await exampleOf('online-retail'), filesIn('online-retail', /\.csv$/));
  const golden = JSON.parse(readFileSync(join(SHARED, 'online-retail.golden.json'), 'utf8')) as {
    by_country: Record<string, string>;
  };
  t.equal(sums.revenue, 97_477_479_340);
  t.strictSame(dead, []);
  for (const [country, amount] of Object.entries(golden.by_country)) {
    t.equal(byRegion[country], Math.round(Number(amount) * 10_000), country);
  }
});

t.test('superstore: sales, profit and quantity', { skip: sharedMissing }, async (t) => {
  const { sums, dead } = await load(await exampleOf('superstore'), filesIn('superstore', /\.csv$/));
  t.strictSame(dead, []);
  t.equal(sums.revenue, 22_972_008_603);
  t.equal(sums.profit, 2_863_970_217);
  t.equal(sums.quantity, 37_873_000);
  t.equal(sums.cost, 22_972_008_603 - 2_863_970_217);
});

t.test(
  'dirty-cafe-sales: complete records are loaded, all others are dead letters',
  { skip: sharedMissing },
  async (t) => {
    const { sums, dead } = await load(await exampleOf('dirty-cafe-sales'), filesIn('dirty-cafe-sales', /\.csv$/));
    t.equal(sums.revenue, 659_295_000);
    t.equal(dead.length, 10_010 - 7392);
    t.ok(dead.every(({ faults }) => faults.every(({ code }) => code === 'missing_value')));
  },
);

t.test('python-original: revenue of each file, profit of the newest', { skip: sharedMissing }, async (t) => {
  const golden = JSON.parse(readFileSync(join(SHARED, 'python-original/golden.json'), 'utf8')) as {
    runs_recomputed_from_raw: { file: string; revenue: number }[];
    'dashboard overall': { total_profit: number };
  };
  const dataset = await exampleOf('python-original');
  for (const { file, revenue } of golden.runs_recomputed_from_raw) {
    const { sums, dead } = await load(dataset, [join(SHARED, 'python-original', file)]);
    t.strictSame(dead, []);
    t.equal(sums.revenue, Math.round(revenue * 10_000), file);
  }
  const newest = golden.runs_recomputed_from_raw.at(-1)!.file;
  const { sums } = await load(dataset, [join(SHARED, 'python-original', newest)]);
  t.equal(sums.profit, Math.round(golden['dashboard overall'].total_profit * 10_000));
});

t.test('the shipped datasets load what they describe', async (t) => {
  const { datasets } = await readConfig(join(EXAMPLES, '../../schema_config.json'));
  const folder = t.testdir({
    'rich.csv': `order_id,line,sold_at,store_id,product_id,customer_id,quantity,unit_price,discount,payment_method
O1,1,2025-12-01 08:30:00,S001,P0001,,2,10.00,0.1,card
O1,2,2025-12-01 08:30:00,S001,P0002,C1,-1,5.55,,cash
O2,1,1899-12-31 10:00:00,S001,P0001,C1,0,-1,2,NULL
`,
    'daily.csv': 'date,region,product_id,revenue,cost,quantity\n2025-11-11,South,P017,580.38,112.44,4\n',
  });
  const rich = await load({ ...datasets.get('sales')!, catalogue: undefined, stores: undefined }, [
    join(folder, 'rich.csv'),
  ]);
  t.equal(rich.sums.revenue, 180_000 - 55_500);
  t.strictSame(
    rich.dead.map(({ faults }) => faults.map(({ code, field }) => `${field}: ${code}`).sort()),
    [['discount: out_of_range', 'quantity: pattern_mismatch', 'sold_at: out_of_range', 'unit_price: out_of_range']],
  );
  const daily = await load({ ...datasets.get('sales_daily')!, catalogue: undefined }, [join(folder, 'daily.csv')]);
  t.equal(daily.sums.profit, 5_803_800 - 4 * 1_124_400);
});
