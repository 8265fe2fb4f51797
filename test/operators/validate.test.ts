import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Batch, FieldValues } from '../../engine/batch.ts';
import { fillOptions } from '../../engine/fill-options.ts';
import type { Fault } from '../../engine/operator.ts';
import { validate } from '../../operators/validate.ts';
import { cells } from './formats.ts';
import { batchOf, batchOfRecords, Collected, contextWith, runThrough } from './in-memory.ts';

type Options = Record<string, unknown>;

/** A batch as a CSV source emits it: one row of texts after the header. */
function csv(header: readonly string[], ...rows: readonly (readonly string[])[]): Batch {
  return batchOf(
    header.map((name, i) => [name, cells(rows.map((row) => row[i]!))] as const),
    rows.length,
  );
}

class Letters extends Collected {
  readonly amounts: (number | null)[] = [];
  override deadLetter(batch: Batch, row: number, faults: readonly [Fault, ...Fault[]]): void {
    super.deadLetter(batch, row, faults);
    this.amounts.push(batch.columns.get('revenue')?.get(row) as number | null);
  }
}

async function run(options: Options, ...batches: readonly Batch[]): Promise<Letters> {
  const out = new Letters();
  const instance = validate.create!(fillOptions(validate, options), contextWith());
  for (const batch of batches) await instance.process(batch, out, 'main');
  return out;
}

const messages = (out: Collected) => out.dead.map(({ row, faults }) => [row, ...faults.map(({ message }) => message)]);

const SALES = {
  fields: [
    { name: 'Invoice', constraints: { required: true } },
    { name: 'Date', type: 'datetime', format: '%d/%m/%Y %H:%M' },
    { name: 'Qty', type: 'integer' },
    { name: 'Price', type: 'number', bareNumber: false, constraints: { minimum: 0 } },
    { name: 'Customer', type: 'integer' },
    { name: 'Shop', aliases: ['Branch'] },
  ],
  map: {
    order_id: 'Invoice',
    sold_at: 'Date',
    quantity: 'Qty',
    unit_price: 'Price',
    customer_id: 'Customer',
    store_id: 'Shop',
  },
};
const HEADER = ['Invoice', 'Date', 'Qty', 'Price', 'Customer', 'Shop'];

t.test('cells become typed canonical columns', async (t) => {
  const out = await run(
    SALES,
    csv(HEADER, ['A-1', '1/12/2010 8:26', '6', '£2.55', '17850.0', 'London'], ['A-2', '', '-1.0', '1.005', '', '']),
  );
  t.same(out.records(), [
    {
      order_id: 'A-1',
      sold_at: 1_291_191_960,
      quantity: 6_000,
      unit_price: 25_500,
      customer_id: '17850',
      store_id: 'London',
      revenue: 153_000,
    },
    {
      order_id: 'A-2',
      sold_at: null,
      quantity: -1_000,
      unit_price: 10_050,
      customer_id: null,
      store_id: null,
      revenue: -10_050,
    },
  ]);
  const { columns } = out.batches[0]!;
  const kinds = [...columns].map(([name, column]) => [
    name,
    column.kind,
    ...(column.kind === 'number' ? [column.type, column.scale] : []),
  ]);
  t.same(kinds, [
    ['order_id', 'identifier'],
    ['sold_at', 'number', 'datetime', 1],
    ['quantity', 'number', 'decimal', 1_000],
    ['unit_price', 'number', 'decimal', 10_000],
    ['customer_id', 'identifier'],
    ['store_id', 'dictionary'],
    ['revenue', 'number', 'decimal', 10_000],
  ]);
});

t.test('a record at fault becomes a dead letter with all its faults, in the order of the fields', async (t) => {
  const out = await run(
    SALES,
    csv(
      HEADER,
      ['A1', '1/12/2010 8:26', '1', '2', '', ''],
      ['', '31/02/2010 8:26', 'two', '-1', 'x', ''],
      ['A3', '', '3', '-1', '', ''],
    ),
  );
  t.same(
    out.records().map(({ order_id }) => order_id),
    ['A1'],
  );
  t.same(messages(out), [
    [
      1,
      'Invoice: expected a value, got an empty cell',
      'Date: expected a day and time that exist, got "31/02/2010 8:26"',
      'Qty: expected a whole number, got "two"',
      'Price: expected at least 0, got "-1"',
      'Customer: expected a whole number, got "x"',
    ],
    [2, 'Price: expected at least 0, got "-1"'],
  ]);
  t.same(
    out.dead[0]?.faults.map(({ code, field }) => [code, field]),
    [
      ['missing_value', 'Invoice'],
      ['not_a_date', 'Date'],
      ['not_an_integer', 'Qty'],
      ['out_of_range', 'Price'],
      ['not_an_integer', 'Customer'],
    ],
  );
  t.same(out.amounts, [null, -30_000], 'with its money, where that can be read');
});

