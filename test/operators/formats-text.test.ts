import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { BytesColumn, IdentifierColumn, identifierText, splitIdentifier } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { canonicalField } from '../../operators/dataset/canonical.ts';
import type { FieldDescriptor } from '../../operators/dataset/schema.ts';
import { attributesColumn } from '../../operators/formats/attributes.ts';
import type { ColumnTyping } from '../../operators/formats/column-typing.ts';
import { compileAttribute, compileColumn } from '../../operators/formats/compile.ts';
import { cells, message, typed, values } from './formats.ts';

const DEFAULTS = { missingValues: [''], trim: true };
type Field = Omit<FieldDescriptor, 'name'>;

const typing = (target: string, field: Field = {}, defaults = DEFAULTS): ColumnTyping =>
  compileColumn({ name: target, ...field }, canonicalField(target)!, defaults);

/** Texts as files hold them: identifiers, words, padding, other scripts. */
const word = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('ORD-', 'C', '', 'É', 'a b', '#', 'x#1', 'ORD-1-'),
      fc.constantFrom('', '0', '7', '0042', '1234567890', '12345678901', '000'),
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: fc.constantFrom(...'aé0123 #-\t\u00a0\ufeff漢'), maxLength: 14 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
);

t.test('identifiers are split as splitIdentifier does, and read back', async () => {
  const orders = typing('order_id');
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (texts) => {
      const { column } = typed(orders, texts);
      assert(column instanceof IdentifierColumn);
      texts.forEach((text, row) => {
        const trimmed = text.trim();
        assert.equal(column.get(row), trimmed === '' ? null : trimmed, JSON.stringify(text));
        if (trimmed === '') return;
        const { affix, number } = splitIdentifier(trimmed);
        assert.equal(column.dictionary.values[column.codes[row]!], affix);
        assert.equal(column.numbers[row], number);
        assert.equal(identifierText(affix, number), trimmed);
      });
    }),
    { numRuns: 3000 },
  );
});

t.test('repeated texts are read back, trimmed', async () => {
  const stores = typing('store_id');
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (texts) => {
      assert.deepEqual(
        values(stores, texts),
        texts.map((text) => text.trim() || null),
      );
    }),
    { numRuns: 3000 },
  );
});

t.test('without trimming, padding is part of the text', async (t) => {
  const untrimmed = { missingValues: [''], trim: false };
  t.same(values(typing('store_id', {}, untrimmed), [' a', 'a', ' ', '']), [' a', 'a', ' ', null]);
  t.same(values(typing('order_id', {}, untrimmed), [' a1', 'a1 ', ' ', '']), [' a1', 'a1 ', ' ', null]);
  t.same(values(typing('quantity', {}, untrimmed), [' 1', '1']), [null, 1000]);
});

t.test('numbers and dates are the same whatever stands around them', async () => {
  const day = fc.constantFrom(
    '2026-01-01',
    '2026-01-02',
    ' 2026-01-02',
    '2026-01-01 ',
    '2026-01-01 10:00:00',
    'x',
    '',
    '2026-01-02 10:00:00',
  );
  fc.assert(
    fc.property(fc.array(day, { minLength: 1, maxLength: 10 }), (days) => {
      // The first bytes of the buffer hold a date too, as the cell that is read apart does.
      const plain = cells(days);
      const shifted = new BytesColumn(
        plain.bytes.subarray(6),
        plain.starts.map((at) => at - 6),
        plain.ends.map((at) => at - 6),
        3,
        1,
        days.length,
      );
      const column = typing('sold_at', { type: 'datetime' }).type(shifted, () => true);
      days.forEach((text, row) => {
        const iso = text.trim().replace(' ', 'T');
        const wanted = Date.parse(iso.length > 10 ? `${iso}Z` : iso) / 1000;
        assert.equal(column.get(row), Number.isNaN(wanted) ? null : wanted, JSON.stringify(days));
      });
    }),
    { numRuns: 2000 },
  );
});

