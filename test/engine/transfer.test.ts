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
import { recycle } from '../../engine/memory.ts';
import { BatchPacker, BatchUnpacker, type PackedBatch } from '../../engine/transfer.ts';

const split = { fileId: 7, file: 'a.csv', part: 1 };

/** Sends through a real message port, so that what is transferred is really gone. */
function channel() {
  const { port1, port2 } = new MessageChannel();
  const packer = new BatchPacker();
  const unpacker = new BatchUnpacker((buffers) => port2.postMessage(buffers, buffers));
  return {
    /** Memory of batches that were released on the other side. */
    released: () => (receiveMessageOnPort(port1)?.message ?? []) as ArrayBuffer[],
    send(batch: Batch): Batch {
      const { message, transfer } = packer.pack(batch);
      port1.postMessage(message, transfer);
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
    const { message } = packer.pack(batchOf([['a', dictionaryColumn(texts, from)]], texts.length));
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

t.test('numbers and codes move, they are not copied', (t) => {
  const { send, close } = channel();
  const values = Float64Array.of(1, 2, 3);
  send(batchOf([['n', new NumberColumn('integer', values)]], 3));
  t.equal(values.length, 0, 'the sender has them no more');
  close();
  t.end();
});

t.test('a batch that has been sent can not be sent again by mistake', (t) => {
  const { send, close } = channel();
  const batch = batchOf([['n', new NumberColumn('integer', Float64Array.of(1, 2))]], 2);
  const twin = batch.with({ port: 'side' });
  send(batch);
  t.throws(() => send(twin), { code: 'batch_moved', message: /column "n"/ });
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

t.test('memory of a released batch comes back, is used again, and holds the next batch', async (t) => {
  const { send, released, close } = channel();
  t.teardown(close);
  const values = float64s(3000).fill(1);
  const { buffer } = values;
  const sent = send(batchOf([['a', new NumberColumn('integer', values)]], 3000));
  sent.hold();
  sent.release();
  await Promise.resolve();
  t.ok(buffer.detached);
  const back = released();
  t.ok(back.some(({ byteLength }) => byteLength === 24_576));
  recycle(back);
  const again = float64s(2900).fill(2);
  t.ok(back.includes(again.buffer));
  const received = send(batchOf([['a', new NumberColumn('integer', again)]], 2900));
  t.equal(received.sum('a'), 5800);
  t.equal(received.column('a').length, 2900);
});
