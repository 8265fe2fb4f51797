import fc from 'fast-check';
import t from 'tap';
import { type Column, dictionaryColumn, identifierColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { filter } from '../../operators/filter.ts';
import { batchOf, batchOfRecords, runThrough } from './in-memory.ts';

const seconds = (text: string) => Date.parse(`${text}Z`) / 1000;
const numbers = (type: NumberColumn['type'], values: (number | null)[], scale = 1) =>
  new NumberColumn(
    type,
    Float64Array.from(values, (value) => value ?? Number.NaN),
    scale,
  );

/** Rows of a one-column batch that a condition keeps. */
async function kept(column: Column, op: string, value?: unknown): Promise<number[]> {
  const where = [{ field: 'a', op, ...(value !== undefined && { value }) }];
  const rows = numbers('integer', [...Array(column.length).keys()]);
  const batch = batchOf(
    [
      ['a', column],
      ['row', rows],
    ],
    column.length,
  );
  const out = await runThrough(filter, { where }, [batch]);
  return out.records().map((record) => Number(record.row));
}

t.test('money is compared in units of the currency, exactly', async (t) => {
  const prices = numbers('decimal', [124_999, 125_000, 125_001, null], 10_000);
  t.strictSame(await kept(prices, '=', 12.5), [1]);
  t.strictSame(await kept(prices, '!=', 12.5), [0, 2]);
  t.strictSame(await kept(prices, '<', 12.5), [0]);
  t.strictSame(await kept(prices, '<=', '12.50'), [0, 1]);
  t.strictSame(await kept(prices, '>', 12.5), [2]);
  t.strictSame(await kept(prices, '>=', 12.5), [1, 2]);
  t.strictSame(await kept(prices, 'in', [12.5, 12.5001, 9]), [1, 2]);
});

t.test('a bound that the column can not hold is not rounded to one that it can', async (t) => {
  const prices = numbers('decimal', [125_000, 125_001], 10_000);
  t.strictSame(await kept(prices, '=', 12.50004), []);
  t.strictSame(await kept(prices, '<', 12.50004), [0]);
  t.strictSame(await kept(prices, '>', 12.50004), [1]);
  t.strictSame(await kept(prices, '>=', 12.50006), [1]);
  t.strictSame(await kept(prices, '!=', 12.50006), [0, 1]);
});

t.test('a date stands for its whole day', async (t) => {
  const times = ['2026-12-30T23:59:59', '2026-12-31T00:00:00', '2026-12-31T23:59:59', '2027-01-01T00:00:00'];
  const soldAt = numbers('datetime', times.map(seconds));
  t.strictSame(await kept(soldAt, '=', '2026-12-31'), [1, 2]);
  t.strictSame(await kept(soldAt, '<', '2026-12-31'), [0]);
  t.strictSame(await kept(soldAt, '<=', '2026-12-31'), [0, 1, 2]);
  t.strictSame(await kept(soldAt, '>', '2026-12-31'), [3]);
  t.strictSame(await kept(soldAt, '>=', '2026-12-31 12:00'), [2, 3]);
});

t.test('texts compare alike in columns of every kind', async (t) => {
  const texts = ['b', 'a', null, 'ORD-7', 'c', 'b'];
  const kinds = [new TextColumn(texts), dictionaryColumn(texts), identifierColumn(texts)];
  for (const column of kinds) {
    t.strictSame(await kept(column, '=', 'b'), [0, 5], column.kind);
    t.strictSame(await kept(column, '!=', 'b'), [1, 3, 4], 'a missing value is not unequal to anything');
    t.strictSame(await kept(column, '<', 'b'), [1, 3]);
    t.strictSame(await kept(column, 'in', ['a', 'ORD-7']), [1, 3]);
    t.strictSame(await kept(column, 'matches', '^ORD-\\d+$'), [3]);
    t.strictSame(await kept(column, 'is_missing'), [2]);
    t.strictSame(await kept(column, 'is_present'), [0, 1, 3, 4, 5]);
  }
});

t.test('texts that are numbers compare as numbers with a number', async (t) => {
  const texts = new TextColumn(['9', '10', '', 'x', '10.0']);
  t.strictSame(await kept(texts, '>', 9), [1, 4]);
  t.strictSame(await kept(texts, '=', 10), [1, 4]);
});

t.test('booleans compare with true and false', async (t) => {
  const flags = numbers('boolean', [1, 0, null]);
  t.strictSame(await kept(flags, '=', true), [0]);
  t.strictSame(await kept(flags, '=', 'false'), [1]);
});

t.test('numbers match a pattern as they are written', async (t) => {
  t.strictSame(await kept(numbers('decimal', [125_000, -1], 10_000), 'matches', '\\.5$'), [0]);
  t.strictSame(await kept(numbers('date', [seconds('2026-12-31T00:00:00'), 0]), 'matches', '^2026-'), [0]);
});

t.test('a dictionary that grows from batch to batch, or is another one, is asked anew', async (t) => {
  const dictionary = new Dictionary();
  const other = new Dictionary();
  const batches = [
    dictionaryColumn(['a', 'b'], dictionary),
    dictionaryColumn(['c', 'a'], dictionary),
    dictionaryColumn(['b', 'a'], other),
  ].map((column) => batchOf([['a', column]], 2));
  const out = await runThrough(filter, { where: [{ field: 'a', op: 'in', value: ['a', 'c'] }] }, batches);
  t.strictSame(
    out.records().map((record) => record.a),
    ['a', 'c', 'a', 'a'],
  );
});

t.test('all or any of the conditions; keep or leave out; counted under the reason given', async (t) => {
  const records = [1, 2, 3, 4, 5].map((n) => ({ n }));
  const where = [
    { field: 'n', op: '>', value: 1 },
    { field: 'n', op: '<', value: 4 },
  ];
  const run = async (options: Record<string, unknown>) => {
    const out = await runThrough(filter, { where, ...options }, [batchOfRecords(records)]);
    return { kept: out.records().map((record) => record.n), left: out.left };
  };
  t.strictSame(await run({}), { kept: [2, 3], left: [{ rows: [0, 3, 4], reason: 'filtered' }] });
  t.strictSame((await run({ match: 'any' })).kept, [1, 2, 3, 4, 5]);
  t.strictSame(await run({ keep: false, reason: 'middling' }), {
    kept: [1, 4, 5],
    left: [{ rows: [1, 2], reason: 'middling' }],
  });
});

t.test('attributes are looked into', async (t) => {
  const attributes = new TextColumn(['{"Country":"France"}', '{"Country":null}', null, '{"Country":"Spain"}']);
  const batch = batchOf([['attributes', attributes]], 4);
  const where = [{ field: 'attributes.Country', op: '=', value: 'Spain' }];
  t.equal((await runThrough(filter, { where }, [batch])).batches[0]!.length, 1);
});

t.test('a batch that is kept whole is passed on as it is', async (t) => {
  const batch = batchOfRecords([{ n: 1 }]);
  const out = await runThrough(filter, { where: [{ field: 'n', op: '>', value: 0 }] }, [batch]);
  t.equal(out.batches[0], batch);
});

t.test('an unknown field is an error, unless its absence is asked about', async (t) => {
  const batch = () => [batchOfRecords([{ region: 'North' }])];
  const unknown = { field: 'regoin', op: '=', value: 'North' };
  await t.rejects(runThrough(filter, { where: [unknown] }, batch()), {
    code: 'unknown_field',
    message: /did you mean "region"/,
  });
  const where = [unknown, { field: 'regoin', op: 'is_missing' }];
  t.equal((await runThrough(filter, { where, match: 'any' }, batch())).records().length, 1);
});

t.test('conditions that make no sense are refused in words', async (t) => {
  const prices = numbers('decimal', [1], 10_000);
  const refused: [string, unknown, RegExp][] = [
    ['in', 5, /in takes a list, got 5/],
    ['=', undefined, /= takes one value, got nothing/],
    ['=', [1], /= takes one value/],
    ['is_missing', 5, /takes no value/],
    ['matches', '(', /expected a regular expression/],
    ['<', 'cheap', /expected a decimal, as the field holds, got "cheap"/],
  ];
  for (const [op, value, message] of refused) {
    await t.rejects(kept(prices, op, value), { code: 'bad_option', message });
  }
  await t.rejects(kept(numbers('date', [1]), '=', '31/12/2026'), { message: /expected a date such as 2026-12-31/ });
  await t.rejects(runThrough(filter, { where: [] }, []), { code: 'bad_option' });
});

t.test('comparisons of numbers agree with those of JavaScript', async (t) => {
  const ops: Record<string, (a: number, b: number) => boolean> = {
    '=': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '<': (a, b) => a < b,
    '<=': (a, b) => a <= b,
    '>': (a, b) => a > b,
    '>=': (a, b) => a >= b,
  };
  const value = fc.integer({ min: -50, max: 50 });
  const property = fc.asyncProperty(
    fc.array(value),
    value,
    fc.constantFrom(...Object.keys(ops)),
    async (cells, bound, op) => {
      const rows = await kept(numbers('decimal', cells, 100), op, bound / 100);
      const expected = cells.flatMap((cell, row) => (ops[op]!(cell, bound) ? [row] : []));
      return JSON.stringify(rows) === JSON.stringify(expected);
    },
  );
  await t.resolves(fc.assert(property));
});
