import { BytesColumn, type Column, DictionaryColumn, IdentifierColumn, NumberColumn } from '../../engine/column.ts';
import { TillstreamError } from '../../engine/errors.ts';
import type { CanonicalField } from '../dataset/canonical.ts';
import { type CellDefaults, compileColumn } from './compile.ts';

/** One value of a canonical column, to stand where the file has none. */
export class Constant {
  readonly #column: Column;

  /** Throws `bad_default` where the text is no value of the column. */
  constructor(target: CanonicalField, value: string | number) {
    const bytes = Buffer.from(String(value));
    const cell = new BytesColumn(bytes, Int32Array.of(0), Int32Array.of(bytes.length), 1, 0, 1);
    const plain: CellDefaults = { missingValues: [''], trim: true };
    this.#column = compileColumn({ name: target.name }, target, plain).type(cell, (_, fault) => {
      throw new TillstreamError('bad_default', `default of ${fault.message}`);
    });
  }

  /** A column of nothing else. */
  column(length: number): Column {
    return this.#column.select(new Int32Array(length));
  }

  /** The column with the constant where it has no value. */
  fill(column: Column): Column {
    const constant = this.#column;
    if (column.kind === 'number' && constant.kind === 'number') return filledNumbers(column, constant.values[0]!);
    if (column.kind === 'dictionary' && constant.kind === 'dictionary') return filledTexts(column, constant.get(0)!);
    if (column.kind === 'identifier' && constant.kind === 'identifier') return filledIdentifiers(column, constant);
    return column;
  }
}

function filledNumbers(column: NumberColumn, value: number): NumberColumn {
  return new NumberColumn(
    column.type,
    column.values.map((v) => (Number.isNaN(v) ? value : v)),
    column.scale,
  );
}

function filledTexts(column: DictionaryColumn, text: string): Column {
  if (!column.codes.includes(-1) || !column.dictionary.hasRoomFor(1)) return column;
  const code = column.dictionary.encode(text);
  return new DictionaryColumn(
    column.codes.map((c) => (c < 0 ? code : c)),
    column.dictionary,
  );
}

function filledIdentifiers(column: IdentifierColumn, constant: IdentifierColumn): Column {
  const { codes, numbers, dictionary } = column;
  if (!codes.includes(-1) || !dictionary.hasRoomFor(1)) return column;
  const code = dictionary.encode(constant.dictionary.values[constant.codes[0]!]!);
  const filled = numbers.map((number, row) => (codes[row]! < 0 ? constant.numbers[0]! : number));
  return new IdentifierColumn(
    codes.map((c) => (c < 0 ? code : c)),
    filled,
    dictionary,
  );
}
