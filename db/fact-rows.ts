import type { Batch } from '../engine/batch.ts';
import type { Column } from '../engine/column.ts';
import { MONEY_SCALE, QUANTITY_SCALE } from '../engine/decimal.ts';
import { TillstreamError } from '../engine/errors.ts';
import { type Dimensions, KeyColumn } from './dimensions.ts';
import type { Identifiers } from './identifiers.ts';
import { Scratch } from './scratch.ts';

/** Ids per file: the lower half of a sale_id, for records of so many lines. */
export const FILE_RANGE = 2 ** 32;
const LINES = 2 ** 27;
const CHILDREN = FILE_RANGE / LINES;

/** Columns of `sales` as they are bound, in the table's order. */
export const FACT_COLUMNS = [
  'sale_id',
  'sold_at',
  'day',
  'store_key',
  'product_key',
  'customer_ref',
  'order_ref',
  'order_line',
  'payment_key',
  'quantity',
  'unit_price',
  'discount',
  'revenue',
  'cost',
] as const;
export type FactColumn = (typeof FACT_COLUMNS)[number];

/** Numbers by row, NaN where one is missing; null where the whole column is. */
export type FactValues = Float64Array | null;

/** The records of a batch as rows of `sales`, good until the next batch is read. */
export interface FactRows extends Readonly<Record<FactColumn, FactValues>> {
  readonly length: number;
  readonly sale_id: Float64Array;
  readonly day: Float64Array;
  readonly store_key: Float64Array;
  readonly product_key: Float64Array;
  /** JSON object text by row. */
  readonly attributes: readonly (string | null)[] | null;
}

/** Translates batches of canonical columns into rows of `sales`. */
export class FactReader {
  readonly #identifiers: Identifiers;
  readonly #stores: KeyColumn;
  readonly #products: KeyColumn;
  readonly #payments: KeyColumn;
  readonly #ids = new SaleIds();
  readonly #customers = new Scratch();
  readonly #orders = new Scratch();

  constructor(dimensions: Dimensions, identifiers: Identifiers) {
    this.#identifiers = identifiers;
    this.#stores = new KeyColumn(dimensions.store, 'store_id', 'region', 'currency');
    this.#products = new KeyColumn(dimensions.product, 'product_id', 'category');
    this.#payments = new KeyColumn(dimensions.payment, 'payment_method');
  }

  clear(): void {
    this.#ids.clear();
    for (const keys of [this.#stores, this.#products, this.#payments]) keys.clear();
  }

  read(batch: Batch, fileId: number): FactRows {
    const column = (name: string) => batch.columns.get(name);
    return {
      length: batch.length,
      sale_id: this.#ids.give(batch, fileId),
      sold_at: integers(column('sold_at')),
      day: days(column('day'), batch.length),
      store_key: this.#stores.keys(batch),
      product_key: this.#products.keys(batch),
      customer_ref: this.#identifiers.refs(column('customer_id'), this.#customers),
      order_ref: this.#identifiers.refs(column('order_id'), this.#orders),
      order_line: integers(column('line')),
      payment_key: column('payment_method') ? this.#payments.keys(batch, Number.NaN) : null,
      quantity: integers(column('quantity'), QUANTITY_SCALE),
      unit_price: integers(column('unit_price'), MONEY_SCALE),
      discount: integers(column('discount'), MONEY_SCALE),
      revenue: integers(column('revenue'), MONEY_SCALE),
      cost: integers(column('cost'), MONEY_SCALE),
      attributes: texts(column('attributes')),
    };
  }
}

/**
 * Gives ids to records. Several records of one line, which an operator may have made of it, follow each other and differ in the
 * five bits above the line's 27.
 */
class SaleIds {
  #fileId = 0;
  #line = 0;
  #child = 0;
  readonly #ids = new Scratch();

  clear(): void {
    this.#fileId = 0;
  }

  give({ provenance: { lines }, length, split }: Batch, fileId: number): Float64Array {
    if (fileId !== this.#fileId) this.#line = 0;
    this.#fileId = fileId;
    const ids = this.#ids.take(length);
    const first = fileId * FILE_RANGE;
    let last = this.#line;
    let child = this.#child;
    for (let row = 0; row < length; row++) {
      const line = lines[row]!;
      child = line === last ? child + 1 : 0;
      last = line;
      if (line >= LINES || child >= CHILDREN) throw outOfIds(split.file, line);
      ids[row] = first + child * LINES + line;
    }
    this.#line = last;
    this.#child = child;
    return ids;
  }
}

function outOfIds(file: string, line: number): TillstreamError {
  const message = `${file}, line ${line}: a file may have ${LINES - 1} lines, and ${CHILDREN} records made of each`;
  return new TillstreamError('too_many_records', message, { file, line });
}

/** Values of a numeric column in units of 1/scale; one that is counted in other units is converted, ties to even. */
export function integers(column: Column | undefined, scale = 1): Float64Array | null {
  if (!column) return null;
  if (column.kind !== 'number') return numbers(column);
  if (column.type !== 'float' && column.scale === scale) return column.values;
  const factor = scale / column.scale;
  return column.values.map((value) => roundHalfEven(value * factor));
}

/** A column of texts is one in which all numbers are missing. */
function numbers(column: Column): Float64Array {
  const values = new Float64Array(column.length).fill(Number.NaN);
  for (let row = 0; row < values.length; row++) {
    const value = column.get(row);
    if (typeof value === 'string')
      throw new TillstreamError('not_a_number', `expected numbers to store, got the text "${value}"`);
  }
  return values;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export function days(column: Column | undefined, length: number): Float64Array {
  const values = integers(column);
  if (!values) return new Float64Array(length);
  return values.includes(Number.NaN) ? values.map((day) => (Number.isNaN(day) ? 0 : day)) : values;
}

function texts(column: Column | undefined): readonly (string | null)[] | null {
  if (!column) return null;
  if (column.kind === 'text') return column.values;
  return Array.from({ length: column.length }, (_, row) => {
    const value = column.get(row);
    return value === null ? null : String(value);
  });
}

/** The rows from `from` up to `to`, over the same memory. */
export function sliceRows(rows: FactRows, from: number, to: number): FactRows {
  if (from === 0 && to === rows.length) return rows;
  const slices = FACT_COLUMNS.map((name) => [name, rows[name]?.subarray(from, to) ?? null] as const);
  const attributes = rows.attributes?.slice(from, to) ?? null;
  return { ...(Object.fromEntries(slices) as Omit<FactRows, 'length' | 'attributes'>), attributes, length: to - from };
}

/** A value as SQLite holds it: null where it is missing. */
export function cellOf(values: FactValues, row: number): number | null {
  const value = values ? values[row]! : Number.NaN;
  return Number.isNaN(value) ? null : value;
}
