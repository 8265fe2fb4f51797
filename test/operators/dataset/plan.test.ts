import { isAbsolute, join } from 'node:path';
import t from 'tap';
import { makePlan } from '../../../engine/plan.ts';
import { aggregate } from '../../../operators/aggregate.ts';
import { batchInsert } from '../../../operators/batch-insert.ts';
import { csvSink } from '../../../operators/csv-sink.ts';
import { csvSource } from '../../../operators/csv-source.ts';
import { compilePlan, USUAL_PLAN } from '../../../operators/dataset/plan.ts';
import { deadLetter } from '../../../operators/dead-letter.ts';
import { enrich } from '../../../operators/enrich.ts';
import { validate } from '../../../operators/validate.ts';
import { datasetOf } from './datasets.ts';

const target = { home: '/shop', checkpointBytes: 1_000_000 };
const fields = [
  { name: 'Date', type: 'date', format: '%d/%m/%Y' } as const,
  { name: 'Item' },
  { name: 'Qty', type: 'integer' } as const,
];

t.test('the usual plan, with options that follow from the dataset', async (t) => {
  const dataset = datasetOf({
    fields,
    map: { sold_at: 'Date', product_id: 'Item', quantity: 'Qty' },
    dialect: { delimiter: ';' },
    missingValues: ['', '-'],
    defaults: { currency: 'EUR' },
    primaryKey: 'Item',
    disposition: 'merge',
    catalogue: 'data/products.csv',
    stores: 'data/stores.csv',
  });
  const steps = compilePlan(dataset, target);
  t.strictSame(
    steps.map(({ operator }) => operator),
    USUAL_PLAN,
  );
  const options = Object.fromEntries(steps.map((step) => [step.operator, step.options]));
  t.match(options['csv-source'], { delimiter: ';', header: true, checkpointBytes: 1_000_000 });
  t.strictSame(options.validate, {
    fields,
    missingValues: ['', '-'],
    map: dataset.map,
    defaults: { currency: 'EUR' },
    contract: { columns: 'evolve', types: 'discard_row' },
  });
  t.strictSame(options.enrich, {
    catalogue: join('/shop', 'data/products.csv'),
    stores: join('/shop', 'data/stores.csv'),
  });
  t.strictSame(options['batch-insert'], { dataset: 'shop', disposition: 'merge', primaryKey: ['product_id'] });
  t.match(options['dead-letter'], { columns: ['Date', 'Item', 'Qty'], delimiter: ';' });
  t.strictSame(JSON.parse(JSON.stringify(steps)), steps, 'is plain JSON');
});

t.test('every option that is derived is one that its operator knows', async (t) => {
  const operators = [csvSource, validate, enrich, aggregate, deadLetter, csvSink, batchInsert];
  const registry = new Map(operators.map((operator) => [operator.name, operator]));
  const dataset = datasetOf({
    fields,
    map: { sold_at: 'Date' },
    outputs: ['enriched', 'aggregated'],
    catalogue: 'c.csv',
  });
  const plan = makePlan(compilePlan(dataset, target), registry);
  t.strictSame(
    plan.map(({ id }) => id),
    ['csv-source', 'validate', 'enrich', 'aggregate', 'dead-letter', 'enriched', 'aggregated', 'batch-insert'],
  );
  t.ok(isAbsolute(String(plan[2]!.options.catalogue)));
});

t.test("a plan of the dataset's own keeps its order, and its options go before what is derived", async (t) => {
  const dataset = datasetOf({
    fields,
    operators: [
      'csv-source',
      { operator: 'validate', options: { attributes: false, missingValues: ['x'] } },
      { operator: 'filter', id: 'only-north', options: { where: 'region = North' } },
      'batch-insert',
    ],
  });
  const steps = compilePlan(dataset, target);
  t.strictSame(
    steps.map(({ operator }) => operator),
    ['csv-source', 'validate', 'filter', 'batch-insert'],
  );
  t.match(steps[1]!.options, { attributes: false, missingValues: ['x'], fields });
  t.match(steps[2], { id: 'only-north', options: { where: 'region = North' } });
});

t.test('a column that drift found renamed becomes an alias', async (t) => {
  const dataset = datasetOf({ fields: [{ name: 'Item', aliases: ['sku'] }] });
  const validate = compilePlan(dataset, { ...target, renames: { Item: 'Article' } })[1]!;
  t.strictSame(validate.options.fields, [{ name: 'Item', aliases: ['sku', 'Article'] }]);
  t.strictSame(dataset.fields, [{ name: 'Item', aliases: ['sku'] }], 'the dataset stays as it was');
});

t.test('a file without header gets its names from the fields', async (t) => {
  const dataset = datasetOf({ fields, dialect: { header: false }, match: { files: ['*.txt'] } });
  t.match(compilePlan(dataset, target)[0]!.options, { header: false, fields: ['Date', 'Item', 'Qty'] });
});

t.test("rejected rows are written in the file's own columns", async (t) => {
  const steps = compilePlan(datasetOf({ fields }), { ...target, header: ['Item', 'DATE', 'Qty', 'Note'] });
  t.strictSame(steps.find(({ operator }) => operator === 'dead-letter')!.options.columns, [
    'Item',
    'DATE',
    'Qty',
    'Note',
  ]);
});
