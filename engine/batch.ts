import { int32s, ownInt32s } from './arrays.ts';
import {
  type Column,
  dictionaryColumn,
  gather,
  identifierColumn,
  NumberColumn,
  numberColumn,
  TextColumn,
  type Value,
} from './column.ts';
import { ColumnSet, compose } from './column-set.ts';
import { Holding } from './holding.ts';

/** One record as an operator's author sees it: field name to value, see {@link Value}. */
export type FieldValues = Record<string, Value>;

/** The unit of work that records come from: one file, or a part of one. */
export interface Split {
  /** Identity in the warehouse; 0 where there is none. */
  readonly fileId: number;
  readonly file: string;
  readonly part: number;
}

/**
 * Where each record of a batch stood: its 1-based line, the offset of its first byte from the start of the (decoded)
 * file, and its raw text as `bytes[starts[row], ends[row])`, without the line break.
 */
export class Provenance extends Holding {
  readonly bytes: Buffer;
  readonly #lines: Int32Array;
  readonly #offsets: Float64Array | number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Which elements of the arrays are meant; null is all. Few who choose rows ever read where they stood. */
  #rows: Int32Array | null = null;
  #selectedLines: Int32Array | null = null;

  /** `offsets` may also be that of `bytes[0]`, where the bytes are a piece of the file. */
  constructor(lines: Int32Array, offsets: Float64Array | number, bytes: Buffer, starts: Int32Array, ends: Int32Array) {
    super();
    this.bytes = bytes;
    this.#lines = lines;
    this.#offsets = offsets;
    this.#starts = starts;
    this.#ends = ends;
  }