t.test('revenue', async (t) => {
  const fields = ['quantity', 'unit_price', 'discount', 'revenue'].map((name) => ({ name, type: 'number' }));
  const map = Object.fromEntries(fields.map(({ name }) => [name, name]));
  const revenue = async (header: string[], row: string[]) => {
    const out = await run({ fields, map }, csv(header, row));
    return out.dead[0]?.faults[0]?.message ?? out.records()[0]!.revenue;
  };
  t.equal(await revenue(['quantity', 'unit_price'], ['3', '1.0005']), 30_015);
  t.equal(await revenue(['quantity', 'unit_price'], ['0.5', '0.0001']), 0, 'rounded half to even');
  t.equal(await revenue(['quantity', 'unit_price'], ['0.5', '0.0003']), 2);
  t.equal(await revenue(['quantity', 'unit_price', 'discount'], ['4', '148.28', '0.05']), 5_634_640);
  t.equal(await revenue(['quantity', 'unit_price', 'discount'], ['4', '148.28', '']), 5_931_200, 'no discount is none');
  t.equal(await revenue(['quantity', 'unit_price'], ['', '1']), null);
  t.equal(await revenue(['quantity', 'unit_price', 'revenue'], ['2', '3', '7']), 70_000, 'the file has the say');
  t.equal(await revenue(['quantity', 'unit_price', 'revenue'], ['2', '3', '']), 60_000, 'and is completed');
  t.equal(await revenue(['revenue'], ['7.5']), 75_000);
  t.equal(await revenue(['quantity'], ['7.5']), undefined);
  const tooMuch = 'revenue: expected at most 900719925474.0991 in size, got "1000000 × 1000000"';
  t.equal(await revenue(['quantity', 'unit_price'], ['1e6', '1e6']), tooMuch);
});

t.test('a revenue that is wrong is not replaced by a derived one', async (t) => {
  const fields = ['quantity', 'unit_price', 'revenue'].map((name) => ({ name, type: 'number' }));
  const map = Object.fromEntries(fields.map(({ name }) => [name, name]));
  const out = await run({ fields, map }, csv(['quantity', 'unit_price', 'revenue'], ['1', '2', 'x'], ['y', '2', '3']));
  t.same(out.amounts, [null, 30_000]);
});

t.test('columns that are not mapped', async (t) => {
  const options = {
    fields: [{ name: 'Qty', type: 'integer' }, { name: 'Weight', type: 'number' }, { name: 'Note' }],
    map: { quantity: 'Qty' },
  };
  const batch = () =>
    csv(['Note', 'Colour', 'Qty', 'Weight'], ['new', 'red', '1', '2.50'], ['', '', '2', ''], ['old', 'blue', '3', 'x']);
  const kept = await run(options, batch());
  t.same(kept.records(), [
    { quantity: 1_000, attributes: '{"Weight":2.5,"Note":"new","Colour":"red"}' },
    { quantity: 2_000, attributes: null },
  ]);
  t.same(messages(kept), [[2, 'Weight: expected a number, got "x"']]);
  const dropped = await run({ ...options, attributes: false }, batch());
  t.same(dropped.records(), [{ quantity: 1_000 }, { quantity: 2_000 }]);
  t.equal(dropped.dead.length, 1, 'they are checked all the same');
});

t.test('contract for columns', async (t) => {
  const options = (columns: string) => ({
    fields: [{ name: 'Qty', type: 'integer' }],
    map: { quantity: 'Qty' },
    contract: { columns },
  });
  const batch = () => csv(['Qty', 'Colour'], ['1', 'red'], ['2', '']);
  t.same((await run(options('evolve'), batch())).records(), [
    { quantity: 1_000, attributes: '{"Colour":"red"}' },
    { quantity: 2_000, attributes: null },
  ]);
  t.same((await run(options('discard_value'), batch())).records(), [{ quantity: 1_000 }, { quantity: 2_000 }]);
  const strict = await run(options('discard_row'), batch());
  t.same(strict.records(), [{ quantity: 2_000 }]);
  t.same(strict.dead, [
    {
      row: 0,
      faults: [{ code: 'unexpected_column', field: 'Colour', message: 'Colour: expected no such column, got "red"' }],
    },
  ]);
  await t.rejects(run(options('freeze'), batch()), {
    code: 'unexpected_columns',
    message: /the file also has "Colour"/,
  });
});

