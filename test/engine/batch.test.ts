import fc from 'fast-check';
import t from 'tap';
import { Batch, Provenance, syntheticProvenance } from '../../engine/batch.ts';
import { type Column, dictionaryColumn, identifierColumn, NumberColumn, TextColumn } from '../../engine/column.ts';

const split = { fileId: 1, file: 'a.csv', part: 0 };
const identity = (length: number) => Int32Array.from({ length }, (_, row) => row);

function batch(more: Iterable<readonly [string, Column]> = []): Batch {
  const columns = new Map<string, Column>([
    ['id', identifierColumn(['A-1', 'A-2', 'A-3'])],
    ['region', dictionaryColumn(['N', null, 'S'])],
    ['revenue', new NumberColumn('decimal', Float64Array.of(100, Number.NaN, 300), 10_000)],
    ...more,
  ]);
  return new Batch({ split, sequence: 0, provenance: syntheticProvenance(3, 2), columns, length: 3 });
}

t.test('records are plain objects of one shape, made once', (t) => {
  const { records } = batch();
  t.strictSame(records, [
    { id: 'A-1', region: 'N', revenue: 100 },
    { id: 'A-2', region: null, revenue: null },
    { id: 'A-3', region: 'S', revenue: 300 },
  ]);
  const one = batch();
  t.equal(one.records, one.records);
  t.end();
});

t.test('field names are only names', (t) => {
  const names = ['__proto__', 'constructor', 'a"b', '`', '\u2028', ''];
  const odd = batch(names.map((name) => [name, new TextColumn(['x', 'y', 'z'])]));
  for (const name of names) t.equal(Object.getOwnPropertyDescriptor(odd.records[1], name)?.value, 'y', name);
  t.equal(({} as Record<string, unknown>).polluted, undefined);
  t.end();
});

t.test('records that come back take on the types that their fields had', (t) => {
  const before = batch();
  const records = before.records.map((record) => ({ ...record, revenue: 5, note: 'x', count: 1, share: 0.5 }));
  const { columns } = before.withRecords(records, identity(3));
  t.match(columns.get('revenue'), { type: 'decimal', scale: 10_000 });
  t.equal(columns.get('id')!.kind, 'identifier');
  const region = columns.get('region')!;
  const model = before.column('region');
  t.equal(region.kind === 'dictionary' && region.dictionary, model.kind === 'dictionary' && model.dictionary);
  t.equal(columns.get('note')!.kind, 'text');
  t.match(columns.get('count'), { type: 'integer' });
  t.match(columns.get('share'), { type: 'float' });
  t.end();
});

t.test('types survive two operators by record, one after the other, and batches without records', (t) => {
  const once = batch().withRecords(batch().records, identity(3));
  const twice = once.withRecords(once.records, identity(3));
  t.match(twice.columns.get('revenue'), { type: 'decimal', scale: 10_000 });
  const none = once.select(Int32Array.of()).withRecords([], Int32Array.of());
  t.match(none.columns.get('revenue'), { type: 'decimal', scale: 10_000 });
  t.equal(none.columns.get('revenue')!.length, 0);
  t.end();
});

t.test('a field of numbers and texts is refused by name', (t) => {
  const mixed = batch().withRecords([{ a: 1 }, { a: 'x' }], Int32Array.of(0, 1));
  t.throws(() => mixed.columns, { message: 'field "a" is a number in some records and the text "x" in others' });
  t.end();
});

t.test('lines follow their records', (t) => {
  const chosen = batch().select(Int32Array.of(2, 0));
  t.strictSame([...chosen.provenance.lines], [4, 2]);
  t.strictSame(chosen.records[0], { id: 'A-3', region: 'S', revenue: 300 });
  const made = batch().withRecords([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }], Int32Array.of(0, 0, 2, 2));
  t.strictSame([...made.provenance.lines], [2, 2, 4, 4]);
  t.strictSame([...made.select(Int32Array.of(3)).provenance.lines], [4]);
  t.end();
});

t.test('raw text is found in the bytes, also after a selection', (t) => {
  const bytes = Buffer.from('a,é\nb,x\n');
  const provenance = new Provenance(
    Int32Array.of(1, 2),
    Float64Array.of(0, 5),
    bytes,
    Int32Array.of(0, 5),
    Int32Array.of(4, 8),
  );
  t.equal(provenance.raw(0), 'a,é');
  const second = provenance.select(Int32Array.of(1));
  t.equal(second.raw(0), 'b,x');
  t.strictSame([second.lines[0], second.offsetOf(0)], [2, 5]);
  t.end();
});

t.test('columns are added, replaced and removed; the batch itself does not change', (t) => {
  const before = batch();
  const after = before.with({
    columns: [
      ['region', null],
      ['note', new TextColumn(['a', 'b', 'c'])],
    ],
    port: 'side',
  });
  t.strictSame([...after.columns.keys()], ['id', 'revenue', 'note']);
  t.equal(after.port, 'side');
  t.strictSame([...before.columns.keys()], ['id', 'region', 'revenue']);
  t.equal(before.port, 'main');
  t.end();
});

t.test('sums a field, missing values as nothing, from columns or from records', (t) => {
  const columns = batch();
  const records = batch().withRecords([{ revenue: 100 }, { revenue: null }, { revenue: 300 }], identity(3));
  for (const each of [columns, records]) {
    t.equal(each.sum('revenue'), 400);
    t.equal(each.sum('revenue', Int32Array.of(1, 2)), 300);
    t.equal(each.sum('cost'), null);
  }
  t.equal(columns.sum('region'), null);
  t.end();
});

t.test('a sum is the same however many values there are and wherever some are missing', (t) => {
  const value = fc.oneof(fc.integer(), fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), (values) => {
      const column = new NumberColumn('decimal', Float64Array.from(values), 10_000);
      const sum = batch([['amount', column]]).sum('amount');
      return sum === values.reduce((total, each) => total + (Number.isNaN(each) ? 0 : each), 0);
    }),
  );
  t.end();
});

t.test('an unknown column is named with those there are', (t) => {
  t.throws(() => batch().column('regoin'), { message: 'no column "regoin" here; there are: id, region, revenue' });
  t.end();
});