  get lines(): Int32Array {
    if (!this.#rows) return this.#lines;
    if (!this.#selectedLines) {
      this.#selectedLines = gather(this.#lines, this.#rows);
      this.added([this.#selectedLines]);
    }
    return this.#selectedLines;
  }

  lineOf(row: number): number | undefined {
    return this.#lines[this.#index(row)];
  }

  offsetOf(row: number): number {
    const index = this.#index(row);
    return typeof this.#offsets === 'number' ? this.#offsets + this.#starts[index]! : this.#offsets[index]!;
  }

  raw(row: number): string {
    return this.rawBytes(row).toString('utf8');
  }

  /** Over the same memory as {@link bytes}. */
  rawBytes(row: number): Buffer {
    const index = this.#index(row);
    return this.bytes.subarray(this.#starts[index], this.#ends[index]);
  }

  /** `composed` has choices among rows that were chosen already, and is added to. */
  select(rows: Int32Array, composed = new Map<Int32Array, Int32Array>()): Provenance {
    const selected = new Provenance(this.#lines, this.#offsets, this.bytes, this.#starts, this.#ends);
    selected.#rows = this.#rows ? compose(this.#rows, rows, composed) : rows;
    return selected;
  }

  protected override addArrays(to: ArrayBufferView[]): void {
    to.push(this.bytes, this.#lines, this.#starts, this.#ends);
    if (typeof this.#offsets !== 'number') to.push(this.#offsets);
    if (this.#rows) to.push(this.#rows);
    if (this.#selectedLines) to.push(this.#selectedLines);
  }

  #index(row: number): number {
    return this.#rows ? this.#rows[row]! : row;
  }
}

const NOWHERE = Buffer.alloc(0);

/** Provenance of records that came from no file: line n is the n-th record. */
export function syntheticProvenance(length: number, firstLine = 1): Provenance {
  const lines = int32s(length);
  for (let row = 0; row < length; row++) lines[row] = firstLine + row;
  const nowhere = ownInt32s(length).fill(0);
  return new Provenance(lines, 0, NOWHERE, nowhere, nowhere);
}

/** Records of the plan's main line; dead letters and other side outputs travel on ports of their own. */
export const MAIN = 'main';
export const DEAD_LETTER = 'dead-letter';

export interface BatchFields {
  readonly split: Split;
  /** Position of the batch in its split, from 0. */
  readonly sequence: number;
  readonly provenance: Provenance;
  readonly columns: ReadonlyMap<string, Column>;
  readonly length: number;
  readonly port?: string;
}

/** The sum of a field over a batch, and the column that it was taken of. */
interface FieldSum {
  readonly field: string;
  readonly of: Column;
  readonly sum: number;
}

/**
 * Some thousands of records, by column, with where they came from. Batches are immutable: an operator makes a new
 * one with {@link with}, {@link select} or {@link withRecords}. Whoever works per record reads {@link records},
 * plain objects that are made once and only when asked for.
 */
export class Batch {
  readonly split: Split;
  readonly sequence: number;
  readonly provenance: Provenance;
  readonly length: number;
  readonly port: string;
  #columns: ReadonlyMap<string, Column> | null;
  #records: readonly FieldValues[] | null = null;
  #model: ReadonlyMap<string, Column> | null = null;
  #holders = 0;
  #held: ColumnSet | null = null;
  /** Sums already taken: the ledger asks for the same one before and after every operator. */
  #sums: readonly FieldSum[] = [];

  constructor(fields: BatchFields) {
    this.split = fields.split;
    this.sequence = fields.sequence;
    this.provenance = fields.provenance;
    this.length = fields.length;
    this.port = fields.port ?? MAIN;
    this.#columns = fields.columns;
  }

  /** Field name to column. After a per-record operator they are made on first use. */
  get columns(): ReadonlyMap<string, Column> {
    this.#columns ??= columnsOf(this.#records ?? [], this.#model);
    return this.#columns;
  }

  /** The column of that name; throws TypeError naming those there are. */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column) return column;
    throw new TypeError(`no column "${name}" here; there are: ${[...this.columns.keys()].join(', ')}`);
  }

  /** The records as plain objects, all of one shape. They are shared: make a new object instead of writing to one. */
  get records(): readonly FieldValues[] {
    this.#records ??= recordsOf(this.columns, this.length);
    return this.#records;
  }

  /** Sum of a numeric field over all records or `rows`, missing values as 0; null if there is no such field. */
  sum(field: string, rows?: Int32Array): number | null {
    if (!this.#columns && this.#records) return sumOfRecords(this.#records, field, rows);
    const column = this.columns.get(field);
    if (column?.kind !== 'number') return null;
    if (rows) return sumOfRows(column.values, rows);
    const known = this.#sums.find((each) => each.field === field);
    if (known) return known.sum;
    const sum = sumOfValues(column.values);
    this.#sums = [...this.#sums, { field, of: column, sum }];
    return sum;
  }

  /** The same records on another port, or with columns added or replaced. A `null` column is removed. */
  with(changes: { columns?: Iterable<readonly [string, Column | null]>; port?: string }): Batch {
    const columns = ColumnSet.of(this.columns).with(changes.columns ?? []);
    const changed = new Batch({ ...this.#fields(), columns, port: changes.port ?? this.port });
    // The same column has the same sum.
    changed.#sums = this.#sums.filter(({ field, of }) => columns.get(field) === of);
    return changed;
  }

  /** The rows named, in that order. */
  select(rows: Int32Array): Batch {
    const composed = new Map<Int32Array, Int32Array>();
    const selected = new Batch({
      ...this.#fields(),
      columns: new Map(),
      provenance: this.provenance.select(rows, composed),
      length: rows.length,
    });
    selected.#columns = this.#columns && ColumnSet.of(this.#columns).select(rows, composed);
    const records = this.#records;
    if (records) selected.#records = Array.from(rows, (row) => records[row]!);
    selected.#model = this.#model;
    return selected;
  }

  /** New records in place of these; `parents[i]` is the row here that record i was made from. */
  withRecords(records: readonly FieldValues[], parents: Int32Array): Batch {
    const provenance = isIdentity(parents, this.length) ? this.provenance : this.provenance.select(parents);
    const made = new Batch({ ...this.#fields(), columns: new Map(), provenance, length: records.length });
    made.#columns = null;
    made.#records = records;
    made.#model = this.#columns ?? this.#model;
    return made;
  }

  /**
   * For the engine, which counts who may read a batch: whoever it is on its way to, and whoever has it at hand. When all of them
   * have released it, its memory is used again, save what other batches have arrays over.
   */
  hold(): void {
    if (this.#holders++ > 0) return;
    this.provenance.hold();
    if (!this.#columns) return;
    this.#held = ColumnSet.of(this.#columns);
    this.#columns = this.#held;
    this.#held.hold();
  }

  release(): void {
    if (this.#holders === 0 || --this.#holders > 0) return;
    this.provenance.release();
    this.#held?.release();
    this.#held = null;
  }

  /** For the engine as well: somebody may read the batch as long as he likes, so its memory is his. */
  keep(): void {
    this.provenance.keep();
    if (!this.#columns) return;
    const columns = ColumnSet.of(this.#columns);
    this.#columns = columns;
    columns.keep();
  }

  #fields(): Omit<BatchFields, 'columns'> {
    const { split, sequence, provenance, length, port } = this;
    return { split, sequence, provenance, length, port };
  }
}

function sumOfValues(values: Float64Array): number {
  const sum = sumOfAll(values);
  return Number.isNaN(sum) ? sumOfPresent(values) : sum;
}

/** Four sums side by side: each addition would wait for the one before. Money is whole numbers, whose order does not matter. */
function sumOfAll(values: Float64Array): number {
  const { length } = values;
  const eights = length - (length % 8);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let row = 0; row < eights; row += 8) {
    a += values[row]! + values[row + 1]!;
    b += values[row + 2]! + values[row + 3]!;
    c += values[row + 4]! + values[row + 5]!;
    d += values[row + 6]! + values[row + 7]!;
  }
  for (let row = eights; row < length; row++) a += values[row]!;
  return a + b + c + d;
}

/** Those that are not NaN. */
function sumOfPresent(values: Float64Array): number {
  let sum = 0;
  for (let row = 0, { length } = values; row < length; row++) sum += Number.isNaN(values[row]!) ? 0 : values[row]!;
  return sum;
}

function sumOfRows(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) {
    const value = values[row]!;
    if (!Number.isNaN(value)) sum += value;
  }
  return sum;
}

function sumOfRecords(records: readonly FieldValues[], field: string, rows: Int32Array | undefined): number | null {
  if (records[0]?.[field] === undefined) return null;
  let sum = 0;
  for (const record of rows ? Array.from(rows, (row) => records[row]!) : records) {
    const value = record[field];
    if (typeof value === 'number') sum += value;
  }
  return sum;
}

function isIdentity(parents: Int32Array, length: number): boolean {
  return parents.length === length && parents.every((parent, row) => parent === row);
}

type MakeRecord = (columns: readonly Column[], row: number) => FieldValues;
const makers = new Map<string, MakeRecord>();

function recordsOf(columns: ReadonlyMap<string, Column>, length: number): FieldValues[] {
  const make = makerOf([...columns.keys()]);
  const cells = [...columns.values()];
  return Array.from({ length }, (_, row) => make(cells, row));
}

/** Compiles an object literal: it gives all records one hidden class, which assigning key after key would not promise. */
function makerOf(names: readonly string[]): MakeRecord {
  const keys = names.map((name) => JSON.stringify(name));
  const shape = keys.join(',');
  let make = makers.get(shape);
  if (!make) {
    const literal = keys.map((key, i) => `[${key}]: columns[${i}].get(row)`).join(', ');
    make = new Function('columns', 'row', `return { ${literal} }`) as MakeRecord;
    makers.set(shape, make);
  }
  return make;
}

/** Columns for records, of the kind they had in `model` where a field of that name was there before. */
function columnsOf(
  records: readonly FieldValues[],
  model: ReadonlyMap<string, Column> | null,
): ReadonlyMap<string, Column> {
  const names = new Set<string>();
  for (const record of records) for (const name in record) names.add(name);
  if (records.length === 0) for (const name of model?.keys() ?? []) names.add(name);
  return new Map([...names].map((name) => [name, columnOf(records, name, model?.get(name))]));
}

function columnOf(records: readonly FieldValues[], name: string, model: Column | undefined): Column {
  const first = records.find((record) => record[name] != null)?.[name];
  if (typeof first === 'number' || (first === undefined && model?.kind === 'number')) {
    const values = Float64Array.from(records, (record) => numberOf(record[name], name));
    return model?.kind === 'number' ? new NumberColumn(model.type, values, model.scale) : numberColumn(values);
  }
  const texts = records.map((record) => textOf(record[name]));
  if (model?.kind === 'dictionary') return dictionaryColumn(texts, model.dictionary);
  if (model?.kind === 'identifier') return identifierColumn(texts, model.dictionary);
  return new TextColumn(texts);
}

function textOf(value: Value | undefined): string | null {
  return value == null ? null : String(value);
}

function numberOf(value: Value | undefined, name: string): number {
  if (value == null) return Number.NaN;
  if (typeof value === 'number') return value;
  throw new TypeError(`field "${name}" is a number in some records and the text "${value}" in others`);
}
