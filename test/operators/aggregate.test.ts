import fc from 'fast-check';
import t from 'tap';
import type { FieldValues } from '../../engine/batch.ts';
import { type Column, dictionaryColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { type Codes, PairTable } from '../../operators/aggregate/pair-table.ts';
import { aggregate } from '../../operators/aggregate.ts';
import { batchOf, runThrough } from './in-memory.ts';

interface Row {
  readonly day: number;
  readonly store: string | null;
  readonly revenue: number | null;
  readonly profit: number | null;
}

const row = fc.record<Row>({
  day: fc.constantFrom(0, 20_250_101, 20_250_102),
  store: fc.constantFrom(null, 'S1', 'S2', 'S3'),
  revenue: fc.option(fc.integer({ min: -1e6, max: 1e6 })),
  profit: fc.option(fc.integer({ min: -1e6, max: 1e6 })),
});

const numbers = (values: (number | null)[], scale: number) =>
  new NumberColumn(
    'decimal',
    Float64Array.from(values, (value) => value ?? Number.NaN),
    scale,
  );

/** The rows as batches of the sizes given, each with a dictionary of its own or one shared by all. */
function batches(rows: readonly Row[], size: number, shared: boolean) {
  const dictionary = new Dictionary();
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
    const part = rows.slice(i * size, (i + 1) * size);
    return batchOf(
      [
        [
          'day',
          numbers(
            part.map((each) => each.day),
            1,
          ),
        ],
        [
          'store_id',
          dictionaryColumn(
            part.map((each) => each.store),
            shared ? dictionary : new Dictionary(),
          ),
        ],
        [
          'revenue',
          numbers(
            part.map((each) => each.revenue),
            10_000,
          ),
        ],
        [
          'profit',
          numbers(
            part.map((each) => each.profit),
            10_000,
          ),
        ],
      ],
      part.length,
    );
  });
}

function expected(rows: readonly Row[]) {
  const groups = Map.groupBy(rows, (each) => `${each.day}/${each.store}`);
  return [...groups].map(([key, members]) => [
    key,
    members.length,
    members.reduce((sum, each) => sum + (each.revenue ?? 0), 0),
    members.reduce((sum, each) => sum + (each.profit === null ? 0 : (each.revenue ?? 0)), 0),
  ]);
}

t.test('groups add up to what a plain group-by gives, however the records are batched', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.boolean(),
      async (rows, size, shared) => {
        const out = await runThrough(aggregate, {}, batches(rows, size, shared));
        const got = out
          .records('aggregate')
          .map((each) => [`${each.day}/${each.store_id}`, each.lines, each.revenue, each.costed_revenue]);
        t.strictSame(got.sort(), expected(rows).sort());
        t.equal(out.records().length, rows.length, 'records pass');
      },
    ),
    { numRuns: 60 },
  );
});

/** Columns of a batch whose dictionaries are old ones, new ones, or none at all, and some of which may not be there. */
function someColumns(rows: readonly Row[], dictionaries: readonly Dictionary[], how: number): [string, Column][] {
  const stores = rows.map(({ store }) => store);
  const kinds = [
    () => dictionaryColumn(stores, dictionaries[0]),
    () => dictionaryColumn(stores, dictionaries[1]),
    () => dictionaryColumn(stores, new Dictionary()),
    () => new TextColumn(stores),
  ];
  const amounts = numbers(
    rows.map(({ revenue }) => revenue),
    10_000,
  );
  const days = numbers(
    rows.map(({ day }) => day),
    1,
  );
  const columns: [string, Column][] = [
    ['store_id', kinds[how % 4]!()],
    ['revenue', amounts],
  ];
  return how < 6 ? columns : [['day', days], ...columns];
}

t.test('the same holds when dictionaries change from batch to batch, and fields come and go', async (t) => {
  const batch = fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 60 }), how: fc.nat(11) });
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 8 }), async (given) => {
      const dictionaries = [new Dictionary(), new Dictionary()];
      for (const text of ['S3', 'other', 'S1']) dictionaries[1]!.encode(text);
      const out = await runThrough(
        aggregate,
        { by: ['day', 'store_id', 'region'], measures: [{ name: 'lines' }, { name: 'revenue', sum: 'revenue' }] },
        given.map(({ rows, how }) => batchOf(someColumns(rows, dictionaries, how), rows.length)),
      );
      const all = given.flatMap(({ rows, how }) => rows.map((each) => (how < 6 ? { ...each, day: null } : each)));
      const sums = (of: readonly FieldValues[]) =>
        [...Map.groupBy(of, ({ day, store }) => `${day ?? null}/${store}`)]
          .map(([key, group]) => [
            key,
            group.reduce((sum, each) => sum + Number(each.lines ?? 1), 0),
            group.reduce((sum, each) => sum + Number(each.revenue ?? 0), 0),
          ])
          .sort();
      const got = out.records('aggregate').map((each) => ({ ...each, store: each.store_id ?? null }));
      t.strictSame(sums(got), sums(all.map((each) => ({ ...each }))));
    }),
    { numRuns: 100 },
  );
});

