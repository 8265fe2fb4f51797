import fc from 'fast-check';
import t from 'tap';
import { type Column, dictionaryColumn, identifierColumn, NumberColumn, TextColumn } from '../../engine/column.ts';
import { map } from '../../operators/map.ts';
import { batchOf, runThrough } from './in-memory.ts';

const decimals = (scale: number, ...values: (number | null)[]) =>
  new NumberColumn(
    'decimal',
    Float64Array.from(values, (value) => value ?? Number.NaN),
    scale,
  );
const money = (...values: (number | null)[]) => decimals(10_000, ...values);

async function run(columns: Record<string, Column>, options: Record<string, unknown>) {
  const entries = Object.entries(columns);
  const out = await runThrough(map, options, [batchOf(entries, entries[0]![1].length)]);
  const column = (name: string) => out.batches[0]!.column(name);
  const cells = (name: string) => Array.from({ length: column(name).length }, (_, row) => column(name).get(row));
  return { out, column, cells, fields: [...(out.batches[0]?.columns.keys() ?? [])] };
}

const typeOf = (column: Column) => (column.kind === 'number' ? `${column.type}/${column.scale}` : column.kind);

t.test('constants take the type of the field, of the canonical field, or their own', async (t) => {
  const set = {
    price: 2.5,
    quantity: 3,
    discount: 0.1,
    sold_at: '2026-12-31',
    store_id: 'S1',
    customer_id: 'C-17',
    checked: true,
    weight: 0.125,
    tiny: 1e-7,
    rank: 4,
    note: 'x',
    gone: null,
  };
  const { column, cells } = await run({ price: decimals(100, 1, 2), gone: new TextColumn(['a', 'b']) }, { set });
  const types = Object.fromEntries(Object.keys(set).map((name) => [name, typeOf(column(name))]));
  t.strictSame(types, {
    price: 'decimal/100',
    quantity: 'decimal/1000',
    discount: 'decimal/10000',
    sold_at: 'datetime/1',
    store_id: 'dictionary',
    customer_id: 'identifier',
    checked: 'boolean/1',
    weight: 'decimal/10000',
    tiny: 'float/1',
    rank: 'integer/1',
    note: 'dictionary',
    gone: 'text',
  });
  t.strictSame(cells('price'), [250, 250]);
  t.strictSame(cells('quantity'), [3000, 3000]);
  t.strictSame(cells('discount'), [1000, 1000]);
  t.strictSame(cells('sold_at'), [1_798_675_200, 1_798_675_200]);
  t.strictSame(cells('customer_id'), ['C-17', 'C-17']);
  t.strictSame(cells('gone'), [null, null]);
});

t.test('texts are trimmed, replaced, cased and looked up, in that order', async (t) => {
  const from = {
    from: 'region',
    trim: true,
    replace: { pattern: '(\\w+)-(\\w+)', with: '$2 $1' },
    case: 'upper',
    lookup: { 'ISLAND SOUTH': 'SI' },
  };
  const texts = [' south-island', 'north', null];
  for (const column of [new TextColumn(texts), dictionaryColumn(texts), identifierColumn(texts)]) {
    const { cells, column: named } = await run({ region: column }, { set: { region: from } });
    t.strictSame(cells('region'), ['SI', 'NORTH', null]);
    t.equal(named('region').kind, column.kind, 'the column stays of its kind');
  }
});

t.test('expressions see the record as it came', async (t) => {
  const { cells, fields } = await run(
    { a: new TextColumn(['1']), b: new TextColumn(['2']), c: new TextColumn(['3']) },
    { set: { a: { from: 'b' }, b: { from: 'a' } }, rename: { c: 'd' }, drop: ['a'] },
  );
  t.strictSame(fields, ['b', 'd']);
  t.strictSame(cells('b'), ['1']);
});

t.test('two fields can change places', async (t) => {
  const columns = { a: new TextColumn(['1']), b: new TextColumn(['2']) };
  const { cells } = await run(columns, { rename: { a: 'b', b: 'a' } });
  t.strictSame([cells('a'), cells('b')], [['2'], ['1']]);
});

t.test('a missing value gets the default', async (t) => {
  const set = { region: { from: 'region', default: 'none' }, cost: { from: 'cost', default: 1.5 } };
  const { cells } = await run({ region: dictionaryColumn(['N', null]), cost: money(null, 20_000) }, { set });
  t.strictSame(
    [cells('region'), cells('cost')],
    [
      ['N', 'none'],
      [15_000, 20_000],
    ],
  );
});

