import {
  BytesColumn,
  type Column,
  DictionaryColumn,
  IdentifierColumn,
  NumberColumn,
  splitIdentifier,
  TextColumn,
} from '../../engine/column.ts';
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
    if (column.kind === 'dictionary' && column.dictionary.hasRoomFor(1))
      return filledTexts(column, String(constant.get(0)));
    if (column.kind === 'identifier' && column.dictionary.hasRoomFor(1))
      return filledIdentifiers(column, String(constant.get(0)));
    return new TextColumn(
      Array.from({ length: column.length }, (_, row) => String(column.get(row) ?? constant.get(0))),
    );
  }
}

function filledNumbers(column: NumberColumn, value: number): NumberColumn {
  const values = column.values.map((given) => (Number.isNaN(given) ? value : given));
  return new NumberColumn(column.type, values, column.scale);
}

function filledTexts({ codes, dictionary }: DictionaryColumn, text: string): DictionaryColumn {
  const filler = dictionary.encode(text);
  const filled = codes.map((code) => (code < 0 ? filler : code));
  return new DictionaryColumn(filled, dictionary);
}

function filledIdentifiers({ codes, numbers, dictionary }: IdentifierColumn, text: string): IdentifierColumn {
  const { affix, number } = splitIdentifier(text);
  const filler = dictionary.encode(affix);
  const filled = codes.map((code) => (code < 0 ? filler : code));
  return new IdentifierColumn(
    filled,
    numbers.map((given, row) => (codes[row]! < 0 ? number : given)),
    dictionary,
  );
}