t.test('equal texts have equal codes over batches', async (t) => {
  const stores = typing('store_id');
  const first = typed(stores, ['a', ' a', 'b']).column;
  const second = typed(stores, ['b', 'a']).column;
  t.ok(first.kind === 'dictionary' && second.kind === 'dictionary');
  if (first.kind !== 'dictionary' || second.kind !== 'dictionary') return;
  t.equal(first.dictionary, second.dictionary);
  t.same([...first.codes], [0, 0, 1]);
  t.same([...second.codes], [1, 0]);
});

t.test('a dictionary that may become full is replaced by a fresh one', async (t) => {
  for (const target of ['store_id', 'customer_id']) {
    const stores = typing(target);
    const texts = Array.from({ length: 120_000 }, (_, i) => `${i}x`);
    const dictionaries = new Set<Dictionary>();
    for (let start = 0; start < texts.length; start += 16_000) {
      const part = texts.slice(start, start + 16_000);
      const { column } = typed(stores, part);
      t.ok(column.kind === 'dictionary' || column.kind === 'identifier');
      if ('dictionary' in column) dictionaries.add(column.dictionary);
      t.same([column.get(0), column.get(part.length - 1)], [part[0], part.at(-1)]);
    }
    t.equal(dictionaries.size, 2, target);
  }
  const many = Array.from({ length: Dictionary.capacity + 10 }, (_, i) => `${i}x`);
  for (const target of ['store_id', 'customer_id'])
    t.same(values(typing(target), many), many, 'one batch beyond all room');
});

t.test('more distinct cells than are remembered are read as well', async (t) => {
  const amounts = Array.from({ length: 140_000 }, (_, i) => i);
  const ways: [string, Field, (i: number) => string][] = [
    ['quantity', { constraints: { maxLength: 20 } }, (i) => String(i)],
    ['quantity', { type: 'integer' }, (i) => `${i}e0`],
    ['customer_id', { type: 'integer' }, (i) => `${i}.0`],
  ];
  for (const [target, field, write] of ways) {
    const column = typing(target, field);
    for (let start = 0; start < amounts.length; start += 10_000) {
      const part = amounts.slice(start, start + 10_000);
      const wanted = part.map((i) => (target === 'quantity' ? i * 1000 : String(i)));
      assert.deepEqual(values(column, part.map(write)), wanted);
    }
    const again = amounts.slice(0, 100);
    t.equal(values(column, again.map(write))[99], target === 'quantity' ? 99_000 : '99');
    const many = amounts.slice(0, Dictionary.capacity + 1);
    t.equal(
      values(column, many.map(write)).at(-1),
      target === 'quantity' ? Dictionary.capacity * 1000 : String(Dictionary.capacity),
      'in one batch',
    );
  }
  const notes = compileAttribute({ name: 'note' }, DEFAULTS);
  const members = notes.members(cells(amounts.map(String)), () => true);
  t.same([members[0], members.at(-1)], ['"note":"0"', '"note":"139999"']);
});

t.test('values that mean missing', async (t) => {
  const missingValues = ['', 'N/A', '-1', 'UNKNOWN', '0000-00-00'];
  const field = { missingValues };
  t.same(values(typing('store_id', field), ['', ' ', 'N/A', ' N/A ', 'n/a', 'N', '-1']), [
    null,
    null,
    null,
    null,
    'n/a',
    'N',
    null,
  ]);
  t.same(values(typing('order_id', field), ['', ' ', 'N/A', ' N/A ', 'n/a', 'N1', '-1', '-10', '-2', 'UNKNOWN']), [
    null,
    null,
    null,
    null,
    'n/a',
    'N1',
    null,
    '-10',
    '-2',
    null,
  ]);
  t.same(values(typing('quantity', field), ['', ' ', 'N/A', '-1', '-1 ', '-1.0', '-10']), [
    null,
    null,
    null,
    null,
    null,
    -1000,
    -10_000,
  ]);
  t.same(values(typing('sold_at', { ...field, type: 'date' }), ['', '0000-00-00', '1970-01-02']), [null, null, 86_400]);
  t.same(
    values(typing('store_id', { missingValues: ['x'] }), ['', 'x']),
    ['', null],
    'the empty text is a text where it is not said to be missing',
  );
  t.same(values(typing('order_id', { missingValues: [] }), ['', 'A1']), ['', 'A1']);
  t.equal(
    message(typed(typing('quantity', { missingValues: [] }), ['']).faults.get(0)),
    'quantity: expected a number, got an empty cell',
  );
});

