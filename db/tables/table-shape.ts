import type { Database } from 'better-sqlite3';
import type { Column } from '../../engine/column.ts';
import { TillstreamError } from '../../engine/errors.ts';
import { suggestion } from '../../engine/nearest.ts';
import { quoted, quotedList } from './names.ts';

type Columns = ReadonlyMap<string, Column>;

/** Makes the table from the columns of its first records, and the view that shows them as people write them; or looks whether it fits. */
export function prepareTable(db: Database, table: string, columns: Columns, key: readonly string[]): void {
  requireKey(table, columns, key);
  const there = columnsOf(db, table);
  if (there.length === 0) makeTable(db, table, columns, key);
  else requireColumns(table, columns, there);
}

function makeTable(db: Database, table: string, columns: Columns, key: readonly string[]): void {
  const primary = key.length > 0 ? `, PRIMARY KEY (${quotedList(key)})` : '';
  const definitions = [...columns].map(([name, column]) => {
    return [quoted(name), typeOf(column), key.includes(name) ? 'NOT NULL' : ''].filter(Boolean).join(' ');
  });
  db.exec(`CREATE TABLE ${quoted(table)} (${definitions.join(', ')}${primary})`);
  const shown = [...columns].map(([name, column]) => readable(quoted(name), column));
  if (shown.every((each, i) => each === quoted([...columns.keys()][i]!))) return;
  db.exec(
    `CREATE VIEW IF NOT EXISTS ${quoted(`${table}_readable`)} AS SELECT ${shown.join(', ')} FROM ${quoted(table)}`,
  );
}

/** Names of the table's columns; none if there is no such table. */
function columnsOf(db: Database, table: string): string[] {
  return db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
}

function requireKey(table: string, columns: Columns, key: readonly string[]): void {
  const missing = key.find((name) => !columns.has(name));
  if (missing === undefined) return;
  const message = `the key of table "${table}" names "${missing}", which records do not have`;
  throw new TillstreamError('unknown_field', message + suggestion(missing, columns.keys()));
}

function requireColumns(table: string, columns: Columns, there: readonly string[]): void {
  const known = new Set(there.map((name) => name.toLowerCase()));
  const missing = [...columns.keys()].find((name) => !known.has(name.toLowerCase()));
  if (missing === undefined) return;
  const message = `table "${table}" has no column "${missing}"${suggestion(missing, there)}; add it, or leave the field out with map`;
  throw new TillstreamError('no_such_column', message);
}

/** A text column in which nothing stands yet may turn out to be anything. */
function typeOf(column: Column): string {
  if (column.kind === 'number') return column.type === 'float' ? 'REAL' : 'INTEGER';
  for (let row = 0; row < column.length; row++) if (column.get(row) !== null) return 'TEXT';
  return '';
}

function readable(name: string, column: Column): string {
  if (column.kind !== 'number') return name;
  if (column.scale !== 1) return `${name} / ${column.scale}.0 AS ${name}`;
  if (column.type === 'date') return `date(${name}, 'unixepoch') AS ${name}`;
  return column.type === 'datetime' ? `datetime(${name}, 'unixepoch') AS ${name}` : name;
}
