import { statSync } from 'node:fs';
import { float64s, int32s } from '../../engine/arrays.ts';
import { type Column, DictionaryColumn, NumberColumn } from '../../engine/column.ts';
import type { Dictionary } from '../../engine/dictionary.ts';
import { lookUp, ReferenceTable } from './reference-table.ts';

interface TextAttribute {
  readonly field: string;
  readonly dictionary: Dictionary;
  readonly codes: Int32Array;
}

/** Which columns of a table fill which fields, where these are missing in the records. */
export interface ReferenceJoinOptions {
  readonly path: string;
  /** Field of the records, and column of the table. */
  readonly key: string;
  /** Field to the columns of the table that it may be called there. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly numbers: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly scale: number; read(text: string): number }>
  >;
}

/** Joins made before, by what they join, with the state in which the file was then. */
const made = new Map<string, { readonly mark: string; readonly join: ReferenceJoin }>();

/** Fills missing fields of records from a {@link ReferenceTable}. */
export class ReferenceJoin {
  readonly #key: string;
  readonly #table: ReferenceTable;
  readonly #texts: TextAttribute[];
  readonly #numbers: { field: string; scale: number; values: Float64Array }[];

  /**
   * The join of these options; the one made before, as long as its file stays the same: it is read again for a thousand files that are
   * loaded as seldom as for one. `options` of one path and key must not differ. Throws `bad_reference_table`.
   */
  static of(options: ReferenceJoinOptions): ReferenceJoin {
    const name = JSON.stringify([options.path, options.key]);
    const mark = markOf(options.path);
    const known = made.get(name);
    if (known && known.mark === mark) return known.join;
    const join = new ReferenceJoin(options);
    made.set(name, { mark, join });
    return join;
  }

  private constructor({ path, key, texts, numbers }: ReferenceJoinOptions) {
    const table = ReferenceTable.read(path, key);
    this.#key = key;
    this.#table = table;
    this.#texts = Object.entries(texts).flatMap(([field, names]) => {
      const column = table.firstColumn(...names);
      return column === undefined ? [] : [{ field, ...table.texts(column) }];
    });
    this.#numbers = Object.entries(numbers).flatMap(([field, { columns, scale, read }]) => {
      const column = table.firstColumn(...columns);
      return column === undefined ? [] : [{ field, scale, values: table.numbers(column, read) }];
    });
  }

  /** Adds to `columns` what the table knows and they do not say. */
  fill(columns: Map<string, Column>): void {
    const keys = columns.get(this.#key);
    if (!keys) return;
    const entries = this.#table.entriesOf(keys);
    for (const attribute of this.#texts) {
      columns.set(attribute.field, filledTexts(columns.get(attribute.field), attribute, entries));
    }
    for (const { field, scale, values } of this.#numbers) {
      columns.set(field, filledNumbers(columns.get(field), values, scale, entries));
    }
  }
}

/** Changes whenever the file does; empty where there is none, as reading it will tell. */
function markOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return '';
  }
}

function filledTexts(existing: Column | undefined, { dictionary, codes }: TextAttribute, entries: Int32Array): Column {
  if (!existing) {
    const looked = int32s(entries.length);
    lookUp(entries, codes, looked);
    return new DictionaryColumn(looked, dictionary);
  }
  if (existing.kind !== 'dictionary' || !existing.codes.includes(-1)) return existing;
  const into = existing.dictionary;
  const filled = existing.codes.map((code, row) => {
    const known = code < 0 && entries[row]! >= 0 ? codes[entries[row]!]! : -1;
    return known < 0 || into.isFull ? code : into.encode(dictionary.values[known]!);
  });
  return new DictionaryColumn(filled, into);
}

function filledNumbers(existing: Column | undefined, values: Float64Array, scale: number, entries: Int32Array): Column {
  const filled = float64s(entries.length);
  lookUpNumbers(entries, values, filled);
  if (existing?.kind === 'number') restore(existing.values, filled);
  return new NumberColumn('decimal', filled, scale);
}

function lookUpNumbers(entries: Int32Array, values: Float64Array, found: Float64Array): void {
  for (let row = 0, { length } = found; row < length; row++) {
    const entry = entries[row]!;
    found[row] = entry < 0 ? Number.NaN : values[entry]!;
  }
}

/** What was given stands. */
function restore(given: Float64Array, filled: Float64Array): void {
  for (let row = 0, { length } = filled; row < length; row++) if (!Number.isNaN(given[row]!)) filled[row] = given[row]!;
}
