import '../fixtures/garbage.ts';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import t from 'tap';
import { float64s } from '../../engine/arrays.ts';
import { Batch, Provenance, syntheticProvenance } from '../../engine/batch.ts';
import {
  BytesColumn,
  type Column,
  dictionaryColumn,
  identifierColumn,
  NumberColumn,
  type NumberType,
  TextColumn,
} from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { BatchPacker, BatchUnpacker, type PackedBatch, type Returned } from '../../engine/transfer.ts';

const split = { fileId: 7, file: 'a.csv', part: 1 };

/** Sends through a real message port, as between threads. */
function channel() {
  const { port1, port2 } = new MessageChannel();
  const packer = new BatchPacker();
  const unpacker = new BatchUnpacker((returned) => port2.postMessage(returned));
  return {
    /** Hears that the other side has done with a batch. */
    hear: () => packer.returned(receiveMessageOnPort(port1)!.message as Returned),
    send(batch: Batch): Batch {
      port1.postMessage(packer.pack(batch));
      return unpacker.unpack(receiveMessageOnPort(port2)!.message as PackedBatch);
    },
    close: () => port1.close(),
  };
}

const batchOf = (columns: Iterable<readonly [string, Column]>, length: number, port = 'main') =>
  new Batch({
    ...{ split, sequence: 3, length, port },
    provenance: syntheticProvenance(length, 10),
    columns: new Map(columns),
  });

const said = (batch: Batch) =>
  JSON.stringify({
    ...{ split: batch.split, sequence: batch.sequence, port: batch.port, lines: [...batch.provenance.lines] },
    columns: [...batch.columns].map(([name, column]) => [
      name,
      column.kind === 'bytes' ? 'text' : column.kind,
      column.kind === 'number' ? [column.type, column.scale] : null,
      Array.from({ length: column.length }, (_, row) => column.get(row)),
    ]),
  });

const number = fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true }), fc.constant(Number.NaN));
const type = fc.constantFrom<NumberType[]>('integer', 'decimal', 'date', 'datetime', 'boolean', 'float');

/** More than are remembered of a column. */
const DICTIONARIES = 12;

/** How each of a batch's columns is made from texts, with dictionaries that may be shared and may be replaced. */
const plan = fc.record({
  texts: fc.array(fc.option(fc.string({ unit: 'grapheme' })), { maxLength: 20 }),
  numbers: fc.array(number, { minLength: 20, maxLength: 20 }),
  type,
  dictionary: fc.nat({ max: DICTIONARIES - 1 }),
  port: fc.constantFrom('main', 'dead-letter'),
  shared: fc.boolean(),
});