t.test('values of other types kept as text', async (t) => {
  t.same(values(typing('customer_id', { type: 'integer' }), ['17850.0', '17850', '017850', '', '-3.0', '1e3']), [
    '17850',
    '17850',
    '17850',
    null,
    '-3',
    '1000',
  ]);
  t.same(
    values(typing('customer_id', { type: 'integer' }), ['98765432101234567890']),
    ['98765432101234567890'],
    'of any length',
  );
  t.match(typed(typing('customer_id', { type: 'integer' }), ['17850.5']).faults.get(0), { code: 'not_an_integer' });
  t.same(values(typing('store_id', { type: 'integer' }), ['7.0', '7', '0']), ['7', '7', '0']);
  t.same(values(typing('category', { type: 'number', decimalChar: ',' }), ['1,50', '0,1234567', '1,5e-9']), [
    '1.5',
    '0.1234567',
    '0.0000000015',
  ]);
  t.same(values(typing('category', { type: 'boolean', trueValues: ['Y'], falseValues: ['N'] }), ['Y', 'N']), [
    'true',
    'false',
  ]);
  t.same(values(typing('category', { type: 'date', format: '%d/%m/%Y' }), ['31/12/2026']), ['2026-12-31']);
  const bad = { code: 'not_a_number', field: 'category', message: 'category: expected a number, got "x"' };
  t.same(
    typed(typing('category', { type: 'number' }), ['1', 'x', 'x']).faults,
    new Map([
      [1, bad],
      [2, bad],
    ]),
  );
});

t.test('constraints', async (t) => {
  const cases: [string, Field, string, string, string][] = [
    [
      'store_id',
      { constraints: { required: true } },
      '',
      'missing_value',
      'store_id: expected a value, got an empty cell',
    ],
    [
      'order_id',
      { constraints: { required: true }, missingValues: ['-'] },
      '-',
      'missing_value',
      'order_id: expected a value, got "-"',
    ],
    [
      'quantity',
      { constraints: { required: true } },
      ' ',
      'missing_value',
      'quantity: expected a value, got an empty cell',
    ],
    ['quantity', { constraints: { minimum: 1 } }, '0.5', 'out_of_range', 'quantity: expected at least 1, got "0.5"'],
    [
      'quantity',
      { constraints: { maximum: '10' } },
      '10.001',
      'out_of_range',
      'quantity: expected at most 10, got "10.001"',
    ],
    [
      'unit_price',
      { decimalChar: ',', constraints: { maximum: '10,5' } },
      '10,51',
      'out_of_range',
      'unit_price: expected at most 10,5, got "10,51"',
    ],
    [
      'sold_at',
      { type: 'date', format: '%d/%m/%Y', constraints: { minimum: '2020-01-01' } },
      '31/12/2019',
      'out_of_range',
      'sold_at: expected at least 2020-01-01, got "31/12/2019"',
    ],
    [
      'line',
      { type: 'integer', constraints: { enum: [1, 2] } },
      '3',
      'not_in_enum',
      'line: expected one of "1" or "2", got "3"',
    ],
    [
      'payment_method',
      { constraints: { enum: ['card', 'cash', 'voucher'] } },
      'Card',
      'not_in_enum',
      'payment_method: expected one of "card", "cash" or "voucher", got "Card"',
    ],
    [
      'order_id',
      { constraints: { pattern: 'ORD-\\d+' } },
      'XORD-1',
      'pattern_mismatch',
      'order_id: expected text of the form ORD-\\d+, got "XORD-1"',
    ],
    [
      'store_id',
      { constraints: { minLength: 3 } },
      'éé',
      'too_short',
      'store_id: expected at least 3 characters, got "éé"',
    ],
    [
      'store_id',
      { constraints: { maxLength: 1 } },
      '漢字',
      'too_long',
      'store_id: expected at most one character, got "漢字"',
    ],
    [
      'quantity',
      { constraints: { maxLength: 3 } },
      '1000',
      'too_long',
      'quantity: expected at most 3 characters, got "1000"',
    ],
    [
      'store_id',
      { type: 'integer', constraints: { minimum: 5 } },
      '4.0',
      'out_of_range',
      'store_id: expected at least 5, got "4.0"',
    ],
    [
      'category',
      { type: 'date', constraints: { maximum: '2020-01-01' } },
      '2020-01-02',
      'out_of_range',
      'category: expected at most 2020-01-01, got "2020-01-02"',
    ],
    ['discount', {}, '15', 'out_of_range', 'discount: expected at most 1, got "15"'],
  ];
  for (const [target, field, text, code, sentence] of cases) {
    const fault = typed(typing(target, field), [text]).faults.get(0);
    t.same(fault, { code, field: target, message: sentence });
  }
  const fine: [string, Field, string, string | number | null][] = [
    ['quantity', { constraints: { minimum: 1, maximum: 1 } }, '1.000', 1000],
    ['quantity', { constraints: { minimum: 1 } }, '', null],
    ['line', { type: 'integer', constraints: { enum: [1, 2] } }, '2.0', 2],
    ['payment_method', { constraints: { enum: ['card', 'cash'] } }, ' cash ', 'cash'],
    ['order_id', { constraints: { pattern: 'ORD-\\d+' } }, ' ORD-01 ', 'ORD-01'],
    ['store_id', { constraints: { minLength: 2, maxLength: 2 } }, '漢字', '漢字'],
    ['discount', { constraints: { maximum: 100 } }, '15', 150_000],
    ['discount', { bareNumber: false }, '15%', 1_500],
    ['category', { type: 'number', constraints: { minimum: 1.1, maximum: 1.1 } }, '1.10', '1.1'],
    ['category', { type: 'number', constraints: { enum: [1.5] } }, '1.50', '1.5'],
    ['category', { type: 'boolean', constraints: { enum: [true] } }, '1', 'true'],
  ];
  for (const [target, field, text, value] of fine)
    t.same(values(typing(target, field), [text]), [value], JSON.stringify([target, field]));
});

