import fc from 'fast-check';
import t from 'tap';
import {
  BytesColumn,
  type Column,
  dictionaryColumn,
  identifierColumn,
  NumberColumn,
  TextColumn,
} from '../../engine/column.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import { HashWindow } from '../../operators/deduplicate/hash-window.ts';
import type { Lanes } from '../../operators/deduplicate/lanes.ts';
import { RecordHasher } from '../../operators/deduplicate/record-hasher.ts';
import { deduplicate } from '../../operators/deduplicate.ts';
import { batchOf, batchOfRecords, Collected, contextWith, runThrough } from './in-memory.ts';

function bytesColumn(texts: readonly string[]): BytesColumn {
  const bytes = Buffer.from(texts.join(''));
  const ends = Int32Array.from(texts, (_, i) => Buffer.byteLength(texts.slice(0, i + 1).join('')));
  const starts = Int32Array.from(texts, (_, i) => (i === 0 ? 0 : ends[i - 1]!));
  return new BytesColumn(bytes, starts, ends, 1, 0, texts.length);
}

const hexOf = ({ a, b, c, d }: Lanes, row: number) =>
  [a, b, c, d].map((lane) => (lane[row]! >>> 0).toString(16).padStart(8, '0')).join('');

const hashes = (column: Column) => {
  const lanes = new RecordHasher().hash(batchOf([['a', column]], column.length), [column]);
  return Array.from({ length: column.length }, (_, row) => hexOf(lanes, row));
};

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '#', '0', '00', 'A#1', 'A1', '1234567890', '12345678901', 'ORD-0001', 'ORD-1', '17850.0'),
  fc.integer().map(String),
);

