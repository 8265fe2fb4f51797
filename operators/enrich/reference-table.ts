import { readFileSync } from 'node:fs';
import type { Column, DictionaryColumn } from '../../engine/column.ts';
import { Dictionary } from '../../engine/dictionary.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { parse } from '../csv/csv-parse.ts';

const UNKNOWN = -1;

/** A small CSV that records are joined with by one of its columns: a product catalogue, a list of stores. */
export class ReferenceTable {
  readonly #entries = new Map<string, number>();
  readonly #rows: readonly Record<string, string>[];
  readonly columns: readonly string[];
  #source: Dictionary | null = null;
  /** By the dictionary's codes, of which so many are known. */
  #map = new Int32Array(0);
  #known = 0;
  /** Entries of the batch at hand; used again for the next. */
  #found = new Int32Array(0);

  private constructor(rows: readonly Record<string, string>[], columns: readonly string[], key: string) {
    this.#rows = rows;
    this.columns = columns;
    rows.forEach((row, entry) => {
      const value = row[key];
      if (value) this.#entries.set(value, entry);
    });
  }

  /** Reads the file; of rows with the same key the last counts. Throws `bad_reference_table` saying what is wrong with it. */
  static read(path: string, key: string): ReferenceTable {
    const problem = (what: string, cause?: unknown) =>
      new TillstreamError('bad_reference_table', `${path}: ${what}`, { cause, file: path });
    let columns: readonly string[] = [];
    let rows: Record<string, string>[];
    try {
      const header = (names: string[]) => {
        columns = names.map((name) => name.trim());
        return [...columns];
      };
      rows = parse(readFileSync(path), { columns: header, bom: true, trim: true, skip_empty_lines: true });
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      throw problem(missing ? 'the file is missing' : (error as Error).message, error);
    }
    if (!columns.includes(key)) throw problem(`expected a column "${key}", got: ${columns.join(', ')}`);
    return new ReferenceTable(rows, columns, key);
  }

  /** The first of `names` that is a column here. */
  firstColumn(...names: string[]): string | undefined {
    return names.find((name) => this.columns.includes(name));
  }

  /** Distinct texts of a column, and each entry's code among them. */
  texts(column: string): { dictionary: Dictionary; codes: Int32Array } {
    const dictionary = new Dictionary();
    const codes = Int32Array.from(this.#rows, (row) => (row[column] ? dictionary.encode(row[column]) : UNKNOWN));
    return { dictionary, codes };
  }

  /** A column read as numbers, by entry. */
  numbers(column: string, read: (text: string) => number): Float64Array {
    return Float64Array.from(this.#rows, (row) => (row[column] ? read(row[column]) : Number.NaN));
  }

  /** The entry of each key, valid until the next call; -1 where the table has none. */
  entriesOf(keys: Column): Int32Array {
    if (keys.kind === 'dictionary') return this.#entriesOfCodes(keys);
    const entries = this.#room(keys.length);
    for (let row = 0; row < keys.length; row++) entries[row] = this.#entries.get(String(keys.get(row))) ?? UNKNOWN;
    return entries;
  }

  #room(length: number): Int32Array {
    if (this.#found.length < length) this.#found = new Int32Array(Math.max(length, 2 * this.#found.length));
    return this.#found.subarray(0, length);
  }

  #entriesOfCodes({ codes, dictionary }: DictionaryColumn): Int32Array {
    this.#learn(dictionary);
    const entries = this.#room(codes.length);
    lookUp(codes, this.#map, entries);
    return entries;
  }

  /** The entries of texts that the dictionary did not have before. */
  #learn(dictionary: Dictionary): void {
    if (this.#source !== dictionary) {
      this.#source = dictionary;
      this.#known = 0;
    }
    const { values } = dictionary;
    if (this.#map.length < values.length) {
      const grown = new Int32Array(2 * values.length);
      grown.set(this.#map);
      this.#map = grown;
    }
    for (; this.#known < values.length; this.#known++) {
      this.#map[this.#known] = this.#entries.get(values[this.#known]!) ?? UNKNOWN;
    }
  }
}

/** What `map` has for each code; -1 for those below 0. */
export function lookUp(codes: Int32Array, map: Int32Array, found: Int32Array): void {
  for (let row = 0, { length } = found; row < length; row++) {
    const code = codes[row]!;
    found[row] = code < 0 ? -1 : map[code]!;
  }
}
