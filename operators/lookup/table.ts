import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { badTable, unknownNames } from './errors.ts';
import { type Finder, type Found, type Key, keyText } from './finder.ts';

/** Rows in memory by their key. Of rows with the same key the last counts. */
export class Table implements Finder {
  readonly #rows = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #keys: readonly string[];

  /** `keys`: the columns that make the key. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#rows.size;
  }

  add(row: Readonly<Record<string, unknown>>): void {
    this.#rows.set(keyText(this.#keys.map((name) => String(row[name] ?? ''))), row);
  }

  find(key: Key): Found | null {
    const row = this.#rows.get(keyText(key));
    return row ? (name) => row[name] : null;
  }
}

/** Rows that stand in the plan itself. Throws `bad_option` where one lacks a column. */
export function tableOf(rows: readonly Readonly<Record<string, unknown>>[], keys: readonly string[]): Table {
  const table = new Table(keys);
  for (const row of rows) {
    const missing = keys.filter((name) => !Object.hasOwn(row, name));
    if (missing.length > 0) throw unknownNames('a row of `rows`', missing, Object.keys(row));
    table.add(row);
  }
  return table;
}

export interface CsvTableOptions {
  /** Absolute. */
  readonly path: string;
  readonly delimiter: string;
  readonly maxRows: number;
  /** Columns that make the key, and those that values are taken from. */
  readonly keys: readonly string[];
  readonly columns: readonly string[];
  readonly signal: AbortSignal;
}

/** Reads a CSV, keeping the columns named. Throws `bad_reference_table` saying what is wrong with it. */
export async function readTable(options: CsvTableOptions): Promise<Table> {
  const { path, keys, maxRows, delimiter, signal } = options;
  const table = new Table(keys);
  const columns = (names: readonly string[]) => wantedColumns(names, options);
  const parser = parse({ columns, delimiter, bom: true, trim: true, skip_empty_lines: true });
  try {
    await pipeline(
      createReadStream(path),
      parser,
      async (rows: AsyncIterable<Record<string, string>>) => {
        for await (const row of rows) {
          table.add(row);
          if (table.size > maxRows)
            throw badTable(path, `it has more than ${maxRows} keys; raise csv.maxRows, or look up by sql`);
        }
      },
      { signal },
    );
    return table;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw badTable(path, 'the file is missing', error);
    if (signal.aborted || code === 'bad_reference_table') throw error;
    throw badTable(path, message, error);
  }
}

/** The header's names, null for those that nobody asks for. */
function wantedColumns(header: readonly string[], { path, keys, columns }: CsvTableOptions): (string | null)[] {
  const names = header.map((name) => name.trim());
  const wanted = new Set([...keys, ...columns]);
  const missing = [...wanted].filter((name) => !names.includes(name));
  if (missing.length === 0) return names.map((name) => (wanted.has(name) ? name : null));
  const listed = missing.map((name) => `"${name}"`).join(', ');
  throw badTable(path, `expected ${missing.length === 1 ? 'a column' : 'columns'} ${listed}, got: ${names.join(', ')}`);
}
