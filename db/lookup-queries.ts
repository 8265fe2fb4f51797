import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { TillstreamError } from '../engine/errors.ts';
import type { SqlLookups, SqlQuery } from '../operators/lookup/sql.ts';
import { translating } from './errors.ts';

/** The service `sql`: each query has a connection of its own, which can't write. */
export const lookupQueries: SqlLookups = {
  prepare(file, query) {
    if (!existsSync(file)) throw new TillstreamError('database_missing', `${file}: there is no such database`);
    return translating(file, () => {
      const db = new Database(file, { readonly: true });
      try {
        return prepared(db, query);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  },
};

function prepared(db: Database.Database, query: string): SqlQuery {
  const statement = compiled(db, query).raw();
  return {
    columns: statement.columns().map(({ name }) => name),
    first: (parameters) => translating(db.name, () => statement.get(parameters) as readonly unknown[] | undefined),
    close: () => void db.close(),
  };
}

function compiled(db: Database.Database, query: string): Database.Statement {
  const bad = (what: string, cause?: unknown) =>
    new TillstreamError('bad_query', `${db.name}: ${what}, got: ${query}`, { cause });
  // Others that give rows, such as PRAGMA, may change settings or name files.
  if (!/^\s*(SELECT|WITH)\b/i.test(query)) throw bad('expected one SELECT');
  let statement: Database.Statement;
  try {
    statement = db.prepare(query);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error), error);
  }
  if (statement.reader && statement.readonly) return statement;
  throw bad('expected one SELECT, which reads and writes nothing');
}