t.test('contract for types', async (t) => {
  const fields = [
    { name: 'Qty', type: 'integer' },
    { name: 'Shop', constraints: { enum: ['a', 'b'] } },
    { name: 'Date', type: 'date', constraints: { required: true, minimum: '2020-01-01' } },
    { name: 'Size', type: 'number' },
  ];
  const map = { quantity: 'Qty', store_id: 'Shop', sold_at: 'Date' };
  const batch = () =>
    csv(['Qty', 'Shop', 'Date', 'Size'], ['x', 'c', '2020-01-02', 'big'], ['1', 'a', 'x', '2'], ['1', 'a', '', '2']);
  for (const types of ['evolve', 'freeze', 'discard_row']) {
    t.equal((await run({ fields, map, contract: { types } }, batch())).dead.length, 3, types);
  }
  const instance = validate.create!(
    fillOptions(validate, { fields, map, contract: { types: 'discard_value' } }),
    contextWith(),
  );
  const out = new Collected();
  await instance.process(batch(), out, 'main');
  t.same(out.records(), [{ quantity: null, store_id: null, sold_at: 1_577_923_200, attributes: null }]);
  t.same(messages(out), [
    [1, 'Date: expected a date such as 2026-12-31, got "x"'],
    [2, 'Date: expected a value, got an empty cell'],
  ]);
  t.match(instance.snapshot!(), { discarded: { Qty: 1, Shop: 1, Size: 1 } }, 'what was made missing is counted');
});

t.test('defaults stand where the file has no value', async (t) => {
  const options = {
    fields: [{ name: 'Qty', type: 'integer' }, { name: 'Shop' }, { name: 'Order' }],
    map: { quantity: 'Qty', store_id: 'Shop', order_id: 'Order' },
    defaults: {
      currency: 'GBP',
      unit_price: '2.50',
      store_id: 'online',
      order_id: 'none-0',
      quantity: 1,
      sold_at: '2026-01-01',
    },
  };
  const out = await run(options, csv(['Qty', 'Shop', 'Order'], ['3', 'London', 'A1'], ['', '', '']));
  const rest = { unit_price: 25_000, currency: 'GBP', sold_at: 1_767_225_600 };
  t.same(out.records(), [
    { quantity: 3_000, store_id: 'London', order_id: 'A1', ...rest, revenue: 75_000 },
    { quantity: 1_000, store_id: 'online', order_id: 'none-0', ...rest, revenue: 25_000 },
  ]);
  await t.rejects(run({ defaults: { quantity: 'few' } }), {
    code: 'bad_default',
    message: 'default of quantity: expected a number, got "few"',
  });
});

t.test('fields that the file does not have', async (t) => {
  const out = await run(SALES, csv(['Date', 'Qty', 'Price'], ['1/12/2010 8:26', '6', '2.55']));
  t.same(messages(out), [[0, 'Invoice: expected a column of that name in the file, got none']]);
  const { fields, map } = SALES;
  const lenient = await run(
    { fields: fields.slice(1), map: { ...map, order_id: 'Date' } },
    csv(['Date'], ['1/12/2010 8:26']),
  );
  t.same(Object.keys(lenient.records()[0]!).sort(), ['order_id', 'sold_at'], 'what is not required is simply absent');
});

t.test('columns are found by alias, and whatever the case and the spaces', async (t) => {
  const out = await run(SALES, csv([' invoice ', 'DATE', 'branch'], ['A1', '1/12/2010 8:26', 'London']));
  t.same(out.records(), [{ order_id: 'A1', sold_at: 1_291_191_960, store_id: 'London' }]);
});

t.test('fields may be mapped without being described', async (t) => {
  const map = { sold_at: 'when', quantity: 'n', product_id: 'what', region: 'what' };
  const out = await run({ map }, csv(['when', 'n', 'what'], ['25/12/2024', '2.5', 'P1'], ['1/2/2024', 'x', '']));
  t.same(out.records(), [{ sold_at: 1_735_084_800, quantity: 2_500, product_id: 'P1', region: 'P1' }]);
  t.same(messages(out), [[1, 'n: expected a number, got "x"']]);
});

t.test('a fault of a field that is mapped twice is told once', async (t) => {
  const options = {
    fields: [{ name: 'shop', constraints: { maxLength: 2 } }],
    map: { store_id: 'shop', region: 'shop' },
  };
  t.same(messages(await run(options, csv(['shop'], ['abc']))), [[0, 'shop: expected at most 2 characters, got "abc"']]);
});

t.test('whether the month comes first is settled by the first batch and kept with the checkpoint', async (t) => {
  const options = fillOptions(validate, { map: { sold_at: 'when' } });
  const first = validate.create!(options, contextWith());
  const out = new Collected();
  await first.process(csv(['when'], ['1/2/2024'], ['25/12/2024']), out, 'main');
  const second = validate.create!(options, contextWith());
  second.restore!(JSON.parse(JSON.stringify(first.snapshot!())));
  await second.process(csv(['when'], ['1/2/2024'], ['12/25/2024']), out, 'main');
  t.same(out.records(), [{ sold_at: 1_706_745_600 }, { sold_at: 1_735_084_800 }, { sold_at: 1_706_745_600 }]);
  t.match(messages(out), [[1, /^when: expected /]]);
});

