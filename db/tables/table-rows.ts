import type { Database, Statement } from 'better-sqlite3';
import type { Batch } from '../../engine/batch.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { addTally, emptyTally } from '../../engine/tally.ts';
import type { Refusal, Table, TableTarget } from '../../operators/sqlite-sink/tables.ts';
import { constraintOf } from '../errors.ts';
import type { Cell } from '../statements.ts';
import { quoted, quotedList, requireOwnName } from './names.ts';
import { prepareTable } from './table-shape.ts';

type Outcome = 'inserted' | 'updated' | 'unchanged';

interface Prepared {
  readonly names: readonly string[];
  readonly insert: Statement<unknown[]>;
  /** Null where there is no key. */
  readonly find: Statement<unknown[]> | null;
}

/** Puts records into one table, as rows of the fields that they have. */
export class TableRows {
  readonly #db: Database;
  readonly #target: TableTarget;
  #prepared: Prepared | null = null;

  /** Throws `bad_table`. */
  constructor(db: Database, target: TableTarget) {
    requireOwnName(target.table);
    this.#db = db;
    this.#target = target;
  }

  insert(batch: Batch): ReturnType<Table['insert']> {
    const { names, insert, find } = this.#prepare(batch);
    const columns = names.map((name) => batch.column(name));
    const keys = this.#target.key.map((name) => names.indexOf(name));
    const tallies = { inserted: emptyTally(), updated: emptyTally(), unchanged: emptyTally() };
    const refused: Refusal[] = [];
    for (let row = 0; row < batch.length; row++) {
      const cells = columns.map((column) => column.get(row));
      const fault = this.#put(cells, keys, insert, find);
      if (typeof fault === 'string') addTally(tallies[fault], 1, this.#amount(batch, row));
      else refused.push({ row, fault });
    }
    return { tallies, refused };
  }

  #put(
    cells: Cell[],
    keys: readonly number[],
    insert: Statement<unknown[]>,
    find: Statement<unknown[]> | null,
  ): Outcome | Refusal['fault'] {
    const missing = keys.find((i) => cells[i] === null);
    if (missing !== undefined) {
      const field = this.#prepared?.names[missing] ?? '';
      return { code: 'missing_key', field, message: `${field}: expected a value, as it is part of the key` };
    }
    try {
      const known = find?.get(...keys.map((i) => cells[i])) !== undefined && find !== null;
      const { changes } = insert.run(...cells);
      return known ? (changes > 0 ? 'updated' : 'unchanged') : 'inserted';
    } catch (error) {
      const message = constraintOf(error);
      if (message === null) throw error;
      return { code: 'constraint_violated', message: `table "${this.#target.table}": ${message}` };
    }
  }

  #amount(batch: Batch, row: number): number {
    const { measure } = this.#target;
    return measure === '' ? 0 : (batch.sum(measure, Int32Array.of(row)) ?? 0);
  }

  /** Records of another shape than those before are looked at anew. */
  #prepare(batch: Batch): Prepared {
    const names = [...batch.columns.keys()];
    const before = this.#prepared;
    if (before && before.names.length === names.length && names.every((name, i) => name === before.names[i]))
      return before;
    const { table, key } = this.#target;
    prepareTable(this.#db, table, batch.columns, key);
    const find = key.length === 0 ? null : this.#db.prepare(findText(table, key));
    this.#prepared = { names, insert: this.#insertStatement(names), find };
    return this.#prepared;
  }

  #insertStatement(names: readonly string[]): Statement<unknown[]> {
    const { table, key } = this.#target;
    try {
      return this.#db.prepare(insertText(table, names, key));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('ON CONFLICT')) throw error;
      const index = `CREATE UNIQUE INDEX ${quoted(`${table}_key`)} ON ${quoted(table)} (${quotedList(key)})`;
      const message = `table "${table}" does not keep (${key.join(', ')}) unique, as its key needs; \`${index}\` makes it do so`;
      throw new TillstreamError('key_not_unique', message, { cause: error });
    }
  }
}

function insertText(table: string, names: readonly string[], key: readonly string[]): string {
  const values = names.map(() => '?').join(', ');
  const insert = `INSERT INTO ${quoted(table)} (${quotedList(names)}) VALUES (${values})`;
  if (key.length === 0) return insert;
  const others = names.filter((name) => !key.includes(name));
  const conflict = `ON CONFLICT (${quotedList(key)})`;
  if (others.length === 0) return `${insert} ${conflict} DO NOTHING`;
  const set = others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ');
  const differs = others.map((name) => `${quoted(table)}.${quoted(name)} IS NOT excluded.${quoted(name)}`).join(' OR ');
  return `${insert} ${conflict} DO UPDATE SET ${set} WHERE ${differs}`;
}

function findText(table: string, key: readonly string[]): string {
  return `SELECT 1 FROM ${quoted(table)} WHERE ${key.map((name) => `${quoted(name)} = ?`).join(' AND ')}`;
}