t.test('a field that cannot be what it is mapped to is refused', async (t) => {
  t.throws(() => typing('quantity', { type: 'date' }), {
    code: 'bad_field',
    message: 'field "quantity": expected a number, as it is mapped to quantity; its type is date',
  });
  t.throws(() => typing('sold_at', { type: 'boolean' }), { code: 'bad_field' });
  t.throws(() => typing('store_id', { constraints: { pattern: '(' } }), {
    code: 'bad_field',
    message: 'field "store_id": expected a regular expression as its pattern, got "("',
  });
  t.throws(() => typing('quantity', { constraints: { minimum: 'few' } }), {
    code: 'bad_field',
    message: 'field "quantity": expected a limit of type string, got "few"',
  });
});

t.test('attributes', async (t) => {
  const attribute = (name: string, texts: string[], field: Field = {}) => {
    const faults: string[] = [];
    const members = compileAttribute({ name, ...field }, DEFAULTS).members(cells(texts), (_, fault) => {
      faults.push(fault.message);
      return true;
    });
    return { members, faults };
  };
  const note = attribute('a "note"', [' x ', '', 'line\nbreak']);
  const size = attribute('size', ['1.50', 'big', ''], { type: 'number' });
  const count = attribute('count', ['3.0', '', ''], { type: 'integer' });
  const day = attribute('day', ['31/12/2026', '', ''], { type: 'date', format: '%d/%m/%Y' });
  const paid = attribute('paid', ['1', '', ''], { type: 'boolean' });
  const latitude = attribute('latitude', ['51.50735091', '', ''], { type: 'number' });
  const column = attributesColumn(
    [note, size, count, day, paid, latitude].map(({ members }) => members),
    3,
  );
  t.equal(
    column.values[0],
    '{"a \\"note\\"":"x","size":1.5,"count":3,"day":"2026-12-31","paid":true,"latitude":51.50735091}',
  );
  t.equal(column.values[1], null, 'a record without any has none');
  t.same(JSON.parse(column.values[2]!), { 'a "note"': 'line\nbreak' });
  t.same(size.faults, ['size: expected a number, got "big"']);
});
