import { float64s, int32s, ownInt32s } from './arrays.ts';
import { Dictionary } from './dictionary.ts';

/** What one cell is to an operator's author: text, an exact number (see {@link NumberColumn}), or missing. */
export type Value = string | number | null;

/**
 * What a number in a {@link NumberColumn} stands for. `decimal` values are integers in units of 1/scale
 * (money 1/10,000, quantities 1/1,000); `date` and `datetime` are seconds since 1970-01-01 on the wall clock
 * of the place where the data was written; `boolean` is 0 or 1; `float` is inexact and never money.
 */
export type NumberType = 'integer' | 'decimal' | 'date' | 'datetime' | 'boolean' | 'float';

interface ColumnOf<T extends Value> {
  readonly length: number;
  /** The value of a row; null where it is missing. */
  get(row: number): T | null;
  /** The rows named, in that order, as a new column. */
  select(rows: Int32Array): Column;
}

export type Column = BytesColumn | NumberColumn | DictionaryColumn | IdentifierColumn | TextColumn;

/**
 * Cells as UTF-8 bytes in a buffer that all columns of the batch share: what a CSV source emits.
 * The cell of row r is `bytes[starts[r * stride + offset], ends[r * stride + offset])`.
 */
export class BytesColumn implements ColumnOf<string> {
  readonly kind = 'bytes';
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly stride: number;
  readonly offset: number;
  readonly length: number;

  constructor(bytes: Buffer, starts: Int32Array, ends: Int32Array, stride: number, offset: number, length: number) {
    this.bytes = bytes;
    this.starts = starts;
    this.ends = ends;
    this.stride = stride;
    this.offset = offset;
    this.length = length;
  }

  get(row: number): string {
    const cell = row * this.stride + this.offset;
    return this.bytes.toString('utf8', this.starts[cell], this.ends[cell]);
  }

  select(rows: Int32Array): BytesColumn {
    const starts = ownInt32s(rows.length);
    const ends = ownInt32s(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const cell = rows[i]! * this.stride + this.offset;
      starts[i] = this.starts[cell]!;
      ends[i] = this.ends[cell]!;
    }
    return new BytesColumn(this.bytes, starts, ends, 1, 0, rows.length);
  }
}

/** Exact numbers; NaN is a missing value. `values` holds integers in units of 1/scale unless `type` is `float`. */
export class NumberColumn implements ColumnOf<number> {
  readonly kind = 'number';
  readonly type: NumberType;
  readonly scale: number;
  readonly values: Float64Array;

  constructor(type: NumberType, values: Float64Array, scale = 1) {
    this.type = type;
    this.scale = scale;
    this.values = values;
  }

  get length(): number {
    return this.values.length;
  }

  get(row: number): number | null {
    const value = this.values[row]!;
    return Number.isNaN(value) ? null : value;
  }

  select(rows: Int32Array): NumberColumn {
    return new NumberColumn(this.type, gather(this.values, rows), this.scale);
  }
}

/** Texts that repeat, as codes into a dictionary; code -1 is a missing value. */
export class DictionaryColumn implements ColumnOf<string> {
  readonly kind = 'dictionary';
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;

  constructor(codes: Int32Array, dictionary: Dictionary) {
    this.codes = codes;
    this.dictionary = dictionary;
  }

  get length(): number {
    return this.codes.length;
  }

  get(row: number): string | null {
    const code = this.codes[row]!;
    return code < 0 ? null : this.dictionary.values[code]!;
  }

  select(rows: Int32Array): DictionaryColumn {
    return new DictionaryColumn(gather(this.codes, rows), this.dictionary);
  }
}

/**
 * Identifiers such as `ORD-000123` or `17850`, which hardly repeat but share their beginnings: a code for
 * the beginning (an affix, see {@link affix}) and the number that follows it. An identifier without a trailing number,
 * or with one of more than ten digits, is an affix by itself. Code -1 is a missing value.
 */
export class IdentifierColumn implements ColumnOf<string> {
  readonly kind = 'identifier';
  readonly codes: Int32Array;
  readonly numbers: Float64Array;
  readonly dictionary: Dictionary;

  constructor(codes: Int32Array, numbers: Float64Array, dictionary: Dictionary) {
    this.codes = codes;
    this.numbers = numbers;
    this.dictionary = dictionary;
  }

  get length(): number {
    return this.codes.length;
  }

  get(row: number): string | null {
    const code = this.codes[row]!;
    return code < 0 ? null : identifierText(this.dictionary.values[code]!, this.numbers[row]!);
  }

  select(rows: Int32Array): IdentifierColumn {
    return new IdentifierColumn(gather(this.codes, rows), gather(this.numbers, rows), this.dictionary);
  }
}

/** Longest run of trailing digits that an identifier's number may take. */
export const IDENTIFIER_DIGITS = 10;

/** Splits an identifier into its affix (`ORD-#6`: the text before the digits, `#`, how many digits) and its number. */
export function splitIdentifier(text: string): { affix: string; number: number } {
  let start = text.length;
  while (start > 0 && text.length - start <= IDENTIFIER_DIGITS && isDigit(text.charCodeAt(start - 1))) start--;
  const digits = text.length - start;
  if (digits === 0 || digits > IDENTIFIER_DIGITS) return { affix: `${text}#0`, number: 0 };
  return { affix: `${text.slice(0, start)}#${digits}`, number: Number(text.slice(start)) };
}

