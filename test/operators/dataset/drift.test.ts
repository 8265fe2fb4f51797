import fc from 'fast-check';
import t from 'tap';
import { type DriftReport, driftRecords, findDrift } from '../../../operators/dataset/drift.ts';
import { findDataset } from '../../../operators/dataset/match.ts';
import { type FileShape, profileSample } from '../../../operators/dataset/profile.ts';
import type { DatasetDescriptor } from '../../../operators/dataset/schema.ts';
import { configOf, datasetOf } from './datasets.ts';

const SHOP: DatasetDescriptor = {
  fields: [
    { name: 'order_date', type: 'date', format: '%Y-%m-%d', constraints: { required: true } },
    { name: 'sku', constraints: { required: true } },
    { name: 'quantity', type: 'integer', constraints: { required: true } },
    { name: 'unit_price', type: 'number', constraints: { required: true } },
    { name: 'payment' },
  ],
};

const withContract = (contract: NonNullable<DatasetDescriptor['contract']>) => datasetOf({ ...SHOP, contract });

type Cells = Record<string, (row: number) => string>;

const USUAL: Cells = {
  order_date: (i) => `2024-03-${String((i % 28) + 1).padStart(2, '0')}`,
  sku: (i) => `A-${100 + (i % 9)}`,
  quantity: (i) => String((i % 6) + 1),
  unit_price: (i) => ((i % 11) * 1.37 + 0.5).toFixed(2),
  payment: (i) => ['card', 'cash', 'voucher'][i % 3]!,
};

/** A file with the usual columns, some of them changed, renamed or left out. */
function fileWith(changes: Cells = {}, without: readonly string[] = []): FileShape {
  const cells = { ...USUAL, ...changes };
  const header = Object.keys(cells).filter((name) => !without.includes(name));
  return profileSample(
    header,
    Array.from({ length: 60 }, (_, i) => header.map((name) => cells[name]!(i))),
  );
}

const brief = ({ findings }: DriftReport) =>
  findings.map(({ kind, against, column, action }) => `${against} ${kind} ${column}: ${action}`);

t.test('a file as described has no drift', async (t) => {
  t.strictSame(findDrift(datasetOf(SHOP), fileWith(), fileWith()), { findings: [], renames: {} });
});

t.test('a new column goes as the contract says', async (t) => {
  const shape = fileWith({ colour: () => 'red' });
  const of = (columns: 'evolve' | 'freeze' | 'discard_row' | 'discard_value') =>
    findDrift(withContract({ columns }), shape);
  t.strictSame(brief(of('evolve')), ['dataset added colour: kept_as_attributes']);
  t.strictSame(brief(of('discard_row')), ['dataset added colour: record_discarded']);
  t.strictSame(brief(of('discard_value')), ['dataset added colour: value_discarded']);
  t.equal(of('evolve').failure, undefined);
  t.match(
    of('freeze').failure,
    /^the file is not as the dataset "shop" demands: the column "colour" is no field of the dataset; the contract allows no new columns; adapt the dataset's fields/,
  );
});

t.test('a column gone: an optional one is noted, a required one fails the file', async (t) => {
  const optional = findDrift(datasetOf(SHOP), fileWith({}, ['payment']));
  t.strictSame([brief(optional), optional.failure], [['dataset removed payment: noted'], undefined]);
  const required = findDrift(datasetOf(SHOP), fileWith({}, ['sku']));
  t.match(
    required.failure,
    /the column "sku" is missing, and no record is valid without it; it has the columns order_date, quantity/,
  );
});

t.test('a renamed column is mapped under evolve, by name and values', async (t) => {
  const shape = fileWith({ Qty: USUAL.quantity!, order_dt: USUAL.order_date! }, ['quantity', 'order_date']);
  const { renames, findings, failure } = findDrift(datasetOf(SHOP), shape);
  t.strictSame(renames, { quantity: 'Qty', order_date: 'order_dt' });
  t.equal(failure, undefined);
  t.ok(
    findings.every(({ kind, action, confidence }) => kind === 'renamed' && action === 'mapped' && confidence >= 0.75),
  );
  t.match(
    findings.find(({ column }) => column === 'quantity')!.message,
    /^"quantity" seems to be called "Qty" here \(\d+ % sure, by name and values\); it is read as such$/,
  );
});

t.test('values seen in the last file tell a column of quite another name', async (t) => {
  const renamed = fileWith({ Zahlweg: USUAL.payment! }, ['payment']);
  t.strictSame(findDrift(datasetOf(SHOP), renamed).renames, {}, 'the name alone says nothing');
  t.strictSame(findDrift(datasetOf(SHOP), renamed, fileWith()).renames, { payment: 'Zahlweg' });
});

t.test('under freeze a renamed column fails the file with what to do', async (t) => {
  const { failure, renames } = findDrift(
    withContract({ columns: 'freeze' }),
    fileWith({ Qty: USUAL.quantity! }, ['quantity']),
  );
  t.match(
    failure,
    /"quantity" seems to be called "Qty" here .*, but the contract for columns is freeze; an alias "Qty" on the field would settle it/,
  );
  t.strictSame(renames, {});
});