t.test('options are not written to, and their mistakes are told before anything is read', async (t) => {
  const options = { ...SALES, defaults: { currency: 'GBP' } };
  const before = structuredClone(options);
  await run(options, csv(HEADER, ['A-1', '1/12/2010 8:26', '6', '£2.55', '17850.0', 'London']));
  t.same(options, before);
  await t.rejects(run({ map: { quantity: 'Date' }, fields: [{ name: 'Date', type: 'date' }] }), { code: 'bad_field' });
  await t.rejects(run({ fields: [{ name: 'Date', type: 'date', format: '%Q' }] }), { code: 'bad_date_format' });
  t.throws(() => fillOptions(validate, { map: { colour: 'Colour' } }), { code: 'bad_option' });
});

t.test('texts of an operator before it are typed as cells are', async (t) => {
  const batch = batchOfRecords([
    { a: '1', b: 'x', c: 1.5 },
    { a: null, b: null, c: null },
  ]);
  const out = await run({ map: { quantity: 'a', store_id: 'b', unit_price: 'c' } }, batch);
  t.same(out.records(), [
    { quantity: 1_000, store_id: 'x', unit_price: 15_000, revenue: 15_000 },
    { quantity: null, store_id: null, unit_price: null, revenue: null },
  ]);
});

t.test('the example does what it shows', async (t) => {
  const { options, input, output } = validate.example as {
    options: Record<string, unknown>;
    input: FieldValues[];
    output: FieldValues[];
  };
  t.same((await runThrough(validate, options, [batchOfRecords(input)])).records(), output);
});

t.test('every record goes on or becomes a dead letter, and what goes on was right', async () => {
  const cell = fc.constantFrom('', '1', '2.5', 'x', '-3', '2020-01-01', '1e9');
  const fields = [
    { name: 'a', type: 'integer', constraints: { required: true } },
    { name: 'b', type: 'number' },
    { name: 'c', type: 'date' },
  ];
  const map = { quantity: 'a', unit_price: 'b', sold_at: 'c' };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 }), async (rows) => {
      const out = await run({ fields, map }, csv(['a', 'b', 'c'], ...rows));
      const whole = /^-?\d+(e9)?$/;
      const good = rows.filter(
        ([a, b, c]) => whole.test(a) && (b === '' || /^-?[\d.]+(e9)?$/.test(b)) && (c === '' || c.length === 10),
      );
      const fine = good.filter(([a, b]) => Math.abs(Number(a) * Number(b)) <= 9e11);
      assert.deepEqual(
        out.records().map(({ quantity }) => quantity),
        fine.map(([a]) => Number(a) * 1000),
      );
      assert.equal(out.records().length + out.dead.length, rows.length);
    }),
  );
});

t.test('files that are read alike come out as they do alone, whatever the one before has left', async (t) => {
  const options = {
    fields: [
      { name: 'Date', type: 'date', format: 'any' },
      { name: 'Day', type: 'date', format: '%d/%m/%Y' },
      { name: 'Shop', constraints: { maxLength: 3 } },
      { name: 'Qty', type: 'integer', constraints: { maximum: 12 } },
      { name: 'Note' },
    ],
    map: { sold_at: 'Date', store_id: 'Shop', quantity: 'Qty', order_id: 'Note' },
  };
  const header = ['Date', 'Day', 'Shop', 'Qty', 'Note'];
  const date = fc.constantFrom('5/4/2026', '25/4/2026', '4/25/2026', ' 5/4/2026', '2026-04-05', '');
  const text = fc.constantFrom('', 'A', 'B7', ' B7', 'long', 'N/A');
  const row = fc.tuple(date, date, text, fc.constantFrom('1', '12', '13', 'x', ''), text);
  const load = async (filled: Options, rows: readonly (readonly string[])[]) => {
    const out = new Letters();
    const instance = validate.create!(filled, contextWith());
    await instance.process(csv(header, ...rows), out, 'main');
    await instance.flush!(out);
    return [out.records(), out.dead.map(({ row, faults }) => [row, faults])];
  };
  const files = fc.array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 });
  await t.resolves(
    fc.assert(
      fc.asyncProperty(files, async (files) => {
        const shared = fillOptions(validate, options);
        for (const rows of files) {
          assert.deepEqual(await load(shared, rows), await load(fillOptions(validate, options), rows));
        }
      }),
      { numRuns: 150 },
    ),
  );
});
