import fc from 'fast-check';
import t from 'tap';
import { KeyNumbers } from '../../db/key-numbers.ts';
import { cellMargin } from '../../db/roll-up-tables.ts';
import { SumColumns } from '../../db/sum-columns.ts';

type Entry = readonly [a: number, b: number, c: number, x: number, y: number];

/** Keys that are close to each other, and keys that are far apart. */
const part = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 20_251_230, max: 20_260_102 }));
const far = fc.oneof(part, fc.constantFrom(0, 2 ** 11, 2 ** 22, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 31 - 1));
const sum = fc.oneof(fc.constantFrom(-1, 0, 0, 1), fc.integer({ min: -1e12, max: 1e12 }));
const entriesOf = (key: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(key, key, key, sum, sum) as fc.Arbitrary<Entry>, { maxLength: 700 });
const entries = fc.oneof(entriesOf(fc.integer({ min: 0, max: 5 })), entriesOf(part), entriesOf(far));

const numbers = new KeyNumbers();

function filled(from: readonly Entry[]): SumColumns {
  const sums = new SumColumns(3, 2, numbers);
  for (const [a, b, c, x, y] of from) sums.add([a, b, c], Float64Array.of(x, y));
  return sums;
}

function rowsOf({ columns, size }: SumColumns): number[][] {
  return Array.from({ length: size }, (_, entry) => columns.map((column) => column[entry]! + 0));
}

/** Sums by key, in the order of keys. */
function joined(rows: readonly (readonly number[])[], keyWidth: number): number[][] {
  const groups = Map.groupBy(rows, (row) => row.slice(0, keyWidth).join());
  return [...groups.values()]
    .map((group) => group[0]!.map((key, i) => (i < keyWidth ? key : group.reduce((total, row) => total + row[i]!, 0))))
    .sort((one, other) => {
      const differing = one.findIndex((key, i) => key !== other[i]);
      return one[differing]! - other[differing]!;
    });
}

t.test('settled, there is one entry a key, with its sums, in the order of keys', async (t) => {
  fc.assert(
    fc.property(entries, (given) => {
      const sums = filled(given);
      sums.settle();
      t.strictSame(rowsOf(sums), joined(given, 3));
      sums.removeZeros();
      t.strictSame(
        rowsOf(sums),
        joined(given, 3).filter(([, , , x, y]) => x !== 0 || y !== 0),
      );
    }),
    { numRuns: 60 },
  );
});

t.test('sums are added up by other keys, after what is there', async (t) => {
  fc.assert(
    fc.property(entries, entries, (given, others) => {
      const from = filled(given);
      const coarse = new SumColumns(2, 3, numbers);
      for (const [a, b, , x, y] of others) coarse.add([b, a], [x, y, 7]);
      coarse.settle();
      const [a, b] = from.columns;
      coarse.appendJoined(from, [b!, a!]);
      const before = joined(
        others.map(([a, b, , x, y]) => [b, a, x, y, 7]),
        2,
      );
      const added = joined(
        given.map(([a, b, , x, y]) => [b, a, x, y, 0]),
        2,
      );
      t.strictSame(rowsOf(coarse), [...before, ...added]);
      coarse.settle();
      t.strictSame(rowsOf(coarse), joined([...before, ...added], 2));
    }),
    { numRuns: 60 },
  );
});

t.test('rows are counted by key', async (t) => {
  fc.assert(
    fc.property(entries, (given) => {
      const counts = new SumColumns(2, 1, numbers);
      const column = (i: 0 | 1) => Float64Array.from(given, (entry) => entry[i]);
      counts.add([1, 2], [5]);
      counts.appendCounts([column(0), column(1)], given.length);
      t.strictSame(rowsOf(counts), [
        [1, 2, 5],
        ...joined(
          given.map(([a, b]) => [a, b, 1]),
          2,
        ),
      ]);
    }),
    { numRuns: 40 },
  );
});

t.test('entries are appended by column, and those added again and again take no more room', (t) => {
  const sums = new SumColumns(1, 2, numbers);
  sums.append([Float64Array.of(3, 1, 9), undefined, Float64Array.of(5, 6, 7)], 2);
  t.strictSame(rowsOf(sums), [
    [3, 0, 5],
    [1, 0, 6],
  ]);
  for (let i = 0; i < 10_000; i++) sums.add([i % 10], [1, 0]);
  t.ok(sums.columns[0]!.length < 1000);
  sums.settle();
  t.strictSame(rowsOf(sums).slice(0, 4), [
    [0, 1000, 0],
    [1, 1000, 6],
    [2, 1000, 0],
    [3, 1000, 5],
  ]);
  sums.clear();
  sums.settle();
  t.strictSame(rowsOf(sums), []);
  t.end();
});

t.test('the margin of a cell is what SQLite divides', async (t) => {
  const near = fc
    .constantFrom(0, 2 ** 51, 2 ** 52, 2 ** 53 - 4)
    .chain((big) => fc.integer({ min: -3, max: 3 }).map((n) => big + n));
  const marginSum = fc.oneof(
    fc.integer({ min: -1e9, max: 1e9 }),
    near,
    near.map((n) => -n),
    fc.maxSafeInteger(),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), marginSum, (lines, sum) => {
      t.equal(BigInt(cellMargin(lines, sum)), BigInt(sum) / BigInt(lines));
    }),
  );
  t.equal(cellMargin(0, 0), 0);
  t.ok(Object.is(cellMargin(3, -1), 0));
});