t.test('any batches arrive as they were sent, whatever becomes of their dictionaries', (t) => {
  const property = fc.property(fc.array(plan, { minLength: 1, maxLength: 8 }), (plans) => {
    const { send, close } = channel();
    const dictionaries = Array.from({ length: 2 * DICTIONARIES }, () => new Dictionary());
    const all = plans.every(({ texts, numbers, type, dictionary, port, shared }) => {
      const { length } = texts;
      const numeric = new NumberColumn(type, Float64Array.from(numbers.slice(0, length)), 100);
      const bytes = bytesColumn(texts.map((text) => text ?? ''));
      const columns: [string, Column][] = [
        ['d', dictionaryColumn(texts, dictionaries[dictionary])],
        ['i', identifierColumn(texts, dictionaries[dictionary + DICTIONARIES])],
        ['t', new TextColumn(texts)],
        ['n', numeric],
        ['again', shared ? numeric : new TextColumn(texts)],
        ['part', new NumberColumn('float', Float64Array.from([0, ...numbers.slice(0, length)]).subarray(1))],
        ['b', bytes],
      ];
      const batch = batchOf(columns, length, port);
      const before = said(batch);
      return said(send(batch)) === before;
    });
    close();
    return all;
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

function bytesColumn(texts: readonly string[]): BytesColumn {
  const bytes = Buffer.from(texts.join(''));
  const ends = Int32Array.from(texts, (_, i) => Buffer.byteLength(texts.slice(0, i + 1).join('')));
  const starts = Int32Array.from(texts, (_, i) => (i === 0 ? 0 : ends[i - 1]!));
  return new BytesColumn(bytes, starts, ends, 1, 0, texts.length);
}

t.test('only new texts of a dictionary are sent', (t) => {
  const packer = new BatchPacker();
  const dictionary = new Dictionary();
  const added = (texts: string[], from = dictionary) => {
    const message = packer.pack(batchOf([['a', dictionaryColumn(texts, from)]], texts.length));
    const column = message.columns[0]![1];
    return column.kind === 'dictionary' ? column.news.added : null;
  };
  t.strictSame(added(['x', 'y']), ['x', 'y']);
  t.strictSame(added(['y', 'z']), ['z']);
  t.strictSame(added(['x']), []);
  t.strictSame(added(['x'], new Dictionary()), ['x'], 'another dictionary is sent from its beginning');
  t.strictSame(added(['w']), ['w'], 'and the first is still known when it comes again');
  for (let i = 0; i < 8; i++) added(['x'], new Dictionary());
  t.strictSame(added(['x']), ['x', 'y', 'z', 'w'], 'but not after many others');
  t.end();
});

t.test('a column is not copied where both can read it, and stays as it is where they can not', (t) => {
  const { send, close } = channel();
  const both = float64s(3).fill(1);
  const mine = Float64Array.of(1, 2, 3);
  const got = send(
    batchOf(
      [
        ['both', new NumberColumn('integer', both)],
        ['mine', new NumberColumn('integer', mine)],
      ],
      3,
    ),
  );
  both[1] = 7;
  mine[1] = 7;
  t.equal(got.column('both').get(1), 7);
  t.equal(got.column('mine').get(1), 2);
  close();
  t.end();
});

t.test('columns can be sent again, in another batch', (t) => {
  const { send, close } = channel();
  const columns: [string, Column][] = [['n', new NumberColumn('integer', Float64Array.of(1, 2))]];
  for (let i = 0; i < 2; i++) t.equal(send(batchOf(columns, 2)).sum('n'), 3);
  close();
  t.end();
});

t.test('provenance gives lines; bytes stay where they were read', (t) => {
  const { send, close } = channel();
  const bytes = Buffer.from('a\nb');
  const provenance = new Provenance(
    Int32Array.of(4, 5, 6).subarray(0, 2),
    Float64Array.of(0, 2),
    bytes,
    Int32Array.of(0, 2),
    Int32Array.of(1, 3),
  );
  const sent = new Batch({ split, sequence: 0, provenance, columns: new Map(), length: 2 });
  const got = send(sent);
  t.strictSame([...got.provenance.lines], [4, 5]);
  t.equal(got.provenance.raw(0), '');
  close();
  t.end();
});

t.test('memory of a batch is used again when it is released on the other side, copies too', (t) => {
  const { send, hear, close } = channel();
  const values = float64s(3000).fill(1);
  const sent = batchOf(
    [
      ['a', new NumberColumn('integer', values)],
      ['b', new NumberColumn('integer', new Float64Array(3000).fill(2))],
      ['c', new TextColumn(Array.from({ length: 3000 }, String))],
    ],
    3000,
  );
  sent.hold();
  const got = send(sent);
  got.hold();
  sent.release();
  const copy = (got.column('b') as NumberColumn).values;
  t.equal(got.sum('a'), 3000);
  got.release();
  t.equal(values[0], 1);
  hear();
  t.ok(Number.isNaN(values[0]));
  t.ok(Number.isNaN(copy[0]));
  close();
  t.end();
});

t.test('memory of a batch that somebody on the other side may keep is not used again', (t) => {
  const { send, hear, close } = channel();
  const values = float64s(3000).fill(1);
  const got = send(batchOf([['a', new NumberColumn('integer', values)]], 3000));
  got.hold();
  got.keep();
  hear();
  got.release();
  t.equal(values[0], 1);
  t.equal(got.sum('a'), 3000);
  close();
  t.end();
});
