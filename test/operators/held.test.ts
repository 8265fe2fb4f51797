import fc from 'fast-check';
import t from 'tap';
import { dictionaryColumn, identifierColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { FieldTypes } from '../../operators/held/field-types.ts';
import { RecordShape } from '../../operators/held/record-shape.ts';
import { compareValues } from '../../operators/order/compare.ts';
import { Heap } from '../../operators/order/heap.ts';
import { salesBatches } from './conformance-material.ts';

const numbers = (type: NumberColumn['type'], scale = 1) => new NumberColumn(type, Float64Array.of(1), scale);
const nothing = new TextColumn([null]);

/** What a field is taken for after these columns. */
function learned(...columns: Parameters<FieldTypes['learn']>[1][]) {
  const types = new FieldTypes();
  for (const column of columns) types.learn('a', column);
  return types.get('a');
}

t.test('a field is what all its columns can be', (t) => {
  t.strictSame(learned(nothing), { kind: 'unknown' });
  t.strictSame(learned(nothing, numbers('date'), nothing), { kind: 'number', type: 'date', scale: 1 });
  t.strictSame(learned(numbers('integer'), numbers('float')), { kind: 'number', type: 'float', scale: 1 });
  t.strictSame(learned(numbers('date'), numbers('datetime')), { kind: 'number', type: 'datetime', scale: 1 });
  t.strictSame(learned(dictionaryColumn(['x']), new TextColumn(['y'])), { kind: 'text' });
  t.strictSame(learned(identifierColumn(['x']), identifierColumn(['y'])), { kind: 'identifier' });
  t.end();
});

t.test('a field that is something else in other records is said', (t) => {
  t.throws(() => learned(numbers('decimal', 10_000), numbers('decimal', 1000)), { code: 'field_type_changed' });
  t.throws(() => learned(numbers('integer'), new TextColumn(['x'])), {
    message: /a number .* in some records and a text/,
  });
  t.end();
});

t.test('records that were held are what they were, also after a checkpoint', (t) => {
  const [sales] = salesBatches();
  const shape = new RecordShape();
  const readAt = shape.reader(sales!);
  const held = Array.from({ length: sales!.length }, (_, row) => readAt(row));
  const revived = new RecordShape(JSON.parse(JSON.stringify(shape.snapshot())));
  const batch = revived.batch(JSON.parse(JSON.stringify(held)), sales!.split);
  t.strictSame(batch.records, sales!.records);
  t.strictSame(
    [...batch.columns].map(([, { kind }]) => kind),
    [...sales!.columns].map(([, { kind }]) => kind),
  );
  for (let row = 0; row < batch.length; row++) {
    t.equal(batch.provenance.raw(row), sales!.provenance.raw(row));
    t.equal(batch.provenance.offsetOf(row), sales!.provenance.offsetOf(row));
  }
  t.end();
});

t.test('fields that some records do not have are missing there', (t) => {
  const shape = new RecordShape();
  const [sales] = salesBatches();
  const before = shape.reader(sales!.with({ columns: [['region', null]] }))(0);
  const after = shape.reader(sales!)(1);
  const { records } = shape.batch([before, after], sales!.split);
  t.strictSame(
    records.map(({ region }) => region),
    [null, 'South'],
  );
  t.end();
});

t.test('a heap gives its items in order', (t) => {
  const property = fc.property(fc.array(fc.oneof(fc.integer(), fc.constant(null))), (steps) => {
    const heap = new Heap<number>((a, b) => a - b);
    let model: number[] = [];
    for (const step of steps) {
      if (step === null) {
        const [first, ...rest] = model;
        if (heap.peek() !== first || heap.pop() !== first) return false;
        model = rest;
      } else {
        heap.push(step);
        model = [...model, step].sort((a, b) => a - b);
      }
    }
    return heap.size === model.length;
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('texts compare as their UTF-8 bytes do', (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 5 });
  const property = fc.property(text, text, (a, b) => {
    return Math.sign(compareValues(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});