t.test('values of another kind rule a rename out, and two likely columns are not guessed between', async (t) => {
  const words = findDrift(datasetOf(SHOP), fileWith({ qty: () => 'many' }, ['quantity']));
  t.strictSame(words.renames, {});
  t.ok(words.failure);
  const twice = findDrift(
    datasetOf(SHOP),
    fileWith({ quantity_1: USUAL.quantity!, quantity_2: USUAL.quantity! }, ['quantity']),
  );
  t.strictSame(twice.renames, {});
  t.match(twice.failure, /"quantity" is missing/);
});

t.test('a column of another type or format goes as the contract says', async (t) => {
  const american = { order_date: (i: number) => `${(i % 12) + 1}/${(i % 28) + 1}/2024` };
  const [finding] = findDrift(datasetOf(SHOP), fileWith(american)).findings;
  t.match(finding, {
    kind: 'retyped',
    column: 'order_date',
    was: '%Y-%m-%d',
    is: '%m/%d/%Y',
    action: 'record_discarded',
  });
  const failure = findDrift(withContract({ types: 'freeze' }), fileWith(american)).failure;
  t.match(
    failure,
    /"order_date" should be %Y-%m-%d and seems to be %m\/%d\/%Y \(100 % of the values sampled are none\)/,
  );
  t.strictSame(brief(findDrift(withContract({ types: 'discard_value' }), fileWith({ quantity: () => 'some' }))), [
    'dataset retyped quantity: value_discarded',
  ]);
});

t.test('dirt in a column does not make it another type', async (t) => {
  const dirty = {
    quantity: (i: number) => (i % 5 === 0 ? 'ERROR' : String(i)),
    unit_price: (i: number) => (i % 9 === 0 ? 'free' : '1.5'),
  };
  t.strictSame(findDrift(datasetOf(SHOP), fileWith(dirty)).findings, []);
});

t.test('another order of the columns is noted', async (t) => {
  const { quantity, ...rest } = USUAL;
  const shape = profileSample(
    ['quantity', ...Object.keys(rest)],
    Array.from({ length: 9 }, (_, i) => [quantity!(i), ...Object.values(rest).map((cell) => cell(i))]),
  );
  const [first, second] = findDrift(datasetOf(SHOP), shape, fileWith()).findings;
  t.match(first, {
    kind: 'reordered',
    against: 'dataset',
    is: 'quantity, order_date, sku, unit_price, payment',
    action: 'noted',
  });
  t.match(second, { kind: 'reordered', against: 'file', action: 'noted' });
});

t.test('what changed since the last file is noted, also in columns that are no field', async (t) => {
  const before = fileWith({ note: () => 'x y z', till: (i) => String(i % 4), gone: () => '1' });
  const now = fileWith({ note: () => 'x y z', till: () => 'north', fresh: () => 'new' });
  const since = findDrift(datasetOf(SHOP), now, before).findings.filter(({ against }) => against === 'file');
  t.strictSame(
    since.map(({ kind, column }) => `${kind} ${column}`),
    ['removed gone', 'added fresh', 'retyped till'],
  );
  t.ok(since.every(({ action }) => action === 'noted'));
});

t.test('a file with renamed columns still finds its dataset when its values are known', async (t) => {
  const config = configOf({ shop: SHOP, other: ['x', 'y'] });
  const shape = fileWith({ Qty: USUAL.quantity! }, ['quantity']);
  const dropped = { file: 'x.csv', header: shape.header };
  t.match(findDataset(config, dropped), { kind: 'unmatched', nearest: { dataset: 'shop' } });
  t.match(findDataset(config, { ...dropped, shape }), { kind: 'matched', dataset: { name: 'shop' } });
  const frozen = configOf({ shop: { ...SHOP, contract: { columns: 'freeze' } } });
  t.match(findDataset(frozen, { ...dropped, shape }), { kind: 'unmatched' });
});

t.test('findings are kept as the warehouse has them', async (t) => {
  const [record] = driftRecords(findDrift(datasetOf(SHOP), fileWith({ colour: () => 'red' })));
  t.match(record, {
    change: 'added',
    field: 'colour',
    against: 'dataset',
    action: 'kept_as_attributes',
    detail: { is: 'colour', confidence: 1 },
  });
  t.strictSame(JSON.parse(JSON.stringify(record)), record);
});

t.test('a shape survives JSON, and any two files can be compared', async (t) => {
  const shape = fc
    .uniqueArray(fc.constantFrom('order_date', 'sku', 'qty', 'unit_price', 'Price', 'x', ''), { minLength: 1 })
    .chain((header) =>
      fc
        .array(
          fc.array(fc.constantFrom('1', '2.5', 'a', '', '2024-01-01', 'NULL'), {
            minLength: header.length,
            maxLength: header.length,
          }),
        )
        .map((rows) => profileSample(header, rows)),
    );
  const modes = fc.constantFrom('evolve', 'freeze', 'discard_row', 'discard_value') as fc.Arbitrary<'evolve'>;
  fc.assert(
    fc.property(shape, shape, modes, modes, (now, last, columns, types) => {
      const report = findDrift(withContract({ columns, types }), now, JSON.parse(JSON.stringify(last)) as FileShape);
      const fails = report.findings.some(({ action }) => action === 'file_failed');
      return (
        (report.failure !== undefined) === fails &&
        Object.values(report.renames).every((column) => now.header.includes(column))
      );
    }),
  );
  t.pass();
});
