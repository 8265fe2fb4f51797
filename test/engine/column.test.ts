import fc from 'fast-check';
import t from 'tap';
import {
  BytesColumn,
  dictionaryColumn,
  gather,
  identifierColumn,
  identifierText,
  NumberColumn,
  numberColumn,
  splitIdentifier,
  TextColumn,
} from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';

const texts = fc.array(fc.option(fc.string({ unit: 'grapheme' })));
const cellsOf = (column: { length: number; get(row: number): unknown }) =>
  Array.from({ length: column.length }, (_, row) => column.get(row));

t.test('an identifier is put together again as it was', (t) => {
  const digits = fc.string({ unit: fc.constantFrom('0', '1', '9'), maxLength: 14 });
  const identifier = fc.tuple(fc.string({ unit: 'grapheme' }), digits).map((parts) => parts.join(''));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(identifier, (text) => {
        const { affix, number } = splitIdentifier(text);
        return identifierText(affix, number) === text && Number.isSafeInteger(number);
      }),
    ),
  );
  t.end();
});

t.test('identifiers share their affix, zeros in front are kept, long runs of digits are no number', (t) => {
  t.strictSame(splitIdentifier('ORD-000123'), { affix: 'ORD-#6', number: 123 });
  t.strictSame(splitIdentifier('17850'), { affix: '#5', number: 17850 });
  t.strictSame(splitIdentifier('17850.0'), { affix: '17850.#1', number: 0 });
  t.strictSame(splitIdentifier('POST'), { affix: 'POST#0', number: 0 });
  t.strictSame(splitIdentifier('12345678901'), { affix: '12345678901#0', number: 0 });
  t.strictSame(splitIdentifier('A#1'), { affix: 'A##1', number: 1 });
  t.end();
});

t.test('columns of every kind give back what went in, and select rows in the order asked for', (t) => {
  const rowsOf = (length: number) => fc.array(fc.nat({ max: Math.max(0, length - 1) }), { maxLength: length * 2 });
  const property = fc.property(
    texts.chain((values) => fc.tuple(fc.constant(values), rowsOf(values.length))),
    ([values, rows]) => {
      const chosen = Int32Array.from(values.length === 0 ? [] : rows);
      const columns = [new TextColumn(values), dictionaryColumn(values), identifierColumn(values)];
      const expected = JSON.stringify(Array.from(chosen, (row) => values[row]!));
      return columns.every(
        (column) =>
          JSON.stringify(cellsOf(column)) === JSON.stringify(values) &&
          JSON.stringify(cellsOf(column.select(chosen))) === expected,
      );
    },
  );
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('numbers are null where they are missing', (t) => {
  const column = new NumberColumn('decimal', Float64Array.of(125_000, Number.NaN), 10_000);
  t.strictSame(cellsOf(column), [125_000, null]);
  const selected = column.select(Int32Array.of(1, 0, 0));
  t.strictSame(cellsOf(selected), [null, 125_000, 125_000]);
  t.match(selected, { type: 'decimal', scale: 10_000 });
  t.end();
});

t.test('cells of bytes share one buffer', (t) => {
  const bytes = Buffer.from('ab,é,\ncd,,x');
  const starts = Int32Array.of(0, 3, 6, 7, 10, 11);
  const ends = Int32Array.of(2, 5, 6, 9, 10, 12);
  const second = new BytesColumn(bytes, starts, ends, 3, 1, 2);
  t.strictSame(cellsOf(second), ['é', '']);
  const selected = second.select(Int32Array.of(1, 0));
  t.strictSame(cellsOf(selected), ['', 'é']);
  t.equal(selected.bytes, bytes);
  t.end();
});

t.test('numbers of unknown kind are integers if all are whole', (t) => {
  t.equal(numberColumn(Float64Array.of(1, Number.NaN, -3)).type, 'integer');
  t.equal(numberColumn(Float64Array.of(1, 0.5)).type, 'float');
  t.end();
});

t.test('a column that does not fit into its dictionary begins a new one, or goes on as texts', (t) => {
  const full = new Dictionary();
  for (let i = 0; i < Dictionary.capacity - 1; i++) full.encode(`t${i}`);
  const next = dictionaryColumn(['a', 'b'], full);
  t.equal(next.kind, 'dictionary');
  t.not(next.kind === 'dictionary' && next.dictionary, full);
  const many = Array.from({ length: Dictionary.capacity + 1 }, (_, i) => `x${i}`);
  t.equal(dictionaryColumn(many).kind, 'text');
  t.equal(identifierColumn(many).kind, 'text');
  t.end();
});

t.test('gather keeps the kind of array', (t) => {
  t.strictSame(gather(Int32Array.of(5, 6, 7), Int32Array.of(2, 0)), Int32Array.of(7, 5));
  t.strictSame(gather(Float64Array.of(0.5, 1.5), Int32Array.of(1)), Float64Array.of(1.5));
  t.end();
});
