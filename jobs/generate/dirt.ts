import type { Random } from './random.ts';

/** What must become of a spoilt record. */
export type Fate = 'dead_letter' | 'filtered' | 'accepted';

/** A way to spoil a record. */
export interface Dirt {
  /** Stable snake_case name, as the manifest gives it. */
  readonly kind: string;
  readonly expected: Fate;
  /** Fault codes of a dead letter in the order of their columns, or the one reason of a filtered record. */
  readonly reasons: readonly string[];
  /** The spoilt line, without its line break, from the clean one's ten cells. */
  readonly spoil: (cells: readonly string[], random: Random) => string | Buffer;
}

/** The columns of a row of sales, in their order. */
export const SALES_COLUMNS = [
  'order_id',
  'line',
  'sold_at',
  'store_id',
  'product_id',
  'customer_id',
  'quantity',
  'unit_price',
  'discount',
  'payment_method',
] as const;

type SalesColumn = (typeof SALES_COLUMNS)[number];

/** Not one of these is legal anywhere in UTF-8; 0x81 has no character in Windows-1252 either. */
const INVALID_UTF8 = Buffer.from([0xc3, 0x28, 0x81, 0xff]);

/** Every kind, in the order in which they are dealt out. */
export const DIRT: readonly Dirt[] = [
  // The second quote ends the cell too early, the third does so in time: without it the next lines would belong to the cell.
  dead('quote_inside_quotes', 'bad_quoting', (cells) => joined(cells, { store_id: `"S"${cells[3]?.slice(1)}"` })),
  dead('quote_inside_text', 'bad_quoting', (cells) => joined(cells, { product_id: `P"${cells[4]?.slice(1)}` })),
  dead('extra_field', 'too_many_fields', (cells) => `${cells.join(',')},extra`),
  dead('decimal_comma', 'too_many_fields', (cells) => joined(cells, { unit_price: cells[7]!.replace('.', ',') })),
  dead('short_row', 'too_few_fields', (cells, random) => cells.slice(0, 3 + random.below(6)).join(',')),
  dead('invalid_utf8', 'invalid_encoding', (cells) => withBytes(cells, INVALID_UTF8)),
  change('quantity_in_words', 'not_an_integer', { quantity: 'two' }),
  change('fractional_quantity', 'not_an_integer', { quantity: '1.5' }),
  change('price_with_letter', 'not_a_number', { unit_price: '"12,x"' }),
  change('price_with_two_points', 'not_a_number', { unit_price: '12.9.9' }),
  change('discount_in_words', 'not_a_number', { discount: 'half' }),
  dead('negative_price', 'out_of_range', (cells) => joined(cells, { unit_price: `-${cells[7]}` })),
  change('discount_above_one', 'out_of_range', { discount: '1.5' }),
  change('negative_discount', 'out_of_range', { discount: '-0.1' }),
  dead('day_that_is_none', 'not_a_date', (cells) =>
    joined(cells, { sold_at: `${cells[2]?.slice(0, 4)}-02-31${cells[2]?.slice(10)}` }),
  ),
  dead('month_that_is_none', 'not_a_date', (cells) =>
    joined(cells, { sold_at: `${cells[2]?.slice(0, 4)}-13${cells[2]?.slice(7)}` }),
  ),
  dead('hour_that_is_none', 'not_a_date', (cells) => joined(cells, { sold_at: `${cells[2]?.slice(0, 10)} 25:61:00` })),
  change('date_in_words', 'not_a_date', { sold_at: 'yesterday' }),
  change('long_ago', 'out_of_range', { sold_at: '1899-12-31 10:00:00' }),
  change('huge_quantity', 'out_of_range', { quantity: '100000' }),
  change('nothing_sold', 'pattern_mismatch', { quantity: '0' }),
  change('missing_line', 'missing_value', { line: '' }),
  change('missing_store', 'missing_value', { store_id: '' }),
  change('null_price', 'missing_value', { unit_price: 'NULL' }),
  change('missing_order', 'missing_value', { order_id: '' }),
  change('missing_product', 'missing_value', { product_id: '' }),
  change('missing_quantity', 'missing_value', { quantity: '' }),
  change('blank_price', 'missing_value', { unit_price: '   ' }),
  change('missing_time', 'missing_value', { sold_at: '' }),
  change('two_faults', ['not_an_integer', 'out_of_range'], { quantity: 'two', unit_price: '-1' }),
  change('three_faults', ['not_a_date', 'missing_value', 'not_a_number'], {
    sold_at: 'soon',
    product_id: '',
    unit_price: 'free',
  }),
  { kind: 'blank_row', expected: 'filtered', reasons: ['blank_row'], spoil: (cells) => ','.repeat(cells.length - 1) },
  {
    kind: 'repeated_header',
    expected: 'filtered',
    reasons: ['repeated_header'],
    spoil: () => SALES_COLUMNS.join(','),
  },
  accepted('padded_cells', (cells) => cells.map((cell) => (cell === '' ? cell : `  ${cell} `)).join(',')),
  accepted('quoted_cells', (cells) => cells.map((cell) => `"${cell}"`).join(',')),
  accepted('line_break_in_quotes', (cells) => joined(cells, { customer_id: `"${cells[5]}\n"` })),
];

function dead(kind: string, reason: string, spoil: Dirt['spoil']): Dirt {
  return { kind, expected: 'dead_letter', reasons: [reason], spoil };
}

function change(
  kind: string,
  reasons: string | readonly string[],
  changes: Partial<Record<SalesColumn, string>>,
): Dirt {
  const spoil = (cells: readonly string[]): string => joined(cells, changes);
  return { kind, expected: 'dead_letter', reasons: typeof reasons === 'string' ? [reasons] : reasons, spoil };
}

function accepted(kind: string, spoil: Dirt['spoil']): Dirt {
  return { kind, expected: 'accepted', reasons: [], spoil };
}

function joined(cells: readonly string[], changes: Partial<Record<SalesColumn, string>>): string {
  return cells.map((cell, i) => changes[SALES_COLUMNS[i]!] ?? cell).join(',');
}

/** The bytes stand at the end of the row, in the way of payment. */
function withBytes(cells: readonly string[], bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(cells.join(',')), bytes]);
}
