import type { Database, Statement } from 'better-sqlite3';

/** What SQLite stores. NaN must have become null. */
export type Cell = number | string | null;

/** A server is asked in ever new ways; statements beyond so many are prepared again when they are needed. */
const MOST_PREPARED = 500;

const ofConnections = new WeakMap<Database, Statements>();

/** Prepared statements of one connection, by their text. */
export class Statements {
  readonly db: Database;
  readonly #prepared = new Map<string, Statement>();

  /** Those of the connection, the same ones whoever asks. */
  static of(db: Database): Statements {
    let statements = ofConnections.get(db);
    if (!statements) {
      statements = new Statements(db);
      ofConnections.set(db, statements);
    }
    return statements;
  }

  constructor(db: Database) {
    this.db = db;
  }

  get(sql: string): Statement<unknown[]> {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
      statement = this.db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

/** Statements that differ only in how many rows they take, prepared as they are needed. */
export class RowStatements {
  readonly #statements: Statements;
  readonly #textFor: (rows: number) => string;
  readonly #byRows: (Statement<unknown[]> | undefined)[] = [];

  constructor(statements: Statements, textFor: (rows: number) => string) {
    this.#statements = statements;
    this.#textFor = textFor;
  }

  /** For that many rows. Looked up by number: hashing texts this long again and again would show. */
  for(rows: number): Statement<unknown[]> {
    this.#byRows[rows] ??= this.#statements.get(this.#textFor(rows));
    return this.#byRows[rows];
  }
}

/** `row` as often as there are rows: `(?, ?), (?, ?)`. */
export function repeated(row: string, rows: number): string {
  return Array(rows).fill(row).join(', ');
}

/** `(?, ?, ?)` */
export function placeholders(width: number): string {
  return `(${repeated('?', width)})`;
}

/**
 * Rows bound at once. More save little and take longer to prepare; 100 takes half the time per row that 1 does.
 */
export const ROWS_PER_STATEMENT = 100;

/** Sizes that any number of rows below a full statement is made of, so that few statements are ever prepared. */
const REMAINDERS = [50, 20, 10, 5, 2, 1];

/** Calls `take(from, count)` with counts that statements exist for, until all rows are taken. */
export function inStatements(rows: number, take: (from: number, count: number) => void): void {
  let from = 0;
  for (const count of [ROWS_PER_STATEMENT, ...REMAINDERS]) {
    while (rows - from >= count) {
      take(from, count);
      from += count;
    }
  }
}