/** The identifier that {@link splitIdentifier} took apart. */
export function identifierText(affix: string, number: number): string {
  const mark = affix.lastIndexOf('#');
  const digits = Number(affix.slice(mark + 1));
  const prefix = affix.slice(0, mark);
  return digits === 0 ? prefix : prefix + String(number).padStart(digits, '0');
}

/** Any texts, one string a row; null is a missing value. */
export class TextColumn implements ColumnOf<string> {
  readonly kind = 'text';
  readonly values: readonly (string | null)[];

  constructor(values: readonly (string | null)[]) {
    this.values = values;
  }

  get length(): number {
    return this.values.length;
  }

  get(row: number): string | null {
    return this.values[row]!;
  }

  select(rows: Int32Array): TextColumn {
    return new TextColumn(Array.from(rows, (row) => this.values[row]!));
  }
}

/** Adds the arrays that a column's cells are in. */
export function addArrays(column: Column, to: ArrayBufferView[]): void {
  if (column.kind === 'number') to.push(column.values);
  else if (column.kind === 'dictionary') to.push(column.codes);
  else if (column.kind === 'identifier') to.push(column.codes, column.numbers);
  else if (column.kind === 'bytes') to.push(column.bytes, column.starts, column.ends);
}

/** Numbers of unknown kind: integers if all are, else floats. */
export function numberColumn(values: Float64Array): NumberColumn {
  const whole = values.every((value) => Number.isNaN(value) || Number.isInteger(value));
  return new NumberColumn(whole ? 'integer' : 'float', values);
}

/** Texts by code; goes on with `dictionary` while it has room. */
export function dictionaryColumn(texts: readonly (string | null)[], dictionary = new Dictionary()): Column {
  const roomy = roomFor(texts.length, dictionary);
  if (!roomy) return new TextColumn(texts);
  const codes = Int32Array.from(texts, (text) => (text === null ? -1 : roomy.encode(text)));
  return new DictionaryColumn(codes, roomy);
}

/** Texts as affix and number; goes on with `dictionary` while it has room. */
export function identifierColumn(texts: readonly (string | null)[], dictionary = new Dictionary()): Column {
  const roomy = roomFor(texts.length, dictionary);
  if (!roomy) return new TextColumn(texts);
  const codes = new Int32Array(texts.length).fill(-1);
  const numbers = new Float64Array(texts.length);
  texts.forEach((text, row) => {
    if (text === null) return;
    const { affix, number } = splitIdentifier(text);
    codes[row] = roomy.encode(affix);
    numbers[row] = number;
  });
  return new IdentifierColumn(codes, numbers, roomy);
}

function roomFor(count: number, dictionary: Dictionary): Dictionary | null {
  if (dictionary.hasRoomFor(count)) return dictionary;
  return count <= Dictionary.capacity ? new Dictionary() : null;
}

/** The elements of `values` at `rows`, in that order. */
export function gather<T extends Int32Array | Float64Array>(values: T, rows: Int32Array): T;
export function gather(values: Int32Array | Float64Array, rows: Int32Array): Int32Array | Float64Array {
  // One loop for each kind of array: a loop that meets both runs at half the speed.
  return values instanceof Float64Array ? gatherDoubles(values, rows) : gatherIntegers(values, rows);
}

// Eight at a time, which takes half as long as one by one.

function gatherDoubles(values: Float64Array, rows: Int32Array): Float64Array {
  const out = float64s(rows.length);
  const eights = out.length - (out.length % 8);
  for (let i = 0; i < eights; i += 8) {
    out[i] = values[rows[i]!]!;
    out[i + 1] = values[rows[i + 1]!]!;
    out[i + 2] = values[rows[i + 2]!]!;
    out[i + 3] = values[rows[i + 3]!]!;
    out[i + 4] = values[rows[i + 4]!]!;
    out[i + 5] = values[rows[i + 5]!]!;
    out[i + 6] = values[rows[i + 6]!]!;
    out[i + 7] = values[rows[i + 7]!]!;
  }
  for (let i = eights; i < out.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

function gatherIntegers(values: Int32Array, rows: Int32Array): Int32Array {
  const out = int32s(rows.length);
  const eights = out.length - (out.length % 8);
  for (let i = 0; i < eights; i += 8) {
    out[i] = values[rows[i]!]!;
    out[i + 1] = values[rows[i + 1]!]!;
    out[i + 2] = values[rows[i + 2]!]!;
    out[i + 3] = values[rows[i + 3]!]!;
    out[i + 4] = values[rows[i + 4]!]!;
    out[i + 5] = values[rows[i + 5]!]!;
    out[i + 6] = values[rows[i + 6]!]!;
    out[i + 7] = values[rows[i + 7]!]!;
  }
  for (let i = eights; i < out.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

function isDigit(charCode: number): boolean {
  return charCode >= 48 && charCode <= 57;
}