t.test('a text has one hash, whatever column holds it, and different texts have different ones', (t) => {
  const property = fc.property(fc.array(cell, { minLength: 1 }), (texts) => {
    const expected = hashes(new TextColumn(texts));
    for (const column of [dictionaryColumn(texts), identifierColumn(texts), bytesColumn(texts)]) {
      if (JSON.stringify(hashes(column)) !== JSON.stringify(expected)) return false;
    }
    return new Set(expected).size === new Set(texts).size;
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('numbers have different hashes, missing values one, and 0 and -0 one', (t) => {
  const values = [0, -0, 1, -1, 0.5, 2 ** 40, 2 ** 40 + 1, Number.NaN, Number.NaN];
  const found = hashes(new NumberColumn('float', Float64Array.from(values)));
  t.equal(found[0], found[1]);
  t.equal(found[7], found[8]);
  t.equal(new Set(found).size, 7);
  t.end();
});

t.test('a million similar records have a million hashes', (t) => {
  const n = 1_000_000;
  const columns = [
    new NumberColumn(
      'integer',
      Float64Array.from({ length: n }, (_, i) => i % 1000),
    ),
    new NumberColumn(
      'integer',
      Float64Array.from({ length: n }, (_, i) => Math.floor(i / 1000)),
    ),
  ];
  const lanes = new RecordHasher().hash(batchOf([], n), columns);
  for (const [name, values] of Object.entries({ a: lanes.a, b: lanes.b, c: lanes.c, d: lanes.d })) {
    // Of n values, n²/2³³ = 116 pairs meet by chance in 32 bits; a weak lane would have many more.
    const distinct = new Set(values).size;
    t.ok(n - distinct < 200, `lane ${name}: ${n - distinct} collisions`);
  }
  t.end();
});

t.test('the first of equal records goes on, the rest are counted', async (t) => {
  const records = [
    { a: 'x', b: 1 },
    { a: 'y', b: 1 },
    { a: 'x', b: 1 },
    { a: 'x', b: 2 },
    { a: null, b: 1 },
    { a: null, b: 1 },
  ];
  const out = await runThrough(deduplicate, {}, [batchOfRecords(records), batchOfRecords(records.slice(0, 2))]);
  t.strictSame(out.records(), [records[0], records[1], records[3], records[4]]);
  t.strictSame(out.left, [
    { rows: [2, 5], reason: 'duplicate' },
    { rows: [0, 1], reason: 'duplicate' },
  ]);
});

t.test('values of neighbouring fields are not mixed up', async (t) => {
  const records = [
    { a: '1', b: '23' },
    { a: '12', b: '3' },
    { a: '23', b: '1' },
    { a: '', b: '123' },
  ];
  t.equal((await runThrough(deduplicate, {}, [batchOfRecords(records)])).records().length, 4);
});

t.test('by keys, other fields do not count', async (t) => {
  const records = [
    { id: 'A', n: 1 },
    { id: 'A', n: 2 },
    { id: 'B', n: 1 },
  ];
  const out = await runThrough(deduplicate, { keys: ['id'] }, [batchOfRecords(records)]);
  t.strictSame(out.records(), [records[0], records[2]]);
  await t.rejects(runThrough(deduplicate, { keys: ['ids'] }, [batchOfRecords(records)]), { code: 'unknown_field' });
});

t.test('what a rejected row was rejected for is no part of the record', async (t) => {
  const records = [
    { id: 'A', tillstream_reason: 'x' },
    { id: 'A', tillstream_reason: 'y' },
  ];
  t.equal((await runThrough(deduplicate, {}, [batchOfRecords(records)])).records().length, 1);
});

t.test('beyond its capacity the oldest is forgotten', async (t) => {
  const records = ['a', 'b', 'c', 'a', 'c', 'b'].map((id) => ({ id }));
  const out = await runThrough(deduplicate, { capacity: 2 }, [batchOfRecords(records)]);
  // a b [c pushes out a] [a pushes out b] c is known [b pushes out c]
  t.strictSame(
    out.records().map((record) => record.id),
    ['a', 'b', 'c', 'a', 'b'],
  );
});

t.test('the window agrees with a list of the last distinct values, also across snapshots', (t) => {
  const property = fc.property(
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 400 }),
    fc.integer({ min: 1, max: 100 }),
    (capacity, values, every) => {
      const lanes = new RecordHasher().hash(batchOf([], values.length), [
        new NumberColumn('integer', Float64Array.from(values)),
      ]);
      let window = new HashWindow(capacity);
      const model: number[] = [];
      for (const [row, value] of values.entries()) {
        const isNew = !model.includes(value);
        if (isNew) model.push(value);
        if (model.length > capacity) model.shift();
        if (window.add(lanes, row) !== isNew) return false;
        if (row % every === 0) window = HashWindow.restore(capacity, JSON.parse(JSON.stringify(window.snapshot())));
      }
      return true;
    },
  );
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('it grows past its first size and keeps finding what it holds', (t) => {
  const n = 10_000;
  const lanes = new RecordHasher().hash(batchOf([], n), [
    new NumberColumn(
      'integer',
      Float64Array.from({ length: n }, (_, i) => i),
    ),
  ]);
  const window = new HashWindow(6000);
  let added = 0;
  for (let row = 0; row < n; row++) if (window.add(lanes, row)) added++;
  t.equal(added, n);
  for (let row = n - 1; row >= n - 6000; row--) if (window.add(lanes, row)) added++;
  t.equal(added, n, 'the last 6000 are known');
  t.equal(window.snapshot().forgotten, 4000);
  t.end();
});

t.test('a snapshot carries what was seen to the next run', async (t) => {
  const create = () => deduplicate.create!(fillOptions(deduplicate, {}), contextWith());
  const records = [{ id: 'A' }, { id: 'B' }];
  const first = create();
  await first.process(batchOfRecords(records), new Collected(), 'main');
  const second = create();
  second.restore?.(JSON.parse(JSON.stringify(first.snapshot?.())));
  const out = new Collected();
  await second.process(batchOfRecords([...records, { id: 'C' }]), out, 'main');
  t.strictSame(out.records(), [{ id: 'C' }]);
});