t.test('a text becomes what its field holds, or the record a dead letter with all its faults', async (t) => {
  const attributes = new TextColumn([
    '{"w":"1.25","d":"2026-01-02"}',
    '{"w":"heavy","d":"soon"}',
    '{"w":"","d":"2026-01-02"}',
  ]);
  const columns = { attributes, cost: money(1, 2, 3), sold_at: new NumberColumn('date', new Float64Array(3)) };
  const set = { cost: { from: 'attributes.w' }, sold_at: { from: 'attributes.d' } };
  const { out, cells } = await run(columns, { set });
  t.strictSame(cells('cost'), [12_500, null]);
  t.strictSame(out.dead, [
    {
      row: 1,
      faults: [
        { code: 'not_a_number', field: 'cost', message: 'cost: expected a number, got "heavy"' },
        { code: 'not_a_date', field: 'sold_at', message: 'sold_at: expected a date such as 2026-12-31, got "soon"' },
      ],
    },
  ]);
});

t.test('numbers change scale with one rounding, half to even', async (t) => {
  const columns = { revenue: money(0), fine: decimals(1_000_000, 12_345_650) };
  const { cells } = await run(columns, { set: { revenue: { from: 'fine' } } });
  t.strictSame(cells('revenue'), [123_456]);
});

t.test('a date and a time convert', async (t) => {
  const sold_at = new NumberColumn('datetime', Float64Array.of(1_798_675_200 + 3600));
  const day = new NumberColumn('date', Float64Array.of(0));
  const { cells } = await run({ sold_at, day }, { set: { day: { from: 'sold_at' } } });
  t.strictSame(cells('day'), [1_798_675_200]);
});

t.test('arithmetic is exact between scales', async (t) => {
  const columns = { quantity: decimals(1000, 1500, -2000, null), price: money(333_333, 10_000, 10_000) };
  const set = {
    revenue: { multiply: ['quantity', 'price'] },
    profit: { subtract: ['price', 'quantity'] },
    twice: { multiply: ['price', 2] },
    more: { add: ['price', 0.5] },
  };
  const { cells, column } = await run(columns, { set });
  t.strictSame(cells('revenue'), [500_000, -20_000, null], '1.5 × 33.3333 = 49.99995, half to even');
  t.strictSame(cells('profit'), [318_333, 30_000, null]);
  t.strictSame(cells('twice'), [666_666, 20_000, 20_000]);
  t.strictSame(cells('more'), [338_333, 15_000, 15_000]);
  t.equal(typeOf(column('twice')), 'decimal/10000');
});

t.test('products agree with exact arithmetic', async (t) => {
  const value = fc.integer({ min: -(10 ** 11), max: 10 ** 11 });
  const property = fc.asyncProperty(value, value, async (a, b) => {
    const columns = { a: decimals(1000, a), b: decimals(10_000, b) };
    const { out } = await run(columns, { set: { revenue: { multiply: ['a', 'b'] } } });
    const expected = halfEven(BigInt(a) * BigInt(b), 1000n);
    const got = out.batches[0]?.column('revenue').get(0);
    return got === undefined
      ? expected > Number.MAX_SAFE_INTEGER || expected < -Number.MAX_SAFE_INTEGER
      : BigInt(got!) === expected;
  });
  await t.resolves(fc.assert(property));
});

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  const [quotient, rest] = [(sign * numerator) / denominator, (sign * numerator) % denominator];
  const up = 2n * rest > denominator || (2n * rest === denominator && quotient % 2n === 1n);
  return sign * (quotient + (up ? 1n : 0n));
}

t.test('a result that is too large is a dead letter, not a wrong number', async (t) => {
  const columns = { a: decimals(1, 9e15, 2), b: decimals(1, 9e15, 3) };
  const { out, cells } = await run(columns, { set: { c: { multiply: ['a', 'b'] } } });
  t.strictSame(cells('c'), [6]);
  t.match(out.dead, [{ row: 0, faults: [{ code: 'amount_overflow', field: 'c' }] }]);
  const sum = await run(columns, { set: { c: { add: ['a', 'b'] } } });
  t.match(sum.out.dead, [{ row: 0, faults: [{ code: 'amount_overflow' }] }]);
});

t.test('columns that are not touched are the same objects', async (t) => {
  const region = dictionaryColumn(['N']);
  const { column } = await run({ region, a: money(1) }, { set: { a: 2 }, rename: { region: 'area' } });
  t.equal(column('area'), region);
});

t.test('what can not be done is refused in words', async (t) => {
  const columns = { region: dictionaryColumn(['N']), quantity: decimals(1000, 1) };
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ set: { quantity: 'many' } }, /set "quantity": expected a number, as the field holds, got "many"/],
    [{ set: { a: { from: 'regoin' } } }, /did you mean "region"/],
    [{ set: { a: { add: ['region', 1] } } }, /expected a field that holds numbers/],
    [{ set: { a: { from: 'region', replace: { pattern: '(', with: '' } } } }, /expected a regular expression/],
    [{ set: { a: { fro: 'region' } } }, /option "set.a"/],
    [{ rename: { regoin: 'b' } }, /did you mean "region"/],
  ];
  for (const [options, message] of refused) await t.rejects(run(columns, options), { message });
});
