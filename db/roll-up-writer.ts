import { isConflict } from './errors.ts';
import type { KeyedSums } from './keyed-sums.ts';
import { LINES, type RollUpTable } from './roll-up-tables.ts';
import { type Cell, inStatements, placeholders, RowStatements, repeated, type Statements } from './statements.ts';

/** Told of every entry written, with what its row's sums are now, from `at` on. The array is only lent. */
export type Written = (entry: number, sums: Float64Array, at: number) => void;

/** Adds sums to the rows of one roll-up. */
export class RollUpWriter {
  readonly #statements: Statements;
  readonly #table: RollUpTable;
  readonly #width: number;
  readonly #insert: RowStatements;
  readonly #upsert: RowStatements;
  readonly #upsertReturning: RowStatements;
  readonly #removeEmpty: string;
  /** The last rows were all new, so the next ones probably are. */
  #expectNew = true;

  constructor(statements: Statements, table: RollUpTable) {
    const { name, key, sums } = table;
    this.#statements = statements;
    this.#table = table;
    this.#width = key.length + sums.length;
    const columns = [...key, ...sums].join(', ');
    const added = sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ');
    const insert = (rows: number) =>
      `INSERT INTO ${name} (${columns}) VALUES ${repeated(placeholders(this.#width), rows)}`;
    const upsert = (rows: number) => `${insert(rows)} ON CONFLICT DO UPDATE SET ${added}`;
    this.#insert = new RowStatements(statements, insert);
    this.#upsert = new RowStatements(statements, upsert);
    this.#upsertReturning = new RowStatements(statements, (rows) => `${upsert(rows)} RETURNING ${columns}`);
    this.#removeEmpty = `DELETE FROM ${name} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')} AND lines = 0`;
  }

  /** Adds the sums of entries that are not 0, by default of all, in the order of their keys; rows left without lines are removed. */
  write(deltas: KeyedSums, written?: Written, sorted = deltas.sorted()): void {
    const entries = sorted.filter((entry) => !deltas.isZero(entry));
    this.#expectNew = true;
    inStatements(entries.length, (from, count) => {
      const some = entries.subarray(from, from + count);
      const cells = this.#cells(deltas, some);
      if (!written) this.#add(cells, count);
      else if (!this.#insertNew(deltas, some, cells, written)) this.#addReturning(deltas, cells, count, written);
    });
    this.#removeEmptied(deltas, entries);
  }

  #cells(deltas: KeyedSums, entries: Int32Array): Cell[] {
    const { keys, sums, width } = deltas;
    const cells = new Array<Cell>(entries.length * this.#width);
    const keyWidth = this.#table.key.length;
    let at = 0;
    for (const entry of entries) {
      for (let i = 0; i < keyWidth; i++) cells[at++] = keys[entry * 3 + i]!;
      for (let i = 0; i < width; i++) cells[at++] = sums[entry * width + i]!;
    }
    return cells;
  }

  #add(cells: readonly Cell[], rows: number): void {
    this.#upsert.for(rows).run(...cells);
  }

  /** The quick way: plain insertion, which a row that is there makes fail as a whole. Returns false then. */
  #insertNew(deltas: KeyedSums, entries: Int32Array, cells: readonly Cell[], written: Written): boolean {
    const { sums, width } = deltas;
    if (!this.#expectNew || entries.some((entry) => sums[entry * width + LINES]! <= 0)) return false;
    try {
      this.#insert.for(entries.length).run(...cells);
    } catch (error) {
      if (!isConflict(error)) throw error;
      return false;
    }
    for (const entry of entries) written(entry, sums, entry * width);
    return true;
  }

  #addReturning(deltas: KeyedSums, cells: readonly Cell[], rows: number, written: Written): void {
    const keyWidth = this.#table.key.length;
    const statement = this.#upsertReturning.for(rows);
    let allNew = true;
    for (const row of statement.raw().all(...cells) as number[][]) {
      const entry = deltas.entry(row[0]!, row[1]!, keyWidth > 2 ? row[2]! : 0);
      const now = Float64Array.from(row.slice(keyWidth));
      if (now[LINES] !== deltas.sums[entry * deltas.width + LINES]) allNew = false;
      written(entry, now, 0);
    }
    this.#expectNew = allNew;
  }

  #removeEmptied(deltas: KeyedSums, entries: Int32Array): void {
    const { keys, sums, width } = deltas;
    const keyWidth = this.#table.key.length;
    for (const entry of entries) {
      if (sums[entry * width + LINES]! >= 0) continue;
      this.#statements.get(this.#removeEmpty).run(...keys.subarray(entry * 3, entry * 3 + keyWidth));
    }
  }
}