t.test('many groups leave in parts that add up', async (t) => {
  const count = 300_000;
  const days = Array.from({ length: count }, (_, i) => i % 150_000);
  const size = 10_000;
  const parts = Array.from({ length: count / size }, (_, i) => {
    const part = days.slice(i * size, (i + 1) * size);
    return batchOf(
      [
        ['day', numbers(part, 1)],
        [
          'revenue',
          numbers(
            part.map(() => 5),
            10_000,
          ),
        ],
      ],
      size,
    );
  });
  const out = await runThrough(aggregate, {}, parts);
  const sums = new Map<number, number>();
  for (const batch of out.batches.filter((each) => each.port === 'aggregate')) {
    const day = batch.column('day') as NumberColumn;
    const revenue = batch.column('revenue') as NumberColumn;
    for (const [i, value] of day.values.entries()) sums.set(value, (sums.get(value) ?? 0) + revenue.values[i]!);
  }
  t.equal(sums.size, 150_000);
  t.ok([...sums.values()].every((sum) => sum === 10));
  t.ok(out.batches.filter((each) => each.port === 'aggregate').length > 1);
});

t.test('measures and groups can be chosen, and keep their scale', async (t) => {
  const batch = batchOf(
    [
      ['revenue', numbers([10_000, 20_000], 10_000)],
      ['store_id', dictionaryColumn(['A', 'A'])],
    ],
    2,
  );
  const options = {
    by: ['store_id'],
    measures: [{ name: 'total', sum: 'revenue' }, { name: 'count' }],
    port: 'totals',
  };
  const out = await runThrough(aggregate, options, [batch]);
  const totals = out.batches.find((each) => each.port === 'totals')!;
  t.strictSame(totals.records, [{ store_id: 'A', total: 30_000, count: 2 }]);
  t.equal((totals.column('total') as NumberColumn).scale, 10_000);
});

t.test('without fields to group by, all records are one group', async (t) => {
  const batch = batchOf([['revenue', numbers([10_000, null, 20_000], 10_000)]], 3);
  const out = await runThrough(
    aggregate,
    { by: [], measures: [{ name: 'lines' }, { name: 'total', sum: 'revenue' }] },
    [batch, batch],
  );
  t.strictSame(out.records('aggregate'), [{ lines: 6, total: 60_000 }]);
});

t.test('pairs are numbered as they appear, by a table or hashed', async (t) => {
  const code = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.integer({ min: -1, max: 5_000 }));
  const batches = fc.array(fc.array(fc.tuple(code, code), { maxLength: 300 }), { maxLength: 5 });
  fc.assert(
    fc.property(batches, fc.boolean(), (given, isCleared) => {
      const pairs = new PairTable();
      if (isCleared) pairs.number(codesOf([7, 9]), codesOf([9, 2_000_000]), new Int32Array(2));
      if (isCleared) pairs.clear();
      const known = new Map<string, number>();
      for (const batch of given) {
        const numbers = new Int32Array(batch.length);
        const [first, second] = [codesOf(batch.map(([a]) => a)), codesOf(batch.map(([, b]) => b))];
        pairs.number(first, second, numbers);
        for (const pair of batch) if (!known.has(pair.join())) known.set(pair.join(), known.size);
        t.strictSame(
          [...numbers],
          batch.map((pair) => known.get(pair.join())),
        );
      }
      t.equal(pairs.size, known.size);
      const { first, second } = pairs.split(Int32Array.from(known.values()));
      t.strictSame(
        [...first].map((a, i) => `${a},${second[i]}`),
        [...known.keys()],
      );
    }),
    { numRuns: 60 },
  );
});

function codesOf(codes: readonly number[]): Codes {
  return { codes: Int32Array.from(codes), size: Math.max(0, ...codes) + 1 };
}

t.test('keys with too many values for a table are grouped all the same', async (t) => {
  const rows = 5000;
  const distinct = (offset: number) =>
    numbers(
      Array.from({ length: rows }, (_, i) => (i + offset) % 4999),
      1,
    );
  const batch = batchOf(
    [
      ['day', distinct(0)],
      ['hour', distinct(7)],
    ],
    rows,
  );
  const out = await runThrough(aggregate, { by: ['day', 'hour'], measures: [{ name: 'lines' }] }, [batch, batch]);
  const lines = out.records('aggregate').map((each) => Number(each.lines));
  t.equal(lines.length, 4999);
  t.equal(
    lines.reduce((a, b) => a + b),
    2 * rows,
  );
});
